import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent } from '../support/start-agent.ts';
import { registerOf, stationFixture, stationOf } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

type Fixture = Awaited<ReturnType<typeof stationFixture>>;

interface Schedule {
  startSchedule: string;
  chargingSchedulePeriod: { startPeriod: number; limit: number }[];
}

const credited = ({ session }: Fixture) => {
  const { doneWh, transaction } = session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

const connectorStatus = ({ agent }: Fixture) => agent.connectors.find('CP1', 1)?.status;

interface Profile {
  chargingProfileKind: string;
  chargingSchedule: (Schedule & { chargingRateUnit: string })[];
}

/** Answers SetChargingProfile by the profile that came; gives all that came. */
function profilesOf(
  chargePoint: ScriptedChargePoint,
  takes: (profile: Profile) => boolean = () => true,
): Profile[] {
  const seen: Profile[] = [];
  chargePoint.client.handle('SetChargingProfile', (({ params }: { params: { chargingProfile: Profile } }) => {
    seen.push(params.chargingProfile);
    return { status: takes(params.chargingProfile) ? 'Accepted' : 'Rejected' };
  }) as never);
  return seen;
}

test('remote start carries the limit, and the transaction that follows is billed from its begin', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, plan, send, skip } = fixture;
  handOver();
  const start = await chargePoint.wasAsked('RequestStartTransaction');
  expect(start).toMatchObject({ evseId: 1, idToken: { idToken: TAG } });
  const { chargingProfile } = start as { chargingProfile: { chargingSchedule: Schedule[] } };
  const [schedule] = chargingProfile.chargingSchedule;
  const [full, end] = schedule?.chargingSchedulePeriod ?? [];
  expect(full?.limit).toBeGreaterThan(0);
  expect(end?.limit).toBe(0);
  const endsAt = Date.parse(String(schedule?.startSchedule)) / 1_000 + Number(end?.startPeriod);
  expect(Math.abs(endsAt - plan.times.end)).toBeLessThan(2);
  expect(await send('Started', { idTag: TAG, registerWh: 5_000 })).toBe('Accepted');
  expect(session().phase).toBe('CHARGING');
  skip(300);
  await send('Updated', { sampledValue: [registerOf(5.04002, { unitOfMeasure: { unit: 'kWh' } })] });
  expect(credited(fixture)).toBe(40);
  await send('Updated', {
    sampledValue: [registerOf(5.05, { unitOfMeasure: { unit: 'Wh', multiplier: 3 } })],
  });
  expect(credited(fixture)).toBe(50);
  await send('Ended', { registerWh: 5_060, info: { stoppedReason: 'Local' } });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
  const lines = fixture.agent.journal.evidence(fixture.bookingId).map((line) => JSON.parse(line));
  const frames = lines.filter(({ frame }) => frame?.[2] === 'TransactionEvent').map(({ frame }) => frame[3]);
  expect(frames.map(({ eventType }) => eventType)).toEqual(['Started', 'Updated', 'Updated', 'Ended']);
});

test('plug-in first without a token: who charges is known later, and a killed agent knows the begin', async () => {
  const { chargePoint, handOver, agent, dataDir, config, nowSec, skip, session, ...first } =
    await stationFixture(scope);
  await first.status('Occupied');
  await first.send('Started', { registerWh: 70_000, info: { chargingState: 'EVConnected' } });
  expect(connectorStatus({ agent } as Fixture)).toBe('Preparing');
  handOver();
  await chargePoint.wasAsked('RequestStartTransaction');
  await agent.close();
  await chargePoint.close();

  const again = await startAgent(scope, { ...config, dataDir }, { nowSec });
  const station = new ScriptedChargePoint(
    again.port,
    'CP1',
    {},
    { protocols: ['ocpp2.0.1'], strictMode: true },
  );
  scope.onEnd(async () => void (await station.close()));
  await station.connect();
  const { send } = stationOf(station);
  const { bookingId } = first;
  const now = () => again.agent.sessions.get(bookingId);
  expect(await send('Updated', { idTag: TAG, info: { chargingState: 'Charging' } })).toBe('Accepted');
  expect(now()?.transaction?.register).toMatchObject({ startWh: 70_000, creditedWh: 0 });
  skip(300);
  await send('Updated', { registerWh: 70_040 });
  await send('Ended', { registerWh: 70_041, info: { stoppedReason: 'EVDisconnected' } });
  expect(now()).toMatchObject({ phase: 'FINAL', doneWh: 41, stopCause: 'unplugged' });
});

test('a start without a register waits for one, which is asked for; nothing before it is billed', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, send, skip } = fixture;
  handOver();
  expect(await send('Started', { idTag: TAG })).toBe('Accepted');
  expect(session().phase).toBe('STARTING');
  expect(await chargePoint.wasAsked('TriggerMessage')).toMatchObject({
    requestedMessage: 'TransactionEvent',
  });
  skip(300);
  await send('Updated', { registerWh: 900 });
  expect(session().phase).toBe('CHARGING');
  await send('Updated', { registerWh: 930 });
  await send('Ended', {});
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 30 });
});

test('a start that names only our request is the booking that asked for it', async () => {
  const { chargePoint, handOver, session, send } = await stationFixture(scope);
  handOver();
  const { remoteStartId } = await chargePoint.wasAsked('RequestStartTransaction');
  await send('Started', { registerWh: 0, info: { remoteStartId } });
  expect(session().phase).toBe('CHARGING');
});

