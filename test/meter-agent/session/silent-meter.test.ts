import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import type { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';
import { registerOf, stationFixture } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ANSWERS = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
  TriggerMessage: { status: 'Accepted' },
};

/** 22 kW and 100 Wh of trust: 16.4 s. */
const HALF_SEC = 9;

const wasAskedFor = (chargePoint: ScriptedChargePoint, requestedMessage: string) =>
  waitFor('the charge point to be asked for its meter', () =>
    chargePoint.asked.find(
      ({ action, params }) => action === 'TriggerMessage' && params.requestedMessage === requestedMessage,
    ),
  );

test('a charge point that sends no MeterValues is asked, paused at the unsigned limit, and goes on with a value that is signed', async () => {
  const { notices, log } = noticeLog();
  const fixture = await agentFixture(scope, { answers: ANSWERS, plan: CAUTIOUS, log });
  const { chargePoint, handOver, session, cosign, skip } = fixture;
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 5_000);
  await waitFor('the limit', () => session().current.acceptedA === 32);
  skip(HALF_SEC);
  const { params } = await wasAskedFor(chargePoint, 'MeterValues');
  expect(params).toEqual({ requestedMessage: 'MeterValues', connectorId: 1 });
  expect(session().pause).toBeNull();
  skip(HALF_SEC);
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(session().pause?.reason).toBe('METER_SILENT');
  skip(20);
  const notice = await waitFor('the notice', () =>
    notices.find(({ code }) => code === 'PAUSED_METER_SILENT'),
  );
  expect(notice.to).toBe('both');
  expect(session().lastReading?.energyWh).toBe(0);
  // Wh labelled kWh are no word on what flowed.
  await chargePoint.meter(transactionId, '5090', { unit: 'kWh' });
  expect(session().pause?.reason).toBe('METER_SILENT');
  await chargePoint.meter(transactionId, '5090', { unit: 'Wh' });
  expect(session().pause?.reason).toBe('UNSIGNED');
  expect(session().lastReading?.energyWh).toBe(90);
  cosign();
  await waitFor('power', () => session().current.acceptedA === 32);
  await chargePoint.stop(transactionId, 5_100, { reason: 'EVDisconnected' });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 100, lastReading: { energyWh: 100 } });
});

test('a charge point that sends Wh labelled kWh is paused as one that sends nothing, and billed by its final register', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope, {
    answers: ANSWERS,
    plan: CAUTIOUS,
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 5_000);
  await waitFor('the limit', () => session().current.acceptedA === 32);
  for (const registerWh of [5_030, 5_060, 5_090]) {
    skip(6);
    await chargePoint.meter(transactionId, String(registerWh), { unit: 'kWh' });
  }
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(session()).toMatchObject({
    pause: { reason: 'METER_SILENT' },
    transaction: { register: { creditedWh: 0 } },
  });
  await chargePoint.stop(transactionId, 5_095, { reason: 'Local' });
  await chargePoint.status('Available');
  await waitFor('the final reading', () => session().phase === 'FINAL');
  expect(session().lastReading?.energyWh).toBe(95);
});

test('the same in OCPP 2.0.1: the station is asked for an event of its transaction', async () => {
  const answers = { TriggerMessage: { status: 'Accepted' } };
  const fixture = await stationFixture(scope, { answers, plan: CAUTIOUS });
  const { chargePoint, handOver, session, cosign, skip, send } = fixture;
  handOver();
  const info = { chargingState: 'Charging' };
  await send('Started', { registerWh: 5_000, idTag: TAG, info });
  await waitFor('the limit', () => session().current.acceptedA === 32);
  skip(HALF_SEC);
  await wasAskedFor(chargePoint, 'TransactionEvent');
  // Some accept that, and tell their meter only when they are asked for meter values.
  await wasAskedFor(chargePoint, 'MeterValues');
  const kWh = [registerOf(5_080, { unitOfMeasure: { unit: 'kWh' } })];
  await send('Updated', { sampledValue: kWh, info });
  skip(HALF_SEC);
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(session().pause?.reason).toBe('METER_SILENT');
  await send('Updated', { registerWh: 5_090, info });
  cosign();
  await waitFor('power', () => session().current.acceptedA === 32);
  // An end without a register tells nothing more.
  await send('Ended', { info: { stoppedReason: 'EVDisconnected' } });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 90 });
});
