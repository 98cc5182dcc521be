import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, planNow } from '../support/agent-fixture.ts';
import { Scope, startWallbox } from '../support/start-agent.ts';
import { behavesAsDriver } from './behaviour.ts';
import { ocppHarness } from './ocpp-harness.ts';

const whole = ocppHarness('2.1');

// In what we use it says the same as 2.0.1, by the same code: the core is enough for every day.
behavesAsDriver(
  process.env.PLUGPACT_DEEP === undefined
    ? { ...whole, abilities: ['signed', 'buffers'], isBrief: true }
    : whole,
);

const scope = new Scope();
afterEach(() => scope.end());

test("OCPP 2.1: a station that takes no profiles ends at the slot's end by the transaction's time limit, though the agent is gone", async () => {
  const { times } = planNow(`0x${'22'.repeat(20)}`);
  const end = Math.floor(Date.now() / 1000) + 8;
  const fixture = await agentFixture(scope, { plan: { chargePointId: 'SIM', times: { ...times, end } } });
  const chargePoint = await startWallbox(scope, fixture.port, { id: 'SIM', ocpp: '2.1' });
  chargePoint.fault('refuseProfiles');
  chargePoint.plug();
  await waitFor('the car to be seen', () => fixture.agent.connectors.find('SIM', 1)?.status === 'Preparing');
  fixture.handOver();
  await waitFor('power', () => chargePoint.state().powerW > 0);
  await fixture.agent.close();
  await waitFor('the end of the transaction', () => chargePoint.state().transactionId === null);
  expect(Date.now() / 1000).toBeGreaterThan(end - 2);
  expect(chargePoint.state().powerW).toBe(0);
});
