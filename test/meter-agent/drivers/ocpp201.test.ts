import { afterEach, expect, test, vi } from 'vitest';
import { CentralSystem } from '../../../meter-agent/central-system/central-system.ts';
import { CALL_TIMEOUT_MS } from '../../../meter-agent/drivers/ocpp/server.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { meterKey, publicKeyHex } from '../../../scripts/wallbox/record.ts';
import { TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';
import { eventOf, registerOf, stationFixture } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const BOOT = { reason: 'PowerUp', chargingStation: { vendorName: 'Somebody', model: 'Some Station' } };

type Fixture = Awaited<ReturnType<typeof stationFixture>>;

const connectorStatus = ({ agent }: Fixture) => agent.connectors.find('CP1', 1)?.status;

test('a station that boots is accepted, gets the time, and set up in one call', async () => {
  const { chargePoint } = await stationFixture(scope);
  const answer = await chargePoint.call('BootNotification', BOOT);
  expect(answer).toMatchObject({ status: 'Accepted', interval: 60 });
  expect(Math.abs(Date.parse(String(answer.currentTime)) - Date.now())).toBeLessThan(60_000);
  const { setVariableData } = (await chargePoint.wasAsked('SetVariables')) as { setVariableData: object[] };
  const set = (component: string, variable: string, attributeValue: string) =>
    expect(setVariableData).toContainEqual({
      component: { name: component },
      variable: { name: variable },
      attributeValue,
    });
  set('SampledDataCtrlr', 'TxUpdatedInterval', '1');
  set('SampledDataCtrlr', 'SignReadings', 'true');
  set('AuthCtrlr', 'OfflineTxForUnknownIdEnabled', 'false');
  set('LocalAuthListCtrlr', 'Enabled', 'false');
  set('TxCtrlr', 'StopTxOnInvalidId', 'true');
});

test('a station that takes variables one by one only, and reports its meter key', async () => {
  const { chargePoint, agent } = await stationFixture(scope, { isLax: true });
  const key = publicKeyHex(meterKey(`${scope.dir()}/meter.pem`));
  const component = { name: 'FiscalMetering', evse: { id: 1 } };
  const found = {
    component,
    variable: { name: 'PublicKey' },
    attributeStatus: 'Accepted',
    attributeValue: key,
  };
  chargePoint.answers.GetVariables = { getVariableResult: [found] };
  chargePoint.client.handle('SetVariables', (({ params }: { params: { setVariableData: object[] } }) => {
    chargePoint.asked.push({ action: 'SetVariables', params });
    const attributeStatus = params.setVariableData.length > 1 ? 'Rejected' : 'Accepted';
    return { setVariableResult: params.setVariableData.map((setting) => ({ ...setting, attributeStatus })) };
  }) as never);
  await chargePoint.call('BootNotification', BOOT);
  await waitFor('the meter key', () => agent.connectors.find('CP1', 1)?.meterKey);
  const sets = chargePoint.asked.filter(({ action }) => action === 'SetVariables');
  expect(sets.length).toBeGreaterThan(10);
  await waitFor('it to be known', () => agent.connectors.health('CP1', 0).refusedSettings?.length === 0);
});

test('a station that never answers its settings does not hold up a start', async () => {
  const { chargePoint, handOver } = await stationFixture(scope, { isLax: true });
  const asked: string[] = [];
  chargePoint.client.handle('SetVariables', (() => {
    asked.push('SetVariables');
    return new Promise(() => {});
  }) as never);
  await chargePoint.call('BootNotification', BOOT);
  await waitFor('the settings to be asked', () => asked.length === 1);
  const since = performance.now();
  handOver();
  await waitFor('the start', () =>
    chargePoint.asked.some(({ action }) => action === 'RequestStartTransaction'),
  );
  expect(performance.now() - since).toBeLessThan(CALL_TIMEOUT_MS);
});

test('Occupied is put into the words of 1.6 by the charging state', async () => {
  const fixture = await stationFixture(scope);
  const { status, send, handOver, chargePoint } = fixture;
  await status('Available');
  expect(connectorStatus(fixture)).toBe('Available');
  await status('Occupied');
  expect(connectorStatus(fixture)).toBe('Preparing');
  handOver();
  for (const [chargingState, word] of [
    ['Charging', 'Charging'],
    ['SuspendedEV', 'SuspendedEV'],
    ['SuspendedEVSE', 'SuspendedEVSE'],
  ] as const) {
    await send(word === 'Charging' ? 'Started' : 'Updated', {
      idTag: TAG,
      registerWh: 0,
      info: { chargingState },
    });
    expect(connectorStatus(fixture)).toBe(word);
  }
  await send('Ended', { registerWh: 0, info: { stoppedReason: 'Local' } });
  expect(connectorStatus(fixture)).toBe('Finishing');
  await status('Available');
  expect(connectorStatus(fixture)).toBe('Available');
  await status('Reserved');
  expect(connectorStatus(fixture)).toBe('Reserved');
  await chargePoint.call('ReservationStatusUpdate', { reservationId: 1, reservationUpdateStatus: 'Expired' });
});

test('a station that tells no status of a car shows it by its transaction', async () => {
  const fixture = await stationFixture(scope);
  const timestamp = new Date().toISOString();
  const free = { timestamp, connectorStatus: 'Available', evseId: 1, connectorId: 1 };
  await fixture.chargePoint.call('StatusNotification', free);
  fixture.handOver();
  // Many clocks count seconds: of two messages with one time the later one is the news.
  await fixture.send('Started', { idTag: TAG, registerWh: 0, timestamp });
  expect(connectorStatus(fixture)).toBe('Charging');
  await fixture.send('Ended', { registerWh: 0, info: { stoppedReason: 'EVDisconnected' } });
  expect(connectorStatus(fixture)).toBe('Available');
});

test('faults: an event, a stop reason and a status are reported with the terms of 1.6', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, status, send } = fixture;
  const statusSpy = vi.spyOn(CentralSystem.prototype, 'status');
  scope.onEnd(() => statusSpy.mockRestore());
  const event = (change: object) =>
    chargePoint.call('NotifyEvent', {
      generatedAt: new Date().toISOString(),
      seqNo: 0,
      eventData: [
        {
          eventId: 1,
          timestamp: new Date().toISOString(),
          trigger: 'Alerting',
          actualValue: 'true',
          eventNotificationType: 'HardWiredNotification',
          component: { name: 'OverCurrentProtection', evse: { id: 1 } },
          variable: { name: 'Tripped' },
          ...change,
        },
      ],
    });
  await status('Occupied');
  await event({});
  await event({ cleared: true });
  await event({ component: { name: 'SomethingElse' }, techCode: 'CX003' });
  await event({ component: { name: 'SomethingElse' }, variable: { name: 'Temperature' }, actualValue: '21' });
  await status('Available');
  await status('Faulted');
  await status('Available');
  await send('Started', { idTag: 'OWNER', registerWh: 0, info: { chargingState: 'Charging' } });
  await send('Ended', { registerWh: 0, info: { stoppedReason: 'GroundFault' } });
  expect(statusSpy.mock.calls.map(([, , word, fault]) => [word, fault?.errorCode])).toEqual([
    ['Preparing', undefined],
    ['Faulted', 'OverCurrentFailure'],
    ['Preparing', undefined],
    ['Faulted', 'HighTemperature'],
    ['Available', undefined],
    ['Faulted', undefined],
    ['Available', undefined],
    ['Charging', undefined],
    ['Faulted', 'GroundFailure'],
  ]);
});

