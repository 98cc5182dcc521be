import { afterEach, expect, test } from 'vitest';
import { meterKey, publicKeyHex, signedRecord, signedValue } from '../../../scripts/wallbox/record.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** A charge point that is nothing but texts on a WebSocket, and a booking whose start was received. */
async function sloppy() {
  const made = await agentFixture(scope);
  await made.chargePoint.close();
  const raw = new RawChargePoint(`ws://127.0.0.1:${made.port}/CP1`);
  scope.onEnd(() => raw.close());
  await raw.opened();
  made.handOver();
  return { ...made, raw };
}

/** UTC as a charge point writes it that leaves the zone out. */
const zoneless = () => new Date().toISOString().slice(0, 19);

test('a whole charge in sloppy texts: blanks, long message ids, no zone, numbers for texts, kWh without a unit', async () => {
  const { raw, session, skip } = await sloppy();
  const id = (last: string) => `0f8fad5b-d9cb-469f-a165-7086772895${last}`;
  const boot = `\n[ 2 ,\t"${id('01')}" , "BootNotification" ,
    { "chargePointVendor" : "Hand" , "chargePointModel" : "Made" , "iccid" : "" } ]\r\n`;
  expect(await raw.says(boot, id('01'))).toMatchObject([3, id('01'), { status: 'Accepted' }]);
  const start = `[2,"${id('02')}","StartTransaction",{"connectorId":1,"idTag":"${TAG.toLowerCase()}",
    "meterStart":1234000,"timestamp":"${zoneless()}","reservationId":null}]`;
  const [, , answer] = await raw.says(start, id('02'));
  const { transactionId } = answer as { transactionId: number };
  expect(answer).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  expect(session()).toMatchObject({ phase: 'CHARGING' });
  skip(300);
  const meter = (value: string, last: string) =>
    raw.says(
      `[2,"${id(last)}","MeterValues",{"connectorId":1,"transactionId":${transactionId},"meterValue":[
        {"timestamp":"${zoneless().replace('T', ' ')}","sampledValue":[${value}]}]}]`,
      id(last),
    );
  expect(await meter('{"value":"1234.0400000000001"}', '03')).toEqual([3, id('03'), {}]);
  expect(session().transaction?.register.creditedWh).toBe(40);
  await meter('{"value":1234.06,"unit":"kwh"},{"value":"11","measurand":"Humidity","unit":"%"}', '04');
  expect(session().transaction?.register.creditedWh).toBe(60);
  await meter('{"value":1234070.9,"unit":"WH","context":"Sample.Periodic"}', '05');
  expect(session().transaction?.register.creditedWh).toBe(70);
  const stop = `[2,"${id('06')}","StopTransaction",{"transactionId":${transactionId},"meterStop":1234080.7,
    "timestamp":"${zoneless()}+0000","reason":"UserButton"}]`;
  expect(await raw.says(stop, id('06'))).toMatchObject([3, id('06'), {}]);
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 80 });
});

