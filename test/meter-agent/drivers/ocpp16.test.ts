import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { BOOT } from '../support/answers16.ts';
import { malformedFrames, OCPP_ERRORS } from '../support/malformed.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a charge point that boots is accepted, gets the time and asked to sample', async () => {
  const { chargePoint } = await agentFixture(scope);
  const answer = await chargePoint.call('BootNotification', BOOT);
  expect(answer).toMatchObject({ status: 'Accepted', interval: 60 });
  expect(Math.abs(Date.parse(String(answer.currentTime)) - Date.now())).toBeLessThan(60_000);
  expect(await chargePoint.wasAsked('ChangeConfiguration')).toEqual({
    key: 'MeterValueSampleInterval',
    value: '1',
  });
});

test('a refusal of every setting is tolerated', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope);
  await chargePoint.call('BootNotification', BOOT);
  await chargePoint.wasAsked('GetConfiguration');
  handOver();
  const { transactionId, status } = await chargePoint.start(TAG, 100);
  skip(300);
  expect(status).toBe('Accepted');
  await chargePoint.stop(transactionId, 900);
  expect(session().phase).toBe('FINAL');
});

test("only the booking's tag may charge, only after the start, and owners are left alone", async () => {
  const { chargePoint, handOver, agent, session } = await agentFixture(scope);
  const authorize = async (idTag: string) => {
    const { idTagInfo } = (await chargePoint.call('Authorize', { idTag })) as {
      idTagInfo: { status: string };
    };
    return idTagInfo.status;
  };
  expect(await authorize(TAG)).toBe('Invalid');
  expect(await authorize('')).toBe('Invalid');
  expect((await chargePoint.start('', 0)).status).toBe('Invalid');
  expect(session().phase).toBe('BOOKED');
  expect((await chargePoint.start(TAG, 0)).status).toBe('Invalid');
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  expect(await authorize('STRANGER')).toBe('Invalid');
  expect((await chargePoint.start('STRANGER', 0)).status).toBe('Invalid');
  expect(await authorize('OWNER')).toBe('Accepted');
  expect(await authorize(TAG)).toBe('Accepted');
  expect(await authorize(TAG.toLowerCase())).toBe('Accepted');
  expect(session().phase).toBe('STARTING');
  const own = await chargePoint.start('OWNER', 0);
  expect(own.status).toBe('Accepted');
  await chargePoint.meter(own.transactionId, '5000');
  await chargePoint.stop(own.transactionId, 5_000);
  expect(session().phase).toBe('STARTING');
  expect(agent.journal.evidence(session().plan.bookingId).join('')).not.toContain('OWNER');
});

test('power under a tag that may not have it gets a stop and never billed', async () => {
  const { chargePoint, handOver, session } = await agentFixture(scope, {
    answers: { RemoteStopTransaction: { status: 'Accepted' } },
  });
  handOver();
  const { transactionId } = await chargePoint.start('STRANGER', 0);
  await chargePoint.meter(transactionId, '500');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  expect(session().transaction).toBeNull();
});

test('app first: the charge point accepts, starts later, and sends no MeterValues at all', async () => {
  const { chargePoint, handOver, session, agent, bookingId, skip } = await agentFixture(scope, {
    answers: { RemoteStartTransaction: { status: 'Accepted' } },
  });
  await chargePoint.status('Available');
  handOver();
  expect(await chargePoint.wasAsked('RemoteStartTransaction')).toEqual({ connectorId: 1, idTag: TAG });
  await chargePoint.status('Preparing');
  const { transactionId } = await chargePoint.start(TAG, 123_456);
  skip(300);
  expect(agent.journal.reading(bookingId, 0)?.reading).toMatchObject({ energyWh: 0, isFinal: false });
  await chargePoint.stop(transactionId, 123_500, { reason: 'EVDisconnected' });
  expect(session()).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 44, seq: 1 } });
});