test('a station whose answer to the start names the transaction need not repeat the token', async () => {
  const { handOver, session, send } = await stationFixture(scope, {
    answers: { RequestStartTransaction: { status: 'Accepted', transactionId: 'tx-1' } },
  });
  await send('Started', { registerWh: 10, info: { chargingState: 'EVConnected' } });
  handOver();
  await waitFor('the answer', () => session().startAnswer === 'accepted');
  await send('Updated', { registerWh: 10, info: { chargingState: 'Charging' } });
  expect(session().phase).toBe('CHARGING');
});

test('a profile is left out of the start where it is why the start is refused', async () => {
  const { chargePoint, handOver, session } = await stationFixture(scope);
  chargePoint.client.handle('RequestStartTransaction', (({
    params,
  }: {
    params: { chargingProfile?: object };
  }) => {
    chargePoint.asked.push({ action: 'RequestStartTransaction', params });
    return { status: params.chargingProfile === undefined ? 'Accepted' : 'Rejected' };
  }) as never);
  handOver();
  await waitFor('the start to be accepted', () => session().startAnswer === 'accepted');
  expect(chargePoint.asked.filter(({ action }) => action === 'RequestStartTransaction')).toHaveLength(2);
});

test('a station that counts in W is limited in W', async () => {
  const { chargePoint, handOver, session, send, plan } = await stationFixture(scope);
  const inWatts = ({ chargingSchedule }: Profile) => chargingSchedule[0]?.chargingRateUnit === 'W';
  const seen = profilesOf(chargePoint, inWatts);
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0 });
  await waitFor('the limit to be held', () => session().current.acceptedA === plan.fullCurrentA);
  expect(seen.map(inWatts)).toEqual([false, true]);
  const [first] = seen[1]?.chargingSchedule[0]?.chargingSchedulePeriod ?? [];
  expect(first?.limit).toBe(plan.fullCurrentA * 3 * 230);
});

test('a station whose clock stands at 1970 is limited from the transaction on, not by its clock', async () => {
  const { chargePoint, handOver, session, send, plan } = await stationFixture(scope);
  const seen = profilesOf(chargePoint);
  const beganSec = Date.now() / 1_000;
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0, timestamp: '1970-01-01T00:01:00Z' });
  await waitFor('the limit to be held', () => (session().current.acceptedA ?? 0) > 0);
  const [profile] = seen;
  expect(profile?.chargingProfileKind).toBe('Relative');
  const [schedule] = profile?.chargingSchedule ?? [];
  expect(schedule?.startSchedule).toBeUndefined();
  const end = schedule?.chargingSchedulePeriod.find(({ limit }) => limit === 0);
  const limitedAtSec = plan.times.end - Number(end?.startPeriod);
  expect(limitedAtSec).toBeGreaterThan(beganSec - 1);
  expect(limitedAtSec).toBeLessThan(Date.now() / 1_000 + 1);
});

test('a start that does not say where is where it was asked for', async () => {
  const { chargePoint, handOver, session, send } = await stationFixture(scope, { plan: { connectorId: 2 } });
  handOver();
  const { evseId, remoteStartId } = await chargePoint.wasAsked('RequestStartTransaction');
  expect(evseId).toBe(2);
  const more = { evse: undefined };
  const started = { idTag: TAG, registerWh: 7, info: { remoteStartId }, more };
  expect(await send('Started', started)).toBe('Accepted');
  expect(session().phase).toBe('CHARGING');
});

const nobody = { more: { idToken: { idToken: '', type: 'NoAuthorization' } } };

test.each([
  ['by the id of the command', true, nobody],
  ['by the only command, with the token of nobody', false, nobody],
  ['by the only command, without a token', false, {}],
])('a transaction that no tag was asked for is the booking’s: %s', async (_name, isNamed, token) => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, send, skip, status } = fixture;
  await status('Occupied');
  handOver();
  const { remoteStartId } = await chargePoint.wasAsked('RequestStartTransaction');
  const info = { chargingState: 'Charging', ...(isNamed ? { remoteStartId } : {}) };
  const remote = { ...token, more: { ...(token as typeof nobody).more, triggerReason: 'RemoteStart' } };
  const answer = await send('Started', { registerWh: 1_000, info, ...remote });
  expect(answer).toBe('more' in token ? 'Accepted' : undefined);
  expect(session().phase).toBe('CHARGING');
  skip(60);
  expect(await send('Updated', { registerWh: 1_040, info, ...token })).toBe(answer);
  expect(credited(fixture)).toBe(40);
});

test('a transaction of nobody beside the booking’s, or without a booking, is not accepted', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, send, agent } = fixture;
  expect(await send('Started', { transactionId: 'before', registerWh: 5, ...nobody })).toBe('Invalid');
  handOver();
  await chargePoint.wasAsked('RequestStartTransaction');
  await send('Started', { idTag: TAG, registerWh: 1_000 });
  expect(await send('Started', { transactionId: 'other', registerWh: 5, ...nobody })).toBe('Invalid');
  expect(session().transaction?.register.startWh).toBe(1_000);
  expect(agent.journal.transactionNamed('CP1', 'other')).toBeUndefined();
});

test('a station whose token of nobody comes before its register is accepted, and counts from its first register', async () => {
  const fixture = await stationFixture(scope);
  const { chargePoint, handOver, session, send } = fixture;
  handOver();
  const { remoteStartId } = await chargePoint.wasAsked('RequestStartTransaction');
  expect(await send('Started', { info: { remoteStartId }, ...nobody })).toBe('Accepted');
  await send('Updated', { registerWh: 700 });
  expect(session().transaction?.register.startWh).toBe(700);
});
