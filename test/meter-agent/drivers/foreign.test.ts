import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { foreignFixture, now } from '../support/foreign-fixture.ts';
import type { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** Takes every setting, and shows keys that nobody asked for. */
function takesSettings(chargePoint: RawChargePoint): void {
  chargePoint.socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const keys = [{ key: 'HeartbeatInterval', readonly: false, value: '300' }];
    if (frame[2] === 'ChangeConfiguration') chargePoint.answer(frame, { status: 'Accepted' });
    if (frame[2] === 'GetConfiguration')
      chargePoint.answer(frame, { configurationKey: keys, unknownKey: [] });
  });
}

test('nulls for optional properties and long names are taken, with one log line for all their repeats', async () => {
  const { chargePoint, agent, lines } = await foreignFixture(scope);
  const boot = {
    chargePointVendor: 'A maker whose name is longer than twenty characters',
    chargePointModel: 'Box',
    firmwareVersion: null,
  };
  for (const id of ['b1', 'b2']) {
    expect(await chargePoint.call(id, 'BootNotification', boot)).toMatchObject([
      3,
      id,
      { status: 'Accepted' },
    ]);
  }
  expect(agent.connectors.info('CP1').vendor).toBe('A maker whose name i');
  const deviations = lines.filter(({ msg }) => msg.includes('deviates from the schema'));
  expect(deviations).toHaveLength(1);
  expect(deviations[0]).toMatchObject({
    action: 'BootNotification',
    deviations: ['too long chargePointVendor', 'null firmwareVersion'],
  });
});

test("wrong types, missing properties, unknown statuses and tags beyond their length stay the protocol's errors", async () => {
  const { chargePoint, agent } = await foreignFixture(scope);
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
  const cases: [string, object, string][] = [
    ['StartTransaction', { ...start, idTag: undefined }, 'OccurrenceConstraintViolation'],
    ['StartTransaction', { ...start, idTag: null }, 'OccurrenceConstraintViolation'],
    ['StartTransaction', { ...start, idTag: `${TAG}X` }, 'FormationViolation'],
    ['StartTransaction', { ...start, meterStart: '0' }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, connectorId: 1.5 }, 'TypeConstraintViolation'],
    ['StatusNotification', { ...status, status: 'Occupied' }, 'FormationViolation'],
    ['StatusNotification', { ...status, connectorId: '1' }, 'TypeConstraintViolation'],
    ['StatusNotification', { ...status, status: undefined }, 'OccurrenceConstraintViolation'],
    ['StatusNotification', { ...status, connectorId: null }, 'OccurrenceConstraintViolation'],
  ];
  for (const [index, [action, params, code]] of cases.entries()) {
    const answer = await chargePoint.call(`c${index}`, action, params);
    expect(answer.slice(0, 3)).toEqual([4, `c${index}`, code]);
  }
  for (const [id, params] of [
    ['n1', null],
    ['n2', 'text'],
    ['n3', [null]],
  ] as const) {
    const answer = await chargePoint.says(JSON.stringify([2, id, 'Heartbeat', params]), id);
    expect(answer.slice(0, 3)).toEqual([4, id, 'TypeConstraintViolation']);
  }
  expect(agent.journal.newestTransaction('CP1', 1)).toBeUndefined();
});

test('an answer with a property that nobody knows is the answer all the same', async () => {
  const { chargePoint, handOver, session } = await foreignFixture(scope);
  handOver();
  chargePoint.answer(await chargePoint.wasCalled('RemoteStartTransaction'), {
    status: 'Accepted',
    statusInfo: { why: 'free' },
  });
  await waitFor('the answer to be taken', () => session().startAnswer === 'accepted');
});

test('answers cut short are refusals, not the end of the connection', async () => {
  const { chargePoint, handOver, session, agent } = await foreignFixture(scope);
  chargePoint.socket.on('message', (data) => {
    const [type, messageId, action] = JSON.parse(String(data));
    if (type === 2)
      chargePoint.socket.send(JSON.stringify([action === 'RemoteStartTransaction' ? 3 : 4, messageId]));
  });
  const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
  expect(await chargePoint.call('b', 'BootNotification', boot)).toMatchObject([
    3,
    'b',
    { status: 'Accepted' },
  ]);
  handOver();
  await waitFor('the refusal to be taken', () => session().startAnswer === 'refused');
  expect(agent.connectors.isOnline('CP1')).toBe(true);
  expect(await chargePoint.call('h', 'Heartbeat', {})).toMatchObject([3, 'h', {}]);
});

