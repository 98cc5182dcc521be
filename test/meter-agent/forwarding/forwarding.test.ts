import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { BOOT, OBEYS } from '../support/answers16.ts';
import { ACCEPTS, betweenOn, tomorrow } from '../support/forward-fixture.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());
const between = betweenOn(scope);

test('the other central system hears all that the charge point says, under its id and with its password', async () => {
  const { chargePoint, other } = await between();
  const answer = await chargePoint.call('BootNotification', BOOT);
  // Its shorter interval, but our clock: the limits of a slot end by it.
  expect(answer).toMatchObject({ status: 'Accepted', interval: 30 });
  expect(Math.abs(Date.parse(String(answer.currentTime)) - Date.now())).toBeLessThan(60_000);
  expect(await other.hears('BootNotification')).toEqual(BOOT);
  expect(other.handshakes[0]).toMatchObject({ identity: 'CP1', password: 'theirs' });
  await chargePoint.status('Preparing');
  expect(await other.hears('StatusNotification')).toMatchObject({ connectorId: 1, status: 'Preparing' });
  await chargePoint.call('Heartbeat', {});
  await other.hears('Heartbeat');
});

test("what only the other one knows is its answer's: vendors' data and actions of no standard", async () => {
  const { port, other } = await between();
  other.answers.DataTransfer = { status: 'Accepted', data: 'theirs' };
  const raw = new RawChargePoint(`ws://127.0.0.1:${port}/CP1`);
  scope.onEnd(() => raw.close());
  await raw.opened();
  expect(await raw.call('d', 'DataTransfer', { vendorId: 'v' })).toEqual([
    3,
    'd',
    { status: 'Accepted', data: 'theirs' },
  ]);
  expect((await raw.call('s', 'SignCertificate', { csr: 'x' })).slice(0, 2)).toEqual([4, 's']);
  await other.hears('SignCertificate');
  expect((await raw.call('n', 'NoSuchAction', {})).slice(0, 3)).toEqual([4, 'n', 'ProtocolError']);
});

test('its commands reach the charge point, its answers and its errors come back; ours are not passed up', async () => {
  const { chargePoint, other, agent } = await between();
  expect(await other.command('GetLocalListVersion', {})).toEqual({ listVersion: 7 });
  await expect(other.command('GetCompositeSchedule', { connectorId: 1, duration: 60 })).rejects.toMatchObject(
    {
      rpcErrorCode: 'GenericError',
    },
  );
  expect(await other.command('ChangeConfiguration', { key: 'LightIntensity', value: '50' })).toEqual({
    status: 'Accepted',
  });
  expect(await chargePoint.wasAsked('ChangeConfiguration')).toEqual({ key: 'LightIntensity', value: '50' });
  expect(await agent.chargePoints.command('CP1', (connection) => connection.unlock?.(1))).toBe('accepted');
  expect(other.heard.map(({ action }) => action)).not.toContain('UnlockConnector');
});

test("the house's own charging: the other one accepts the tag, numbers are mapped, its commands are obeyed", async () => {
  const { chargePoint, other, agent } = await between({ plan: tomorrow() });
  other.answers.Authorize = ACCEPTS;
  expect(await chargePoint.call('Authorize', { idTag: 'FAMILYCARD' })).toEqual(ACCEPTS);
  other.heard.length = 0;
  const { transactionId, status } = await chargePoint.start('FAMILYCARD', 100);
  expect(status).toBe('Accepted');
  expect(transactionId).toBeLessThan(9_000);
  await other.hears('StartTransaction');
  await chargePoint.meter(transactionId, '500');
  expect(await other.hears('MeterValues')).toMatchObject({ transactionId: 9_000 });
  const csChargingProfiles = {
    chargingProfileId: 5,
    stackLevel: 1,
    transactionId: 9_000,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
  };
  const profile = { connectorId: 1, csChargingProfiles };
  expect(await other.command('SetChargingProfile', profile)).toEqual({ status: 'Accepted' });
  expect(await chargePoint.wasAsked('SetChargingProfile')).toMatchObject({
    csChargingProfiles: { transactionId },
  });
  expect(await other.command('RemoteStopTransaction', { transactionId: 9_000 })).toEqual({
    status: 'Accepted',
  });
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 700);
  expect(await other.hears('StopTransaction')).toMatchObject({ transactionId: 9_000, meterStop: 700 });
  expect(agent.journal.transaction(transactionId)).toMatchObject({
    isOwner: true,
    bookingId: null,
    stopped: true,
  });
});

