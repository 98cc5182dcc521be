import { afterEach, expect, test } from 'vitest';
import { connectorStates, evseStatus } from '../../../meter-agent/link/health.ts';
import { heartbeat } from '../../../protocol/link.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const HOST = `0x${'77'.repeat(20)}` as const;

async function listedChargePoint() {
  const fixture = await agentFixture(scope);
  const { agent } = fixture;
  const agentKey = agent.key.account.address;
  const listed = new Set([listingIdOf(agentKey, connectorHash('CP1', 1))]);
  const states = () => connectorStates(agent.connectors, agent.sessions, agentKey, listed, () => HOST);
  const isSound = () => heartbeat.safeParse({ agentKey, sentAt: 1, connectors: states() }).error;
  return { ...fixture, states, isSound };
}

test('a heartbeat tells the health that the charge point told, the charge point’s own and the connector’s', async () => {
  const { agent, states, isSound } = await listedChargePoint();
  const forward = { isOn: false, since: 1_800_000_000, reason: 'NO_ANSWER' } as const;
  const own = { temperatureC: 41.6, clockOffsetSec: -3, refusedSettings: ['X'], forward };
  agent.connectors.seeHealth('CP1', 0, own);
  agent.connectors.seeHealth('CP1', 1, {
    voltageV: 229.5,
    lastError: 'GroundFailure',
    lastErrorAt: 1_800_000_000,
  });
  expect(states()[0]?.health).toEqual({
    temperatureC: 42,
    clockOffsetSec: -3,
    voltageV: 230,
    lastError: 'GroundFailure',
    lastErrorAt: 1_800_000_000,
    forward,
  });
  // Whom the agent gave its consent.
  expect(states()[0]?.host).toBe(HOST);
  expect(isSound()).toBeUndefined();
});

test('what a charge point says beyond reason does not keep the heartbeat from being one', async () => {
  const { agent, states, isSound } = await listedChargePoint();
  agent.connectors.seeHealth('CP1', 1, {
    temperatureC: 4e9,
    voltageV: Number.NaN,
    lastError: 'x'.repeat(500),
  });
  expect(isSound()).toBeUndefined();
  expect(states()[0]?.health).toEqual({ lastError: 'x'.repeat(80) });
});

test('a status of before the connection was lost is not told as that of now', async () => {
  const { agent, chargePoint, states } = await listedChargePoint();
  const connector = agent.connectors.find('CP1', 1);
  if (connector === undefined) throw new Error('no connector');
  expect(states()[0]?.status).toBe('UNKNOWN');
  connector.status = 'Available';
  expect(states()[0]?.status).toBe('AVAILABLE');
  await chargePoint.close();
  await waitFor('the charge point to be gone', () => !agent.connectors.isOnline('CP1'));
  expect(states()[0]?.status).toBe('UNKNOWN');
  agent.connectors.setOnline('CP1', true);
  expect(states()[0]?.status).toBe('UNKNOWN');
  expect(evseStatus(connector, true, true)).toBe('CHARGING');
});
