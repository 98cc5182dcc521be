import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../scripts/lib/wait.ts';
import { agentFixture, TAG } from './support/agent-fixture.ts';
import { Crashing } from './support/crash.ts';
import { ScriptedChargePoint } from './support/scripted-charge-point.ts';
import { Scope } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ANSWERS = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};
const STARTED_AT = '2026-01-01T00:00:00Z';

test('StartTransaction and StopTransaction sent again begin and end one transaction, also after more of the charge', async () => {
  const { agent, chargePoint, handOver, session, bookingId, skip } = await agentFixture(scope, {
    answers: ANSWERS,
  });
  handOver();
  const first = await chargePoint.start(TAG, 1_000, STARTED_AT);
  expect(await chargePoint.start(TAG, 1_000, STARTED_AT)).toEqual(first);
  skip(60);
  await chargePoint.meter(first.transactionId, '1050');
  expect(await chargePoint.start(TAG, 1_000, STARTED_AT)).toEqual(first);
  expect(session().transaction?.register.creditedWh).toBe(50);
  const end = { reason: 'Local', timestamp: new Date().toISOString() };
  for (let times = 0; times < 3; times++) await chargePoint.stop(first.transactionId, 1_060, end);
  expect(await chargePoint.start(TAG, 1_000, STARTED_AT)).toMatchObject({
    transactionId: first.transactionId,
  });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
  const count = (type: string) =>
    agent.journal.events(bookingId).filter((event) => event.type === type).length;
  expect([count('transactionStarted'), count('transactionStopped')]).toEqual([1, 1]);
});

test('either network cut between any two steps of a charge: no Wh is lost or counted twice', async () => {
  const run = await Crashing.begin(scope, 0);
  const { chargePoint } = run;
  let totalWh = 0;
  const cut = async () => {
    run.api.cut();
    await chargePoint.cut();
  };
  const deliver = async (seconds: number, energyWh: number) => {
    await run.advance(seconds);
    await cut();
    chargePoint.deliver(energyWh);
    await cut();
    totalWh += energyWh;
    await run.cosigned(totalWh);
  };
  await chargePoint.boot();
  await run.ask('start');
  await cut();
  await run.until('the box to be idle', () => chargePoint.isIdle);
  chargePoint.plug();
  await cut();
  await run.until('power', () => chargePoint.isCharging && chargePoint.isIdle);
  await deliver(30, 40);
  await deliver(60, 70);
  await deliver(60, 90);
  await run.ask('stop');
  await cut();
  await run.until('the end', () => !chargePoint.isCharging && chargePoint.isIdle);
  await run.until('the final reading', () => run.newest?.isFinal);
  expect(run.newest?.energyWh).toBe(200);
  expect([...run.readings.values()].filter(({ isFinal }) => isFinal)).toHaveLength(1);
  await run.end();
});

test('a charge point that lost power connects again before its old connection is known to be dead: the limit is set anew, what it kept counts when it was', async () => {
  const { chargePoint, port, handOver, session, skip, nowSec } = await agentFixture(scope, {
    answers: ANSWERS,
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  await waitFor('the limit to be taken', () => session().current.acceptedA !== null);
  skip(60);
  await chargePoint.meter(transactionId, '1050');
  skip(60);
  const back = new ScriptedChargePoint(port, 'CP1', ANSWERS);
  scope.onEnd(async () => void (await back.close()));
  await back.connect();
  expect(await back.wasAsked('SetChargingProfile')).toMatchObject({ csChargingProfiles: { transactionId } });
  const endedAt = nowSec() - 30;
  const timestamp = new Date(endedAt * 1_000).toISOString();
  await back.stop(transactionId, 1_070, { reason: 'EVDisconnected', timestamp });
  expect(session()).toMatchObject({ doneWh: 70, billedUntil: endedAt });
});

test('a charge point that loses power, clock and register: what it starts again with the same words is another transaction', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope, { answers: ANSWERS });
  const timestamp = '1970-01-01T00:00:05Z';
  handOver();
  const first = await chargePoint.start(TAG, 0, timestamp);
  expect(await chargePoint.start(TAG, 0, timestamp)).toEqual(first);
  skip(60);
  await chargePoint.stop(first.transactionId, 60, { reason: 'PowerLoss', timestamp });
  const second = await chargePoint.start(TAG, 0, timestamp);
  expect(second).toMatchObject({ status: 'Accepted' });
  expect(second.transactionId).not.toBe(first.transactionId);
  skip(60);
  await chargePoint.stop(second.transactionId, 40, { reason: 'EVDisconnected', timestamp });
  expect(session().doneWh).toBe(100);
  // Said once more after all that, it begins nothing.
  expect(await chargePoint.start(TAG, 0, timestamp)).toMatchObject({ transactionId: first.transactionId });
});

test('a clock that jumps hours ahead in a charge ends it with the slot, and what was delivered counts once', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope, { answers: ANSWERS });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  skip(60);
  await chargePoint.meter(transactionId, '1050');
  skip(9 * 3_600);
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 1_055, { reason: 'Remote' });
  await waitFor('the final reading', () => session().phase === 'FINAL');
  expect(session()).toMatchObject({ stopCause: 'slotEnd', doneWh: 1_055 - 1_000 });
  expect(session().lastReading?.energyWh).toBe(55);
});

test('a clock that jumps hours back in a charge loses nothing, and the driver can stop it', async () => {
  const { agent, chargePoint, bookingId, handOver, session, skip, nowSec } = await agentFixture(scope, {
    answers: ANSWERS,
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  skip(60);
  await chargePoint.meter(transactionId, '1050');
  skip(-4 * 3_600);
  await chargePoint.meter(transactionId, '1060');
  expect(session().transaction?.register.creditedWh).toBe(60);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 1_065, { reason: 'Remote' });
  await waitFor('the final reading', () => session().phase === 'FINAL');
  expect(session()).toMatchObject({ stopCause: 'driver', doneWh: 65 });
});

test('a clock that jumps hours back before the plug: the charge point is asked to start all the same', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope, {
    answers: { ...ANSWERS, RemoteStartTransaction: { status: 'Rejected' } },
  });
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  chargePoint.answers.RemoteStartTransaction = { status: 'Accepted' };
  skip(-3 * 3_600);
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { status } = await chargePoint.start(TAG, 1_000);
  expect(status).toBe('Accepted');
  expect(session().phase).toBe('CHARGING');
});