test('everything else that a station may say is answered as the standard wants it', async () => {
  const { chargePoint } = await stationFixture(scope);
  const generatedAt = new Date().toISOString();
  const sound: [string, object][] = [
    ['Heartbeat', {}],
    ['NotifyReport', { requestId: 1, generatedAt, seqNo: 0 }],
    ['SecurityEventNotification', { type: 'StartupOfTheDevice', timestamp: generatedAt }],
    ['FirmwareStatusNotification', { status: 'Idle' }],
    ['LogStatusNotification', { status: 'Uploading' }],
    ['NotifyChargingLimit', { chargingLimit: { chargingLimitSource: 'EMS' } }],
    ['ClearedChargingLimit', { chargingLimitSource: 'EMS' }],
    ['DataTransfer', { vendorId: 'X' }],
    ['SignCertificate', { csr: 'X' }],
    [
      'NotifyEVChargingSchedule',
      {
        timeBase: generatedAt,
        evseId: 1,
        chargingSchedule: {
          id: 1,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
        },
      },
    ],
    ['MeterValues', { evseId: 0, meterValue: [{ timestamp: generatedAt, sampledValue: [{ value: 1 }] }] }],
  ];
  // The scripted station checks each answer by the standard's schema.
  for (const [action, params] of sound)
    await expect(chargePoint.call(action, params as never)).resolves.toBeDefined();
});