test('a start that the other one commands is let in by its word', async () => {
  const { chargePoint, other } = await between({ plan: tomorrow() });
  expect(await other.command('RemoteStartTransaction', { connectorId: 1, idTag: 'FROMAPP' })).toEqual({
    status: 'Accepted',
  });
  expect((await chargePoint.start('FROMAPP', 0)).status).toBe('Accepted');
});

test("a booking is the agent's: the other one refuses its tag in vain, and may command nothing", async () => {
  const { chargePoint, other, handOver, session, skip } = await between();
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  expect(await chargePoint.call('Authorize', { idTag: TAG })).toEqual({ idTagInfo: { status: 'Accepted' } });
  const { transactionId, status } = await chargePoint.start(TAG, 0);
  expect(status).toBe('Accepted');
  await other.hears('StartTransaction');
  chargePoint.asked.length = 0;
  const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] };
  const csChargingProfiles = {
    chargingProfileId: 5,
    stackLevel: 9,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule,
  };
  const expiryDate = '2030-01-01T00:00:00Z';
  const retrieveDate = expiryDate;
  const commands: [string, Record<string, unknown>, string][] = [
    ['RemoteStopTransaction', { transactionId: 9_000 }, 'Rejected'],
    ['RemoteStopTransaction', { transactionId }, 'Rejected'],
    ['RemoteStartTransaction', { idTag: 'OTHER' }, 'Rejected'],
    ['RemoteStartTransaction', { connectorId: 1, idTag: TAG }, 'Rejected'],
    ['SetChargingProfile', { connectorId: 1, csChargingProfiles }, 'Rejected'],
    ['SetChargingProfile', { connectorId: 0, csChargingProfiles }, 'Rejected'],
    ['ClearChargingProfile', {}, 'Unknown'],
    ['ChangeAvailability', { connectorId: 0, type: 'Inoperative' }, 'Rejected'],
    ['UnlockConnector', { connectorId: 1 }, 'UnlockFailed'],
    ['ReserveNow', { connectorId: 1, reservationId: 1, idTag: 'OTHER', expiryDate }, 'Occupied'],
    ['Reset', { type: 'Hard' }, 'Rejected'],
    ['ChangeConfiguration', { key: 'LocalAuthorizeOffline', value: 'true' }, 'Rejected'],
  ];
  for (const [action, params, refusal] of commands) {
    expect([action, await other.command(action, params)]).toEqual([action, { status: refusal }]);
  }
  await expect(other.command('UpdateFirmware', { location: 'http://x', retrieveDate })).rejects.toMatchObject(
    {
      rpcErrorCode: 'GenericError',
    },
  );
  const reached = chargePoint.asked.filter(({ action }) => action !== 'SetChargingProfile');
  expect(reached).toEqual([]);
  for (const { params } of chargePoint.asked) {
    expect(JSON.stringify(params)).not.toContain('"stackLevel":9');
    // The agent's own, in its own range.
    expect(params).toMatchObject({ csChargingProfiles: { chargingProfileId: 61_001 } });
  }
  skip(300);
  await chargePoint.stop(transactionId, 40, { reason: 'Local' });
  expect(session().doneWh).toBe(40);
});