test('a charge point that knows no RemoteStart charges by its own reader', async () => {
  const { chargePoint, handOver, session } = await agentFixture(scope);
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  await waitFor('the refusal to be known', () => session().startAnswer === 'refused');
  await chargePoint.call('Authorize', { idTag: TAG });
  expect((await chargePoint.start(TAG, 0)).status).toBe('Accepted');
  expect(session().phase).toBe('CHARGING');
});

test('a replayed StartTransaction gets its number again and begins nothing', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope);
  handOver();
  const timestamp = new Date().toISOString();
  const first = await chargePoint.start(TAG, 10, timestamp);
  skip(300);
  await chargePoint.meter(first.transactionId, '60');
  const again = await chargePoint.start(TAG, 10, timestamp);
  expect(again).toEqual(first);
  expect(session().transaction?.register.creditedWh).toBe(50);
  await chargePoint.stop(first.transactionId, 70);
  expect(await chargePoint.start(TAG, 10, timestamp)).toEqual(first);
  await chargePoint.stop(first.transactionId, 99_999);
  expect(session().doneWh).toBe(60);
});

test('MeterValues without a transaction number belong to the one under way', async () => {
  const { chargePoint, handOver, session, skip } = await agentFixture(scope);
  handOver();
  await chargePoint.start(TAG, 10);
  skip(300);
  await chargePoint.meter(undefined, '0.0400200000001', { unit: 'kWh' });
  expect(session().transaction?.register.creditedWh).toBe(30);
});

test('pause by profile: 0 A, and the limit is taken away when signatures come', async () => {
  const { chargePoint, handOver, session, cosign, skip } = await agentFixture(scope, {
    plan: CAUTIOUS,
    answers: {
      RemoteStartTransaction: { status: 'Accepted' },
      SetChargingProfile: { status: 'Accepted' },
    },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  // 22 kW on three phases, and nothing from the slot's end on: the charge point keeps to it without the agent.
  const full = {
    chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }, { limit: 0 }] },
  };
  expect((await chargePoint.wasAsked('SetChargingProfile')).csChargingProfiles).toMatchObject(full);
  await waitFor('the limit to be known', () => session().current.acceptedA === 32);
  skip(300);
  await chargePoint.meter(transactionId, '101');
  const { csChargingProfiles } = await chargePoint.wasAsked('SetChargingProfile');
  expect(csChargingProfiles).toMatchObject({
    transactionId,
    chargingProfilePurpose: 'TxProfile',
    chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] },
  });
  await waitFor('the pause to be known', () => session().current.acceptedA === 0);
  cosign();
  expect((await chargePoint.wasAsked('SetChargingProfile')).csChargingProfiles).toMatchObject(full);
});

test('a charge point that takes 0 A and refuses to give power again is stopped and started anew', async () => {
  const { chargePoint, handOver, session, cosign, skip } = await agentFixture(scope, {
    plan: CAUTIOUS,
    answers: {
      RemoteStartTransaction: { status: 'Accepted' },
      RemoteStopTransaction: { status: 'Accepted' },
      SetChargingProfile: { status: 'Accepted' },
    },
  });
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  await chargePoint.meter(transactionId, '101');
  await waitFor('the pause to be known', () => session().current.acceptedA === 0);
  await chargePoint.wasAsked('SetChargingProfile');
  await chargePoint.wasAsked('SetChargingProfile');
  chargePoint.answers.SetChargingProfile = { status: 'Rejected' };
  cosign();
  await chargePoint.wasAsked('SetChargingProfile');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 101, { reason: 'Remote' });
  await chargePoint.wasAsked('RemoteStartTransaction');
  const again = await chargePoint.start(TAG, 101);
  await chargePoint.stop(again.transactionId, 101);
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 101 });
});

