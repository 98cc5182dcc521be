import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Connectors } from '../connectors/connectors.ts';

/** Whether a connector is lent, at its host's command. */
export const lendingCommand = z.strictObject({
  chargePointId: z.string().min(1).max(48),
  connectorId: z.int().min(1).max(99),
  isLent: z.boolean(),
});
export type LendingCommand = z.infer<typeof lendingCommand>;

/** Pauses or resumes the lending of a connector. Throws `lending.unknown` where there is none of that name. */
export function setLending(connectors: Connectors, body: string): LendingCommand {
  const asked = commandIn(body);
  if (asked === undefined || connectors.find(asked.chargePointId, asked.connectorId) === undefined) {
    throw new PlugpactError({
      code: 'lending.unknown',
      value: body.slice(0, 100),
      rule: 'Lending is paused and resumed for a connector that the agent knows.',
      remedy: 'Take the wallbox and its connector from "plugpact-agent status".',
    });
  }
  connectors.setLent(asked.chargePointId, asked.connectorId, asked.isLent);
  return asked;
}

function commandIn(body: string): LendingCommand | undefined {
  try {
    return lendingCommand.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
