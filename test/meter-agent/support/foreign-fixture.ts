import { expect } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from './agent-fixture.ts';
import { RawChargePoint } from './raw-charge-point.ts';
import { readableLog } from './readable-log.ts';
import type { Scope } from './start-agent.ts';

export const now = () => new Date().toISOString();

/** A charge point of somebody else's making in the place of the fixture's own, with the booking open and what the log says. */
export async function foreignFixture(scope: Scope, protocols?: string[]) {
  const { log, lines, said } = readableLog();
  const made = await agentFixture(scope, { log });
  await made.chargePoint.close();
  await waitFor('the connector to be free', () => !made.agent.connectors.isOnline('CP1'));
  const chargePoint = new RawChargePoint(`ws://127.0.0.1:${made.port}/CP1`, {}, protocols);
  scope.onEnd(() => chargePoint.close());
  expect(await chargePoint.opened()).toBe('open');
  return { ...made, chargePoint, lines, said };
}