test('signed values are kept in every form that charge points send: containers at begin and end, base64, the bare record', async () => {
  const { raw, session, agent, bookingId, skip } = await sloppy();
  const key = meterKey(`${scope.dir()}/meter.pem`);
  const record = (pagination: number, reason: 'B' | 'E', registerWh: number) =>
    signedRecord(key, {
      serial: 'S1',
      firmware: '1',
      pagination,
      idTag: TAG,
      readings: [{ reason, at: new Date(), registerWh }],
    });
  const [begin, end, both, bare] = [
    record(1, 'B', 0),
    record(2, 'E', 40),
    record(3, 'E', 40),
    record(4, 'E', 40),
  ];
  const container = signedValue(begin, publicKeyHex(key));
  const plainText = JSON.stringify({ signedMeterData: both, encodingMethod: 'OCMF', publicKey: '' });
  const timestamp = new Date().toISOString();
  const signed = (value: string, context: string) => ({
    timestamp,
    sampledValue: [{ value, context, format: 'SignedData' }],
  });
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp };
  const [, , answer] = await raw.call('s', 'StartTransaction', start);
  const { transactionId } = answer as { transactionId: number };
  skip(300);
  const meterValue = [signed(container, 'Transaction.Begin')];
  expect(await raw.call('m', 'MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual([
    3,
    'm',
    {},
  ]);
  const transactionData = [
    signed(Buffer.from(end).toString('base64'), 'Transaction.End'),
    signed(plainText, 'Transaction.End'),
    signed(bare, 'Transaction.End'),
    { timestamp, sampledValue: [{ value: '40', context: 'Transaction.End' }] },
  ];
  const stop = { transactionId, meterStop: 40, timestamp, transactionData };
  expect(await raw.call('e', 'StopTransaction', stop)).toMatchObject([3, 'e', {}]);
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 40 });
  const kept = agent.journal.evidence(bookingId).map((line) => JSON.parse(line).record);
  expect(kept.filter((text) => text !== undefined)).toEqual([begin, end, both, bare]);
});

test('a register of the beginning that comes again at the end is neither billed nor an oddity', async () => {
  const { raw, session, skip, agent, bookingId } = await sloppy();
  const timestamp = new Date().toISOString();
  const start = { connectorId: 1, idTag: TAG, meterStart: 1_000, timestamp };
  const [, , answer] = await raw.call('s', 'StartTransaction', start);
  const { transactionId } = answer as { transactionId: number };
  skip(300);
  await raw.call('m', 'MeterValues', {
    ...{ connectorId: 1, transactionId },
    meterValue: [{ timestamp, sampledValue: [{ value: '1100' }] }],
  });
  const [begin, end] = [
    { value: '1000', context: 'Transaction.Begin' },
    { value: '1200', context: 'Transaction.End' },
  ];
  const transactionData = [{ timestamp, sampledValue: [begin, end] }];
  await raw.call('e', 'StopTransaction', { transactionId, meterStop: 1_200, timestamp, transactionData });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 200 });
  expect(agent.journal.evidence(bookingId).filter((line) => line.includes('anomaly'))).toEqual([]);
});

test('a charge point without heartbeats and without a boot is served all the same', async () => {
  const { raw, session, skip } = await sloppy();
  const [, , answer] = await raw.call('s', 'StartTransaction', {
    connectorId: 1,
    idTag: TAG,
    meterStart: 5,
    timestamp: new Date().toISOString(),
  });
  const { transactionId } = answer as { transactionId: number };
  skip(300);
  const stop = { transactionId, meterStop: 15, timestamp: new Date().toISOString() };
  await raw.call('e', 'StopTransaction', stop);
  expect(session().doneWh).toBe(10);
});

test('meter values in the shape of OCPP 1.5 count: who sends them dies of a refusal', async () => {
  const { raw, session, skip } = await sloppy();
  const timestamp = zoneless();
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp };
  const [, , answer] = await raw.call('s', 'StartTransaction', start);
  const { transactionId } = answer as { transactionId: number };
  skip(300);
  const register = { value: '30', measurand: 'Energy.Active.Import.Register', unit: 'Wh' };
  const values = [{ timestamp, values: [register] }];
  const params = { connectorId: 1, transactionId, values };
  expect(await raw.call('m', 'MeterValues', params)).toEqual([3, 'm', {}]);
  expect(session().transaction?.register.creditedWh).toBe(30);
  for (const odd of [
    { ...params, values: [{ timestamp, values: 'none' }] },
    { ...params, values: register },
    { ...params, meterValue: 'none' },
  ]) {
    const [type] = await raw.call(`odd ${JSON.stringify(odd).length}`, 'MeterValues', odd);
    expect(type).toBe(4);
  }
  await raw.call('e', 'StopTransaction', { transactionId, meterStop: 40, timestamp });
  expect(session()).toMatchObject({ doneWh: 40, transaction: null });
});