test('a unit that we do not know takes no other value of its message with it', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope);
  handOver();
  const start = { connectorId: 1, idTag: TAG, meterStart: 1_000.9, reservationId: null, timestamp: now() };
  const [, , { transactionId }] = (await chargePoint.call('s', 'StartTransaction', start)) as [
    number,
    string,
    { transactionId: number },
  ];
  skip(300);
  const sampledValue = [
    { value: '50', measurand: 'Frequency', unit: 'Hz' },
    { value: '40', measurand: 'SoC', unit: '%' },
    { value: '1090', measurand: 'Energy.Active.Import.Register', unit: '', phase: null },
  ];
  const values = { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] };
  expect(await chargePoint.call('m', 'MeterValues', values)).toEqual([3, 'm', {}]);
  expect(session().transaction?.register).toMatchObject({ startWh: 1_000, creditedWh: 90 });
  const stop = {
    transactionId,
    meterStop: 1_100.4,
    timestamp: now(),
    reason: 'CarLeft',
    transactionData: null,
  };
  expect(await chargePoint.call('e', 'StopTransaction', stop)).toEqual([3, 'e', {}]);
  expect(session().doneWh).toBe(100);
});

test('a charge point that asks the meter in kWh, says Charging before its start is answered and stops without a reason', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope);
  takesSettings(chargePoint);
  // Boot and status come in one go, the answer to the first is not waited for.
  const boot = { chargePointVendor: 'Virtual', chargePointModel: 'Virtual', firmwareVersion: '1.0.0' };
  const status = (word: string) => ({ connectorId: 1, errorCode: 'NoError', status: word });
  const [booted] = await Promise.all([
    chargePoint.call('boot', 'BootNotification', boot),
    chargePoint.call('free', 'StatusNotification', status('Available')),
  ]);
  expect(booted).toMatchObject([3, 'boot', { status: 'Accepted' }]);
  handOver();
  const asked = await chargePoint.wasCalled('RemoteStartTransaction');
  expect(asked[3]).toMatchObject({ connectorId: 1, idTag: TAG });
  chargePoint.answer(asked, { status: 'Accepted' });
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  const [started] = await Promise.all([
    chargePoint.call('start', 'StartTransaction', start),
    chargePoint.call('on', 'StatusNotification', status('Charging')),
  ]);
  const { transactionId } = started[2] as { transactionId: number };
  expect(started).toMatchObject([3, 'start', { idTagInfo: { status: 'Accepted' } }]);
  skip(300);
  for (const [id, value] of [
    ['m1', '0.15002000000000001'],
    ['m2', '0.30004000000000003'],
  ] as const) {
    const sampledValue = [{ value, measurand: 'Energy.Active.Import.Register', unit: 'kWh' }];
    const values = { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] };
    expect(await chargePoint.call(id, 'MeterValues', values)).toEqual([3, id, {}]);
  }
  expect(session().transaction?.register.creditedWh).toBe(300);
  const signed = { signedMeterData: 'T0NNRnx7fXx7fQ==', encodingMethod: 'OCMF', publicKey: 'AA==' };
  const sampledValue = [{ value: JSON.stringify(signed), format: 'SignedData', context: 'Transaction.End' }];
  const stop = { meterStop: 401, timestamp: now(), transactionId };
  const [stopped] = await Promise.all([
    chargePoint.call('stop', 'StopTransaction', {
      ...stop,
      transactionData: [{ timestamp: now(), sampledValue }],
    }),
    chargePoint.call('off', 'StatusNotification', status('Available')),
  ]);
  expect(stopped).toEqual([3, 'stop', {}]);
  expect(session()).toMatchObject({ doneWh: 401 });
});

