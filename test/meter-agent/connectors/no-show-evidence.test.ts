import { afterEach, expect, test } from 'vitest';
import { NoShowEvidence } from '../../../meter-agent/connectors/no-show-evidence.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** A booked hour that nobody starts, with a charge point on the line; the slot's seconds are played by hand. */
async function slot() {
  const { agent, chargePoint, plan, port } = await agentFixture(scope);
  const { journal, sessions, connectors } = agent;
  const evidence = new NoShowEvidence({ journal, sessions, connectors });
  const { start, end } = plan.times;
  return {
    agent,
    chargePoint,
    plan,
    port,
    evidence,
    start,
    end,
    watch: (from: number, to: number, by = evidence) => {
      for (let at = from; at <= to; at += 10) by.tick(at);
    },
    absent: (bookedAt = 0, by = evidence) => by.wasFree(plan, bookedAt),
    restarted: () => new NoShowEvidence({ journal, sessions, connectors }),
  };
}

test('who could have charged in nearly all of the slot and did not start is absent', async () => {
  const { chargePoint, watch, absent, start, end } = await slot();
  await chargePoint.status('Available');
  watch(start - 100, start + 3_200);
  expect(absent()).toBe(false);
  watch(start + 3_210, end);
  expect(absent()).toBe(true);
});

test('a connector that somebody else had for a moment, or that nobody started at, owes no fee', async () => {
  for (const status of ['Preparing', 'Charging', 'SuspendedEV', 'Finishing']) {
    const { chargePoint, watch, absent, start, end } = await slot();
    await chargePoint.status('Available');
    watch(start, start + 1_800);
    await chargePoint.status(status);
    watch(start + 1_810, start + 1_820);
    await chargePoint.status('Available');
    watch(start + 1_830, end);
    expect(absent()).toBe(false);
    await scope.end();
  }
});

test('what stood there before and after the slot does not count', async () => {
  const { chargePoint, watch, absent, start, end } = await slot();
  await chargePoint.status('Charging');
  watch(start - 600, start - 10);
  await chargePoint.status('Available');
  watch(start, end);
  await chargePoint.status('Charging');
  watch(end + 10, end + 600);
  expect(absent()).toBe(true);
});

test('time out of order, away, or without a word on the new connection is not free', async () => {
  const { agent, chargePoint, port, watch, absent, start, end } = await slot();
  await chargePoint.status('Available');
  watch(start, start + 600);
  await chargePoint.status('Faulted');
  watch(start + 610, start + 900);
  await chargePoint.status('Available');
  watch(start + 910, end);
  expect(absent()).toBe(true);
  const again = await slot();
  await again.chargePoint.status('Available');
  await again.chargePoint.close();
  await waitFor('the connection to be gone', () => !again.agent.connectors.isOnline('CP1'));
  again.watch(again.start, again.end);
  expect(again.absent()).toBe(false);
  expect(agent.connectors.find('CP1', 1)?.status).toBe('Available');
  await chargePoint.close();
  const back = new ScriptedChargePoint(port, 'CP1');
  scope.onEnd(async () => void (await back.close()));
  await back.connect();
  expect(agent.connectors.find('CP1', 1)?.status).toBeNull();
});

test('an agent that was off sees nothing meanwhile, and keeps over a restart what it saw', async () => {
  const { chargePoint, watch, absent, restarted, start, end } = await slot();
  await chargePoint.status('Available');
  watch(start, start + 1_200);
  const next = restarted();
  watch(start + 2_400, end, next);
  expect(absent(0, next)).toBe(false);
  const other = restarted();
  watch(start + 1_200, end, other);
  expect(absent(0, other)).toBe(true);
});

test('an agent that slept through a part of the slot saw nothing of it', async () => {
  const { chargePoint, watch, absent, start, end } = await slot();
  await chargePoint.status('Available');
  watch(start, start + 1_200);
  watch(start + 2_400, end);
  expect(absent()).toBe(false);
});

test('who booked late in the slot is waited for in what was left of it', async () => {
  const { chargePoint, watch, absent, start, end } = await slot();
  await chargePoint.status('Available');
  watch(start + 1_800, end);
  expect(absent(start + 1_790)).toBe(true);
  expect(absent(start + 1_000)).toBe(false);
});
