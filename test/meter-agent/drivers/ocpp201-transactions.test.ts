import { afterEach, expect, test } from 'vitest';
import { decimalText } from '../../../meter-agent/drivers/ocpp201/values.ts';
import { scaleRoundedDown } from '../../../meter-agent/lib/decimal.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { meterKey, signedRecord } from '../../../scripts/wallbox/record.ts';
import { CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';
import { eventOf, registerOf, stationFixture } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('replays: Started, Updated and Ended again change nothing, also with seqNo always 0', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, skip } = fixture;
  handOver();
  const started = eventOf('Started', { idTag: TAG, registerWh: 100 });
  const first = await chargePoint.call('TransactionEvent', started);
  skip(300);
  const updated = eventOf('Updated', { registerWh: 140 });
  const ended = eventOf('Ended', { registerWh: 150, info: { stoppedReason: 'Local' } });
  for (const event of [started, updated, updated, started, ended, ended, updated]) {
    const answer = await chargePoint.call('TransactionEvent', event);
    if (event === started) expect(answer).toEqual(first);
  }
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 50, stopCause: 'wallbox' });
  expect(await chargePoint.call('TransactionEvent', started)).toEqual(first);
  expect(session().phase).toBe('FINAL');
});

test('what was sent while disconnected counts once, also when its start comes last', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, skip } = fixture;
  handOver();
  skip(600);
  const at = (sec: number) => new Date(Date.now() + sec * 1_000).toISOString();
  const offline = { offline: true };
  const ended = eventOf('Ended', {
    idTag: TAG,
    timestamp: at(300),
    sampledValue: [
      registerOf(2_000, { context: 'Transaction.Begin' }),
      registerOf(2_090, { context: 'Transaction.End' }),
    ],
    info: { stoppedReason: 'EVDisconnected' },
    more: offline,
  });
  await chargePoint.call('TransactionEvent', ended);
  await chargePoint.call(
    'TransactionEvent',
    eventOf('Started', { idTag: TAG, registerWh: 2_000, timestamp: at(0), more: offline }),
  );
  expect(session().transaction).toBeNull();
  expect(session().registers).toEqual({ beginWh: 2_000, endWh: 2_090 });
});

test('a start that comes after its first values counts from the start, and stored values once', async () => {
  const { chargePoint, handOver, session, skip } = await stationFixture(scope);
  handOver();
  skip(600);
  const began = Date.now() - 300_000;
  const send = (eventType: string, seqNo: number, registerWh: number, more: object = {}) => {
    const timestamp = new Date(began + seqNo * 10_000).toISOString();
    const change = { idTag: TAG, registerWh, timestamp, more: { seqNo, offline: true, ...more } };
    return chargePoint.call('TransactionEvent', eventOf(eventType, change));
  };
  const counted = () => session().transaction?.register.creditedWh;
  await send('Updated', 4, 2_053);
  expect(counted()).toBe(0);
  await send('Updated', 9, 2_110);
  await send('Started', 0, 2_000);
  expect(counted()).toBe(110);
  for (const [seqNo, registerWh] of [
    [1, 2_010],
    [3, 2_028],
    [5, 2_060],
    [8, 2_100],
    [2, 2_020],
  ] as const)
    await send('Updated', seqNo, registerWh);
  expect(counted()).toBe(110);
  await send('Updated', 10, 2_120);
  expect(counted()).toBe(120);
  expect(session().registers).toEqual({ beginWh: 2_000, endWh: 2_120 });
});

test("only the booking's token gets power; owners are left alone; a refused one may be followed by a good one", async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, send } = fixture;
  const authorize = async (idTag: string) => {
    const { idTokenInfo } = await chargePoint.call('Authorize', {
      idToken: { idToken: idTag, type: 'ISO14443' },
    });
    return (idTokenInfo as { status: string }).status;
  };
  expect(await authorize(TAG)).toBe('Invalid');
  expect(await authorize('OWNER')).toBe('Accepted');
  expect(
    await send('Started', { registerWh: 5, idTag: 'STRANGER', info: { chargingState: 'EVConnected' } }),
  ).toBe('Invalid');
  handOver();
  expect(await authorize(TAG)).toBe('Accepted');
  await send('Updated', { registerWh: 300, info: { chargingState: 'Charging' } });
  expect(await chargePoint.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
  expect(session().transaction).toBeNull();
  expect(await send('Updated', { registerWh: 300, idTag: TAG })).toBe('Accepted');
  expect(session().transaction?.register).toMatchObject({ startWh: 300, creditedWh: 0 });
  await send('Ended', { registerWh: 301 });
  expect(await send('Started', { transactionId: 'tx-2', registerWh: 301, idTag: 'OWNER' })).toBe('Accepted');
  await send('Updated', { transactionId: 'tx-2', registerWh: 9_000 });
  expect(fixture.agent.journal.evidence(fixture.bookingId).join('')).not.toContain('OWNER');
});

