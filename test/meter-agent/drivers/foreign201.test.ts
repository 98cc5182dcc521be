import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { foreignFixture, now } from '../support/foreign-fixture.ts';
import type { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const STATION = {
  reason: 'PowerUp',
  chargingStation: { model: 'VirtualChargePoint', vendorName: 'Virtual' },
};

/** Accepts whatever it is asked, in words of OCPP 2.0.1; its variables all have one value, or none. */
function acceptsAll(
  station: RawChargePoint,
  attributeValue?: string,
): { action: string; params: Record<string, unknown> }[] {
  const asked: { action: string; params: Record<string, unknown> }[] = [];
  station.socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const [type, , action, params] = frame;
    if (type !== 2) return;
    asked.push({ action, params });
    const results = (entries: object[]) =>
      entries.map((entry) => ({ attributeValue, ...entry, attributeStatus: 'Accepted' }));
    if (action === 'SetVariables')
      station.answer(frame, { setVariableResult: results(params.setVariableData) });
    else if (action === 'GetVariables')
      station.answer(frame, { getVariableResult: results(params.getVariableData) });
    else station.answer(frame, { status: 'Accepted' });
  });
  return asked;
}

/** One TransactionEvent of a station of somebody else's making. */
const event = (eventType: string, triggerReason: string, more: object, value?: object) => ({
  eventType,
  triggerReason,
  timestamp: now(),
  seqNo: 0,
  transactionInfo: { transactionId: '5c1d7b1e-4a30-4a7b-9d1f-0f3a5b7c9d11' },
  evse: { id: 1, connectorId: 1 },
  ...more,
  ...(value === undefined ? {} : { meterValue: [{ timestamp: now(), sampledValue: [value] }] }),
});

const REGISTER = { measurand: 'Energy.Active.Import.Register' };

test('a station that calls its Wh kWh, numbers nothing and ends without a unit is billed to the Wh', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope, ['ocpp2.0.1']);
  const asked = acceptsAll(chargePoint);
  const status = (connectorStatus: string) => ({
    timestamp: now(),
    connectorStatus,
    evseId: 1,
    connectorId: 1,
  });
  await Promise.all([
    chargePoint.call('boot', 'BootNotification', STATION),
    chargePoint.call('free', 'StatusNotification', status('Available')),
  ]);
  handOver();
  const start = await waitFor('the start', () =>
    asked.find(({ action }) => action === 'RequestStartTransaction'),
  );
  const { idToken, remoteStartId } = start.params;
  const kWh = (value: number) => ({ ...REGISTER, value, unitOfMeasure: { unit: 'kWh' } });
  const info = { transactionInfo: { ...event('', '', {}).transactionInfo, remoteStartId } };
  await Promise.all([
    chargePoint.call('busy', 'StatusNotification', status('Occupied')),
    chargePoint.call('t0', 'TransactionEvent', event('Started', 'Authorized', { ...info, idToken }, kWh(0))),
  ]);
  expect(session().phase).toBe('CHARGING');
  expect(asked.filter(({ action }) => action === 'RequestStartTransaction')).toHaveLength(1);
  skip(60);
  for (const [id, wrong] of [
    ['t1', 150.02],
    ['t2', 300.04],
  ] as const) {
    const answer = await chargePoint.call(
      id,
      'TransactionEvent',
      event('Updated', 'MeterValuePeriodic', {}, kWh(wrong)),
    );
    expect(answer).toEqual([3, id, {}]);
  }
  const record = {
    signedMeterData: 'T0NNRnx7fXx7fQ==',
    signingMethod: '',
    encodingMethod: 'OCMF',
    publicKey: 'AA==',
  };
  const last = { value: 401.23, signedMeterValue: record, context: 'Transaction.End' };
  expect(await chargePoint.call('t3', 'TransactionEvent', event('Ended', 'RemoteStop', {}, last))).toEqual([
    3,
    't3',
    {},
  ]);
  expect(session()).toMatchObject({ doneWh: 401, transaction: null });
});

test('only a station that says it takes reservations is asked for one, and to release it', async () => {
  for (const value of [undefined, 'false', 'true']) {
    const { chargePoint, agent, bookingId, session, handOver, nowSec } = await foreignFixture(scope, [
      'ocpp2.0.1',
    ]);
    const asked = acceptsAll(chargePoint, value);
    await chargePoint.call('boot', 'BootNotification', STATION);
    agent.sessions.apply(bookingId, { type: 'connection', connected: true, at: nowSec() });
    agent.sessions.apply(bookingId, { type: 'reservable', reservationId: 7, idTag: 'HELD', at: nowSec() });
    const state = value === 'true' ? 'held' : 'over';
    await waitFor('the reservation to be settled', () => session().reservation?.state === state);
    handOver();
    await waitFor('the start', () => asked.some(({ action }) => action === 'RequestStartTransaction'));
    const spoken = asked.map(({ action }) => action).filter((action) => action.endsWith('Reservation'));
    expect(spoken).toEqual(value === 'true' ? ['CancelReservation'] : []);
    expect(asked.some(({ action }) => action === 'ReserveNow')).toBe(value === 'true');
    await scope.end();
  }
});