test('pause by a stop where profiles are refused, and a new start of the same booking', async () => {
  const { chargePoint, handOver, session, cosign, skip } = await agentFixture(scope, {
    plan: CAUTIOUS,
    answers: {
      RemoteStartTransaction: { status: 'Accepted' },
      RemoteStopTransaction: { status: 'Accepted' },
      SetChargingProfile: { status: 'NotSupported' },
    },
  });
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const first = await chargePoint.start(TAG, 0);
  skip(300);
  await chargePoint.meter(first.transactionId, '101');
  await chargePoint.wasAsked('RemoteStopTransaction');
  await chargePoint.stop(first.transactionId, 103, { reason: 'Remote' });
  expect(session()).toMatchObject({ phase: 'STARTING', current: { isPausedByStop: true } });
  cosign();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const second = await chargePoint.start(TAG, 103);
  skip(300);
  expect(second.status).toBe('Accepted');
  await chargePoint.stop(second.transactionId, 153, { reason: 'Local' });
  expect(session().doneWh).toBe(153);
});

test('stops at the cap', async () => {
  const { plan } = await agentFixture(scope);
  await scope.end();
  const { chargePoint, handOver, session, skip } = await agentFixture(scope, {
    plan: { limits: { ...plan.limits, cap: 30_000n, allowedCost: 60_000n } },
    answers: { RemoteStopTransaction: { status: 'Accepted' } },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  await chargePoint.meter(transactionId, '100');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 104, { reason: 'Remote' });
  expect(session()).toMatchObject({ stopCause: 'cap', phase: 'FINAL', lastReading: { cost: 30_000n } });
});

test('stops at the end of the slot', async () => {
  const { plan } = await agentFixture(scope);
  await scope.end();
  const end = Math.floor(Date.now() / 1000) + 2;
  const { chargePoint, handOver, session } = await agentFixture(scope, {
    plan: { times: { ...plan.times, end } },
    answers: { RemoteStopTransaction: { status: 'Accepted' } },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  expect(Math.floor(Date.now() / 1000)).toBeGreaterThanOrEqual(end);
  await chargePoint.stop(transactionId, 20, { reason: 'Remote' });
  expect(session()).toMatchObject({ stopCause: 'slotEnd', phase: 'FINAL' });
});

test('a charge point of another subprotocol or without an id is refused', async () => {
  const { port } = await agentFixture(scope);
  const connect = (path: string, protocols: string[]) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
      socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
      socket.once('error', (error) => resolve(error.message));
      socket.once('open', () => resolve('open'));
    });
  expect(await connect('/CP9', ['ocpp2.0'])).toBe('400');
  expect(await connect('/', ['ocpp1.6'])).toBe('404');
  expect(await connect('/%E0%A4%A', ['ocpp1.6'])).toBe('404');
});

test('unknown charge points and wrong passwords are refused where the homeowner named his charge points', async () => {
  const chargePoints = { CP1: { connectors: {} }, CP2: { password: 'geheim', connectors: {} } };
  const { port } = await agentFixture(scope, { config: { chargePoints, acceptUnknownChargePoints: false } });
  await expect(new ScriptedChargePoint(port, 'CP3').connect()).rejects.toMatchObject({ code: 404 });
  await expect(
    new ScriptedChargePoint(port, 'CP2', {}, { password: 'falsch' }).connect(),
  ).rejects.toMatchObject({
    code: 401,
  });
  const known = new ScriptedChargePoint(port, 'CP2', {}, { password: 'geheim' });
  await known.connect();
  await known.close();
});

test('malformed frames get the protocol error and the session goes on', async () => {
  const { chargePoint, port, handOver, session, skip } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  const frames = malformedFrames(300);
  const raw = new WebSocket(`ws://127.0.0.1:${port}/CP2`, ['ocpp1.6']);
  await new Promise((resolve) => raw.once('open', resolve));
  const answers: unknown[][] = [];
  raw.on('message', (data) => answers.push(JSON.parse(String(data))));
  for (const frame of frames) raw.send(frame);
  raw.send('[2,"last","Heartbeat",{}]');
  await waitFor('the sound frame to be answered', () =>
    answers.some(([type, id]) => type === 3 && id === 'last'),
  );
  const errors = answers.filter(([type]) => type === 4);
  expect(errors.length).toBeGreaterThan(200);
  for (const [, , code] of errors) expect(OCPP_ERRORS).toContain(code);
  raw.terminate();
  await chargePoint.meter(transactionId, '40');
  expect(session().transaction?.register.creditedWh).toBe(40);
});