test('power without any token gets a stop', async () => {
  const { chargePoint, send } = await stationFixture(scope);
  await send('Started', { registerWh: 100, info: { chargingState: 'Charging' } });
  await send('Updated', { registerWh: 120, info: { chargingState: 'Charging' } });
  expect(chargePoint.asked.filter(({ action }) => action === 'RequestStopTransaction')).toEqual([]);
  await send('Updated', { registerWh: 180, info: { chargingState: 'Charging' } });
  expect(await chargePoint.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
});

test('pause and stop name the transaction as the station does', async () => {
  const fixture = await stationFixture(scope, { plan: CAUTIOUS });
  const { chargePoint, handOver, session, send, skip, cosign } = fixture;
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0 });
  skip(300);
  await send('Updated', { registerWh: 101 });
  const profile = await waitFor('0 A', () => {
    const sets = chargePoint.asked
      .filter(({ action }) => action === 'SetChargingProfile')
      .map(({ params }) => params);
    return sets.find((params) => JSON.stringify(params).includes('"limit":0}]'));
  });
  expect(profile).toMatchObject({ evseId: 1, chargingProfile: { transactionId: 'tx-1', id: 61_001 } });
  await waitFor('the pause to be known', () => session().current.acceptedA === 0);
  cosign();
  await waitFor('the limit to be gone', () => (session().current.acceptedA ?? 0) > 0);
  fixture.agent.sessions.apply(fixture.bookingId, { type: 'stopAsked', at: fixture.nowSec() });
  expect(await chargePoint.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
  await send('Ended', { registerWh: 110, info: { stoppedReason: 'Remote' } });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 110, stopCause: 'driver' });
});

test('signed values reach the evidence byte by byte', async () => {
  const fixture = await stationFixture(scope);
  const { handOver, send, skip, agent, bookingId } = fixture;
  const key = meterKey(`${scope.dir()}/meter.pem`);
  const facts = { serial: 'S', firmware: '1', pagination: 1, idTag: TAG };
  const record = (reason: 'B' | 'E', registerWh: number) =>
    signedRecord(key, { ...facts, readings: [{ reason, at: new Date(), registerWh }] });
  const [begin, end] = [record('B', 10), record('E', 50)];
  const signed = (text: string, value: number) => {
    const signedMeterData = Buffer.from(text).toString('base64');
    const container = { signedMeterData, signingMethod: '', encodingMethod: 'OCMF', publicKey: '' };
    return [registerOf(value, { signedMeterValue: container })];
  };
  await send('Started', { sampledValue: signed(begin, 10), info: { chargingState: 'EVConnected' } });
  handOver();
  await send('Updated', { idTag: TAG, registerWh: 10 });
  skip(300);
  await send('Ended', { sampledValue: signed(end, 50) });
  const lines = agent.journal.evidence(bookingId).map((line) => JSON.parse(line) as { record?: string });
  expect(lines.flatMap(({ record: text }) => (text === undefined ? [] : [text]))).toEqual([begin, end]);
});

test('numbers become text without going through floating point', () => {
  const wh = (value: number, multiplier: number, decimals: number) =>
    scaleRoundedDown(decimalText(value, multiplier), decimals);
  expect(wh(0.15002000000000001, 0, 3)).toBe(150n);
  expect(wh(1.1, 3, 0)).toBe(1_100n);
  expect(wh(1e-7, 0, 3)).toBe(0n);
  expect(wh(2.5e21, -18, 0)).toBe(2_500n);
  expect(wh(4_2, 1, 0)).toBe(420n);
});
