import type { AgentConfig } from '../../../meter-agent/config/config.ts';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { StablePort } from '../../support/stable-port.ts';
import { agentFixture, planNow } from './agent-fixture.ts';
import { OBEYS } from './answers16.ts';
import { OtherCentralSystem } from './other-central-system.ts';
import type { Scope } from './start-agent.ts';

/** The answer of a house that accepts a card. */
export const ACCEPTS = { idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' } };

/** Slot of a booking that is not today. */
export function tomorrow() {
  const { times } = planNow(`0x${'00'.repeat(20)}`);
  const later = Object.entries(times).map(([key, at]) => [key, at + 86_400]);
  return { times: Object.fromEntries(later) as typeof times };
}

interface BetweenOptions {
  /** False: the other central system is still away. */
  isUp?: boolean;
  other?: OtherCentralSystem;
  plan?: Partial<Plan>;
  answers?: Record<string, Record<string, unknown>>;
  client?: Record<string, unknown>;
  forward?: Record<string, unknown>;
  config?: Partial<AgentConfig>;
}

/** An agent between a scripted charge point and another central system. */
export const betweenOn =
  (scope: Scope) =>
  async ({ isUp = true, other = new OtherCentralSystem(), ...options }: BetweenOptions = {}) => {
    const { plan = {}, answers = OBEYS, client = {}, forward = {}, config = {} } = options;
    scope.onEnd(() => other.close());
    const stable = await StablePort.open();
    scope.onEnd(() => stable.close());
    if (isUp) stable.target = await other.listen();
    const url = `ws://127.0.0.1:${stable.port}/ocpp/`;
    const known = { connectors: { 1: {} }, forward: { url, password: 'theirs', ...forward } };
    const made = await agentFixture(scope, {
      answers,
      plan,
      client,
      config: { ...config, chargePoints: { CP1: known } } as never,
    });
    const { connectors } = made.agent;
    const standing = () => connectors.health('CP1', 0).forward;
    /** Waits until the agent says that of the other central system: on, or why it is away. */
    const stands = (reason: string) =>
      waitFor(`the other central system to be ${reason}`, () => {
        const { isOn, reason: why } = standing() ?? {};
        return (isOn ? 'ON' : why) === reason && standing();
      });
    return { ...made, other, stable, standing, stands };
  };