test("a charge point that takes a stop for refused without the tag's word gets it: its own is accepted, a stranger's is not", async () => {
  const { chargePoint, handOver, session } = await foreignFixture(scope);
  handOver();
  const transactionOf = async (messageId: string, idTag: string) => {
    const start = { connectorId: 1, idTag, meterStart: 0, timestamp: now() };
    const [, , answer] = await chargePoint.call(messageId, 'StartTransaction', start);
    return (answer as { transactionId: number }).transactionId;
  };
  const stop = (messageId: string, transactionId: number, idTag: string) =>
    chargePoint.call(messageId, 'StopTransaction', { transactionId, idTag, meterStop: 0, timestamp: now() });
  const strange = await transactionOf('s1', 'STRANGER');
  expect(await stop('e1', strange, 'STRANGER')).toEqual([3, 'e1', { idTagInfo: { status: 'Invalid' } }]);
  const own = await transactionOf('s2', TAG);
  expect(await stop('e2', own, TAG)).toEqual([3, 'e2', { idTagInfo: { status: 'Accepted' } }]);
  expect(session().transaction).toBeNull();
});

test('a charge point that authorizes the tag while it holds our start back gets its answer, and starts', async () => {
  const { chargePoint, handOver, session } = await foreignFixture(scope);
  handOver();
  const asked = await chargePoint.wasCalled('RemoteStartTransaction');
  expect(await chargePoint.call('a', 'Authorize', { idTag: TAG })).toEqual([
    3,
    'a',
    { idTagInfo: { status: 'Accepted' } },
  ]);
  chargePoint.answer(asked, { status: 'Accepted' });
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  expect(await chargePoint.call('s', 'StartTransaction', start)).toMatchObject([
    3,
    's',
    { transactionId: 1 },
  ]);
  expect(session().phase).toBe('CHARGING');
});

test('a charge point that prepares in one breath with its answer, and reports every phase, is started once and read right', async () => {
  const { chargePoint, handOver, session, skip } = await foreignFixture(scope);
  takesSettings(chargePoint);
  const status = (word: string) => ({ connectorId: 1, errorCode: 'NoError', status: word });
  await chargePoint.call('free', 'StatusNotification', status('Available'));
  handOver();
  chargePoint.answer(await chargePoint.wasCalled('RemoteStartTransaction'), { status: 'Accepted' });
  await chargePoint.call('prepares', 'StatusNotification', status('Preparing'));
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  const [, , started] = await chargePoint.call('start', 'StartTransaction', start);
  const { transactionId } = started as { transactionId: number };
  skip(300);
  const sampled = (value: string, measurand: string, unit: string, more = {}) => ({
    context: 'Sample.Periodic',
    location: 'Outlet',
    measurand,
    unit,
    value,
    ...more,
  });
  const energy = (value: string, more = {}) => sampled(value, 'Energy.Active.Import.Register', 'Wh', more);
  const sampledValue = [
    sampled('230.4', 'Voltage', 'V'),
    ...['L1-N', 'L2-N', 'L3-N'].map((phase) => sampled('230.1', 'Voltage', 'V', { phase })),
    sampled('10800.5', 'Power.Active.Import', 'W'),
    ...['L1-N', 'L2-N', 'L3-N'].map((phase) => sampled('3600.17', 'Power.Active.Import', 'W', { phase })),
    sampled('15.66', 'Current.Import', 'A'),
    energy('100.37'),
  ];
  const values = { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] };
  expect(await chargePoint.call('m', 'MeterValues', values)).toEqual([3, 'm', {}]);
  expect(session()).toMatchObject({ powerW: 10_800, transaction: { register: { creditedWh: 100 } } });
  const transactionData = [
    { timestamp: now(), sampledValue: [energy('0', { context: 'Transaction.Begin' })] },
    { timestamp: now(), sampledValue: [energy('105', { context: 'Transaction.End' })] },
  ];
  const stop = {
    transactionId,
    idTag: TAG,
    meterStop: 105,
    timestamp: now(),
    reason: 'Remote',
    transactionData,
  };
  const stopped = await chargePoint.call('stop', 'StopTransaction', stop);
  expect(stopped).toEqual([3, 'stop', { idTagInfo: { status: 'Accepted' } }]);
  expect(session().doneWh).toBe(105);
  expect(chargePoint.frames.some(([, , action]) => action === 'RemoteStartTransaction')).toBe(false);
});