test('a stranger whom the other one accepts does not take a booked connector', async () => {
  const { chargePoint, other, handOver, session } = await between();
  other.answers.Authorize = ACCEPTS;
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId, status } = await chargePoint.start('FAMILYCARD', 0);
  expect(status).toBe('Blocked');
  await chargePoint.meter(transactionId, '100');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  expect(session().transaction).toBeNull();
});

test('commands that the charge point does not answer do not hold up what the agent wants', async () => {
  const { chargePoint, other, agent } = await between();
  let asked = 0;
  chargePoint.client.handle('GetLocalListVersion', (() => {
    asked += 1;
    return new Promise(() => {});
  }) as never);
  let givenUp = 0;
  const commands = [1, 2, 3].map(() => other.command('GetLocalListVersion', {}));
  for (const command of commands) command.catch(() => givenUp++);
  const silent = Promise.allSettled(commands);
  await waitFor('the first command', () => asked === 1);
  expect(await agent.chargePoints.command('CP1', (connection) => connection.unlock?.(1))).toBe('accepted');
  expect(givenUp).toBe(0);
  await chargePoint.close();
  expect((await silent).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('while the other one is away the agent answers; what it missed it hears when it is back, in order', async () => {
  const { chargePoint, handOver, session, skip, stable } = await between({ isUp: false });
  expect(await chargePoint.call('BootNotification', BOOT)).toMatchObject({
    status: 'Accepted',
    interval: 60,
  });
  expect(await chargePoint.call('Authorize', { idTag: 'FAMILYCARD' })).toEqual({
    idTagInfo: { status: 'Invalid' },
  });
  await chargePoint.status('Preparing');
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  await chargePoint.meter(transactionId, '40');
  await chargePoint.stop(transactionId, 50);
  expect(session()).toMatchObject({ doneWh: 50 });
  const back = new OtherCentralSystem();
  scope.onEnd(() => back.close());
  stable.target = await back.listen();
  await waitFor('all that it missed', () => back.heard.some(({ action }) => action === 'StopTransaction'));
  expect(back.heard.map(({ action }) => action)).toEqual([
    'BootNotification',
    'StatusNotification',
    'StartTransaction',
    'MeterValues',
    'StopTransaction',
  ]);
  const numbers = back.heard.slice(3).map(({ params }) => params.transactionId);
  expect(numbers).toEqual([9_000, 9_000]);
});

test('what waits for the other one outlives a new connection of the charge point; a start that is told again is one', async () => {
  const { chargePoint, port, handOver, skip, stable } = await between({ isUp: false });
  handOver();
  const timestamp = new Date().toISOString();
  const { transactionId } = await chargePoint.start(TAG, 0, timestamp);
  await chargePoint.close();
  const again = new ScriptedChargePoint(port, 'CP1', OBEYS);
  scope.onEnd(async () => void (await again.close()));
  await again.connect();
  const back = new OtherCentralSystem();
  scope.onEnd(() => back.close());
  stable.target = await back.listen();
  await back.hears('StartTransaction');
  expect((await again.start(TAG, 0, timestamp)).transactionId).toBe(transactionId);
  skip(300);
  await again.stop(transactionId, 30);
  expect(await back.hears('StopTransaction')).toMatchObject({ transactionId: 9_000 });
  expect(back.heard.map(({ action }) => action)).not.toContain('StartTransaction');
});

test('a connection that breaks in mid-charge harms nothing and goes on when it is back', async () => {
  const { chargePoint, other, stable, handOver, session, skip } = await between();
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  await other.hears('StartTransaction');
  await waitFor('the number to be known', () =>
    other.heard.every(({ action }) => action !== 'StartTransaction'),
  );
  await other.close();
  skip(300);
  await chargePoint.meter(transactionId, '40');
  expect(session().transaction?.register.creditedWh).toBe(40);
  const back = new OtherCentralSystem();
  scope.onEnd(() => back.close());
  stable.target = await back.listen();
  expect(await back.hears('MeterValues')).toMatchObject({ transactionId: 9_000 });
});