test('energy by MeterValues of the EVSE, the tag under another type, kWh that are kWh', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope, ['ocpp2.0.1']);
  acceptsAll(chargePoint);
  await chargePoint.call('boot', 'BootNotification', STATION);
  handOver();
  const idToken = { idToken: TAG, type: 'ISO14443' };
  const kWh = (value: number) => ({ ...REGISTER, value, unitOfMeasure: { unit: 'kWh' } });
  const started = await chargePoint.call(
    't0',
    'TransactionEvent',
    event('Started', 'Authorized', { idToken }, kWh(12.345)),
  );
  expect(started).toMatchObject([3, 't0', { idTokenInfo: { status: 'Accepted' } }]);
  skip(300);
  const wh = { ...REGISTER, value: 12_445, unitOfMeasure: { unit: 'Wh' } };
  const values = { evseId: 1, meterValue: [{ timestamp: now(), sampledValue: [wh] }] };
  expect(await chargePoint.call('m', 'MeterValues', values)).toEqual([3, 'm', {}]);
  expect(session().transaction?.register.creditedWh).toBe(100);
  const ended = event('Ended', 'StopAuthorized', { idToken, seqNo: 1 }, kWh(12.446));
  expect(await chargePoint.call('t1', 'TransactionEvent', ended)).toMatchObject([3, 't1', {}]);
  expect(session().doneWh).toBe(101);
});

test('a station that begins before it answers our start, and ends without a word of its meter', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope, ['ocpp2.0.1']);
  handOver();
  const asked = await chargePoint.wasCalled('RequestStartTransaction');
  const idToken = { idToken: TAG, type: 'Central' };
  const shown = await chargePoint.call('a', 'Authorize', { idToken });
  expect(shown).toMatchObject([3, 'a', { idTokenInfo: { status: 'Accepted' } }]);
  const zero = { ...REGISTER, value: 0, context: 'Transaction.Begin' };
  const { transactionInfo, ...begun } = event('Started', 'RemoteStart', { idToken, evse: { id: 1 } }, zero);
  await chargePoint.call('t0', 'TransactionEvent', { ...begun, transactionInfo });
  chargePoint.answer(asked, { status: 'Accepted', transactionId: transactionInfo.transactionId });
  skip(300);
  const register = { ...REGISTER, value: 87.5, context: 'Sample.Periodic' };
  await chargePoint.call(
    't1',
    'TransactionEvent',
    event('Updated', 'MeterValuePeriodic', { seqNo: 1 }, register),
  );
  const info = { transactionInfo: { ...transactionInfo, stoppedReason: 'Remote' }, evse: { id: 1 } };
  expect(await chargePoint.call('t2', 'TransactionEvent', event('Ended', 'RemoteStop', info))).toEqual([
    3,
    't2',
    {},
  ]);
  expect(session()).toMatchObject({ doneWh: 87, transaction: null });
});

test('a station that introduces itself with the payload of OCPP 1.6 is taken on, and has its own number for each charge', async () => {
  const { chargePoint, agent, handOver, session, skip } = await foreignFixture(scope, ['ocpp2.0.1']);
  const asked = acceptsAll(chargePoint);
  const old = {
    chargePointVendor: 'Somebody',
    chargePointModel: 'Simulator',
    firmwareVersion: '1.0.0-alpha',
  };
  expect(await chargePoint.call('boot', 'BootNotification', old)).toMatchObject([
    3,
    'boot',
    { status: 'Accepted' },
  ]);
  expect(agent.connectors.info('CP1')).toMatchObject({ vendor: 'Somebody', firmware: '1.0.0-alpha' });
  const neither = { firmwareVersion: '1' };
  const [, , code] = await chargePoint.call('bad', 'BootNotification', neither);
  expect(code).toBe('OccurrenceConstraintViolation');
  handOver();
  await waitFor('the start', () => asked.some(({ action }) => action === 'RequestStartTransaction'));
  const transactionInfo = { transactionId: '402918' };
  const idToken = { idToken: TAG, type: 'ISO14443' };
  const begun = event('Started', 'CablePluggedIn', { seqNo: 1, transactionInfo, idToken }, { value: 0 });
  expect(await chargePoint.call('t0', 'TransactionEvent', begun)).toMatchObject([
    3,
    't0',
    { idTokenInfo: { status: 'Accepted' } },
  ]);
  skip(60);
  const more = event(
    'Updated',
    'MeterValuePeriodic',
    { transactionInfo, seqNo: 2 },
    { ...REGISTER, value: 14 },
  );
  await chargePoint.call('t1', 'TransactionEvent', more);
  expect(session().transaction?.register.creditedWh).toBe(14);
  const ended = event('Ended', 'StopAuthorized', { transactionInfo, seqNo: 2 }, { value: 28 });
  await chargePoint.call('t2', 'TransactionEvent', ended);
  expect(session()).toMatchObject({ doneWh: 28, transaction: null });
});

test('a call whose payload is missing or no object is refused, also where none of it is read', async () => {
  const { chargePoint } = await foreignFixture(scope, ['ocpp2.0.1']);
  for (const [id, payload] of [
    ['none', []],
    ['text', ['NotAnObject']],
    ['list', [[{}]]],
    ['null', [null]],
  ] as const) {
    const [type, , code] = await chargePoint.says(JSON.stringify([2, id, 'Heartbeat', ...payload]), id);
    expect([type, code]).toEqual([4, 'FormatViolation']);
  }
  expect(await chargePoint.call('ok', 'Heartbeat', {})).toMatchObject([
    3,
    'ok',
    { currentTime: expect.any(String) },
  ]);
});