test('sloppy is taken where it harms nobody, and refused by an error where money hangs on it', async () => {
  const { chargePoint, agent } = await stationFixture(scope, { isLax: true });
  const long = { vendorName: 'V', model: 'A model name of more than twenty letters', surprise: 1 };
  expect(await chargePoint.call('BootNotification', { chargingStation: long })).toMatchObject({
    status: 'Accepted',
  });
  await chargePoint.call('StatusNotification', { connectorStatus: 'Finishing', evseId: 1, connectorId: 1 });
  expect(agent.connectors.find('CP1', 1)?.status).toBe('Preparing');
  const nobody = { idToken: '', type: 'NoAuthorization' };
  const shown = await chargePoint.call('TransactionEvent', eventOf('Started', { more: { idToken: nobody } }));
  expect(shown).toEqual({ idTokenInfo: { status: 'Invalid' } });
  const event = eventOf('Started', { sampledValue: [registerOf('12.5')], timestamp: '2026-01-01T00:00:00' });
  await chargePoint.call('TransactionEvent', event);
  const refused = async (change: object) => {
    const error = await chargePoint
      .call('TransactionEvent', { ...event, ...change })
      .catch((caught) => caught);
    return (error as { rpcErrorCode?: string }).rpcErrorCode;
  };
  expect(await refused({ transactionInfo: {} })).toBe('OccurrenceConstraintViolation');
  expect(await refused({ eventType: 'Begun' })).toBe('PropertyConstraintViolation');
  expect(await refused({ timestamp: 7 })).toBe('TypeConstraintViolation');
  await expect(chargePoint.call('NoSuchAction', {})).rejects.toMatchObject({
    rpcErrorCode: 'NotImplemented',
  });
});

test('OCPP 2.1 is served by the same code, and is gets the time limit of the transaction', async () => {
  const fixture = await stationFixture(scope, { protocol: 'ocpp2.1' });
  const { chargePoint, handOver, session, plan, skip } = fixture;
  handOver();
  await chargePoint.wasAsked('RequestStartTransaction');
  const beganSec = Date.now() / 1_000;
  const answer = await chargePoint.call(
    'TransactionEvent',
    eventOf('Started', { idTag: TAG, registerWh: 0 }),
  );
  const { maxTime } = (answer as { transactionLimit: { maxTime: number } }).transactionLimit;
  expect(plan.times.end - maxTime).toBeGreaterThan(beganSec - 1);
  expect(plan.times.end - maxTime).toBeLessThan(Date.now() / 1_000 + 1);
  skip(300);
  await chargePoint.call('TransactionEvent', eventOf('Ended', { registerWh: 60 }));
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
});

test("OCPP 2.1: a transaction's time counts from its start, however late its tag is shown, and is the bookings' alone", async () => {
  const { chargePoint, handOver, plan, status } = await stationFixture(scope, { protocol: 'ocpp2.1' });
  await status('Occupied');
  handOver();
  await chargePoint.wasAsked('RequestStartTransaction');
  const startedSec = Math.floor(Date.now() / 1_000) - 600;
  const timestamp = new Date(startedSec * 1_000).toISOString();
  await chargePoint.call('TransactionEvent', eventOf('Started', { registerWh: 0, timestamp }));
  const shown = await chargePoint.call('TransactionEvent', eventOf('Updated', { idTag: TAG, registerWh: 0 }));
  const { maxTime } = (shown as { transactionLimit: { maxTime: number } }).transactionLimit;
  expect(Math.abs(startedSec + maxTime - plan.times.end)).toBeLessThan(3);
  const owners = { transactionId: 'tx-2', idTag: 'OWNER', registerWh: 5 };
  expect(await chargePoint.call('TransactionEvent', eventOf('Started', owners))).toEqual({
    idTokenInfo: { status: 'Accepted' },
  });
});
