import { afterEach, expect, test, vi } from 'vitest';
import { AgentDesk } from '../../meter-agent/desk.ts';
import { decimalText } from '../../meter-agent/drivers/ocpp201/values.ts';
import { scaleRoundedDown } from '../../meter-agent/meter.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { meterKey, publicKeyHex, signedRecord } from '../../scripts/wallbox/record.ts';
import { Scope, startAgent } from './support/agent.ts';
import { TAG } from './support/bench.ts';
import { ScriptedBox } from './support/scripted.ts';
import { eventOf, registerOf, stationBench, stationOf } from './support/station.ts';

const scope = new Scope();
afterEach(() => scope.end());

const BOOT = { reason: 'PowerUp', chargingStation: { vendorName: 'Somebody', model: 'Some Station' } };

type World = Awaited<ReturnType<typeof stationBench>>;

interface Schedule {
  startSchedule: string;
  chargingSchedulePeriod: { startPeriod: number; limit: number }[];
}

const credited = ({ session }: World) => {
  const { doneWh, transaction } = session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

const connectorStatus = ({ agent }: World) => agent.connectors.find('CP1', 1)?.status;

test('a station that boots is accepted, told the time, and set up in one call', async () => {
  const { box } = await stationBench(scope);
  const answer = await box.call('BootNotification', BOOT);
  expect(answer).toMatchObject({ status: 'Accepted', interval: 60 });
  expect(Math.abs(Date.parse(String(answer.currentTime)) - Date.now())).toBeLessThan(60_000);
  const { setVariableData } = (await box.wasAsked('SetVariables')) as { setVariableData: object[] };
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

test('a station that takes variables one by one only, and tells its meter key', async () => {
  const { box, agent } = await stationBench(scope, { isLax: true });
  const key = publicKeyHex(meterKey(`${scope.dir()}/meter.pem`));
  const component = { name: 'FiscalMetering', evse: { id: 1 } };
  const found = {
    component,
    variable: { name: 'PublicKey' },
    attributeStatus: 'Accepted',
    attributeValue: key,
  };
  box.answers.GetVariables = { getVariableResult: [found] };
  box.client.handle('SetVariables', (({ params }: { params: { setVariableData: object[] } }) => {
    box.asked.push({ action: 'SetVariables', params });
    const attributeStatus = params.setVariableData.length > 1 ? 'Rejected' : 'Accepted';
    return { setVariableResult: params.setVariableData.map((wish) => ({ ...wish, attributeStatus })) };
  }) as never);
  await box.call('BootNotification', BOOT);
  await waitFor('the meter key', () => agent.connectors.find('CP1', 1)?.meterKey);
  const sets = box.asked.filter(({ action }) => action === 'SetVariables');
  expect(sets.length).toBeGreaterThan(10);
  await waitFor('it to be known', () => agent.connectors.health('CP1', 0).refusedSettings?.length === 0);
});

test('a station that never answers its settings does not hold up a start', async () => {
  const { box, handOver } = await stationBench(scope, { isLax: true });
  const asked: string[] = [];
  box.client.handle('SetVariables', (() => {
    asked.push('SetVariables');
    return new Promise(() => {});
  }) as never);
  await box.call('BootNotification', BOOT);
  await waitFor('the settings to be asked', () => asked.length === 1);
  const since = Date.now();
  handOver();
  await waitFor('the start', () => box.asked.some(({ action }) => action === 'RequestStartTransaction'), {
    timeoutMs: 20_000,
  });
  expect(Date.now() - since).toBeLessThan(6_000);
}, 30_000);

test('remote start carries the limit, and the transaction that follows is billed from its begin', async () => {
  const world = await stationBench(scope);
  const { box, handOver, session, plan, send, skip } = world;
  handOver();
  const start = await box.wasAsked('RequestStartTransaction');
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
  expect(credited(world)).toBe(40);
  await send('Updated', {
    sampledValue: [registerOf(5.05, { unitOfMeasure: { unit: 'Wh', multiplier: 3 } })],
  });
  expect(credited(world)).toBe(50);
  await send('Ended', { registerWh: 5_060, info: { stoppedReason: 'Local' } });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
  const lines = world.agent.journal.evidence(world.bookingId).map((line) => JSON.parse(line));
  const frames = lines.filter(({ frame }) => frame?.[2] === 'TransactionEvent').map(({ frame }) => frame[3]);
  expect(frames.map(({ eventType }) => eventType)).toEqual(['Started', 'Updated', 'Updated', 'Ended']);
});

test('plug-in first without a token: who charges is known later, and a killed agent knows the begin', async () => {
  const { box, handOver, agent, dataDir, config, nowSec, skip, session, ...first } =
    await stationBench(scope);
  await first.status('Occupied');
  await first.send('Started', { registerWh: 70_000, info: { chargingState: 'EVConnected' } });
  expect(connectorStatus({ agent } as World)).toBe('Preparing');
  handOver();
  await box.wasAsked('RequestStartTransaction');
  await agent.close();
  await box.close();

  const again = await startAgent(scope, { ...config, dataDir }, { nowSec });
  const station = new ScriptedBox(again.port, 'CP1', {}, { protocols: ['ocpp2.0.1'], strictMode: true });
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
  const world = await stationBench(scope);
  const { box, handOver, session, send, skip } = world;
  handOver();
  expect(await send('Started', { idTag: TAG })).toBe('Accepted');
  expect(session().phase).toBe('STARTING');
  expect(await box.wasAsked('TriggerMessage')).toMatchObject({ requestedMessage: 'TransactionEvent' });
  skip(300);
  await send('Updated', { registerWh: 900 });
  expect(session().phase).toBe('CHARGING');
  await send('Updated', { registerWh: 930 });
  await send('Ended', {});
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 30 });
});

test('a start that names only our request is the booking that asked for it', async () => {
  const { box, handOver, session, send } = await stationBench(scope);
  handOver();
  const { remoteStartId } = await box.wasAsked('RequestStartTransaction');
  await send('Started', { registerWh: 0, info: { remoteStartId } });
  expect(session().phase).toBe('CHARGING');
});

test('a station whose answer to the start names the transaction need not repeat the token', async () => {
  const { handOver, session, send } = await stationBench(scope, {
    answers: { RequestStartTransaction: { status: 'Accepted', transactionId: 'tx-1' } },
  });
  await send('Started', { registerWh: 10, info: { chargingState: 'EVConnected' } });
  handOver();
  await waitFor('the answer', () => session().startAnswer === 'accepted');
  await send('Updated', { registerWh: 10, info: { chargingState: 'Charging' } });
  expect(session().phase).toBe('CHARGING');
});

test('a profile is left out of the start where it is why the start is refused', async () => {
  const { box, handOver, session } = await stationBench(scope);
  box.client.handle('RequestStartTransaction', (({ params }: { params: { chargingProfile?: object } }) => {
    box.asked.push({ action: 'RequestStartTransaction', params });
    return { status: params.chargingProfile === undefined ? 'Accepted' : 'Rejected' };
  }) as never);
  handOver();
  await waitFor('the start to be accepted', () => session().startAnswer === 'accepted');
  expect(box.asked.filter(({ action }) => action === 'RequestStartTransaction')).toHaveLength(2);
});

interface Profile {
  chargingProfileKind: string;
  chargingSchedule: (Schedule & { chargingRateUnit: string })[];
}

/** Answers SetChargingProfile by the profile that came; gives all that came. */
function profilesOf(box: ScriptedBox, takes: (profile: Profile) => boolean = () => true): Profile[] {
  const seen: Profile[] = [];
  box.client.handle('SetChargingProfile', (({ params }: { params: { chargingProfile: Profile } }) => {
    seen.push(params.chargingProfile);
    return { status: takes(params.chargingProfile) ? 'Accepted' : 'Rejected' };
  }) as never);
  return seen;
}

test('a station that counts in W is limited in W', async () => {
  const { box, handOver, session, send, plan } = await stationBench(scope);
  const inWatts = ({ chargingSchedule }: Profile) => chargingSchedule[0]?.chargingRateUnit === 'W';
  const seen = profilesOf(box, inWatts);
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0 });
  await waitFor('the limit to be held', () => session().current.acceptedA === plan.fullCurrentA);
  expect(seen.map(inWatts)).toEqual([false, true]);
  const [first] = seen[1]?.chargingSchedule[0]?.chargingSchedulePeriod ?? [];
  expect(first?.limit).toBe(plan.fullCurrentA * 3 * 230);
});

test('a station whose clock stands at 1970 is limited from the transaction on, not by its clock', async () => {
  const { box, handOver, session, send, plan } = await stationBench(scope);
  const seen = profilesOf(box);
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0, timestamp: '1970-01-01T00:01:00Z' });
  await waitFor('the limit to be held', () => (session().current.acceptedA ?? 0) > 0);
  const [profile] = seen;
  expect(profile?.chargingProfileKind).toBe('Relative');
  const [schedule] = profile?.chargingSchedule ?? [];
  expect(schedule?.startSchedule).toBeUndefined();
  const end = schedule?.chargingSchedulePeriod.find(({ limit }) => limit === 0);
  expect(Math.abs(Date.now() / 1_000 + Number(end?.startPeriod) - plan.times.end)).toBeLessThan(5);
});

test('replays: Started, Updated and Ended again change nothing, also with seqNo always 0', async () => {
  const world = await stationBench(scope);
  const { box, handOver, session, skip } = world;
  handOver();
  const started = eventOf('Started', { idTag: TAG, registerWh: 100 });
  const first = await box.call('TransactionEvent', started);
  skip(300);
  const updated = eventOf('Updated', { registerWh: 140 });
  const ended = eventOf('Ended', { registerWh: 150, info: { stoppedReason: 'Local' } });
  for (const event of [started, updated, updated, started, ended, ended, updated]) {
    const answer = await box.call('TransactionEvent', event);
    if (event === started) expect(answer).toEqual(first);
  }
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 50, stopCause: 'wallbox' });
  expect(await box.call('TransactionEvent', started)).toEqual(first);
  expect(session().phase).toBe('FINAL');
});

test('what was sent while the line was down counts once, also when its start comes last', async () => {
  const world = await stationBench(scope);
  const { box, handOver, session, skip } = world;
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
  await box.call('TransactionEvent', ended);
  await box.call(
    'TransactionEvent',
    eventOf('Started', { idTag: TAG, registerWh: 2_000, timestamp: at(0), more: offline }),
  );
  expect(session().transaction).toBeNull();
  expect(session().registers).toEqual({ beginWh: 2_000, endWh: 2_090 });
});

test("only the booking's token gets power; owners are left alone; a refused one may be followed by a good one", async () => {
  const world = await stationBench(scope);
  const { box, handOver, session, send } = world;
  const authorize = async (idTag: string) => {
    const { idTokenInfo } = await box.call('Authorize', { idToken: { idToken: idTag, type: 'ISO14443' } });
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
  expect(await box.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
  expect(session().transaction).toBeNull();
  expect(await send('Updated', { registerWh: 300, idTag: TAG })).toBe('Accepted');
  expect(session().transaction?.register).toMatchObject({ startWh: 300, creditedWh: 0 });
  await send('Ended', { registerWh: 301 });
  expect(await send('Started', { transactionId: 'tx-2', registerWh: 301, idTag: 'OWNER' })).toBe('Accepted');
  await send('Updated', { transactionId: 'tx-2', registerWh: 9_000 });
  expect(world.agent.journal.evidence(world.bookingId).join('')).not.toContain('OWNER');
});

test('power without any token is told to stop', async () => {
  const { box, send } = await stationBench(scope);
  await send('Started', { registerWh: 100, info: { chargingState: 'Charging' } });
  await send('Updated', { registerWh: 120, info: { chargingState: 'Charging' } });
  expect(box.asked.filter(({ action }) => action === 'RequestStopTransaction')).toEqual([]);
  await send('Updated', { registerWh: 180, info: { chargingState: 'Charging' } });
  expect(await box.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
});

test('pause and stop name the transaction as the station does', async () => {
  const world = await stationBench(scope);
  const { box, handOver, session, send, skip, cosign } = world;
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0 });
  skip(300);
  await send('Updated', { registerWh: 101 });
  const profile = await waitFor('0 A', () => {
    const sets = box.asked
      .filter(({ action }) => action === 'SetChargingProfile')
      .map(({ params }) => params);
    return sets.find((params) => JSON.stringify(params).includes('"limit":0}]'));
  });
  expect(profile).toMatchObject({ evseId: 1, chargingProfile: { transactionId: 'tx-1', id: 1 } });
  await waitFor('the pause to be known', () => session().current.acceptedA === 0);
  cosign();
  await waitFor('the limit to be gone', () => (session().current.acceptedA ?? 0) > 0);
  world.agent.sessions.apply(world.bookingId, { type: 'stopAsked', at: world.nowSec() });
  expect(await box.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
  await send('Ended', { registerWh: 110, info: { stoppedReason: 'Remote' } });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 110, stopCause: 'driver' });
});

test('Occupied is put into the words of 1.6 by the charging state', async () => {
  const world = await stationBench(scope);
  const { status, send, handOver, box } = world;
  await status('Available');
  expect(connectorStatus(world)).toBe('Available');
  await status('Occupied');
  expect(connectorStatus(world)).toBe('Preparing');
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
    expect(connectorStatus(world)).toBe(word);
  }
  await send('Ended', { registerWh: 0, info: { stoppedReason: 'Local' } });
  expect(connectorStatus(world)).toBe('Finishing');
  await status('Available');
  expect(connectorStatus(world)).toBe('Available');
  await status('Reserved');
  expect(connectorStatus(world)).toBe('Reserved');
  await box.call('ReservationStatusUpdate', { reservationId: 1, reservationUpdateStatus: 'Expired' });
});

test('a station that tells no status shows its car by its transaction', async () => {
  const world = await stationBench(scope);
  world.handOver();
  await world.send('Started', { idTag: TAG, registerWh: 0 });
  expect(connectorStatus(world)).toBe('Charging');
  await world.send('Ended', { registerWh: 0, info: { stoppedReason: 'EVDisconnected' } });
  expect(connectorStatus(world)).toBe('Available');
});

test('a start that does not say where is where it was asked for', async () => {
  const { box, handOver, session, send } = await stationBench(scope, { plan: { connectorId: 2 } });
  handOver();
  const { evseId, remoteStartId } = await box.wasAsked('RequestStartTransaction');
  expect(evseId).toBe(2);
  const more = { evse: undefined };
  const started = { idTag: TAG, registerWh: 7, info: { remoteStartId }, more };
  expect(await send('Started', started)).toBe('Accepted');
  expect(session().phase).toBe('CHARGING');
});

test('faults: an event, a stop reason and a status are told in words of 1.6', async () => {
  const world = await stationBench(scope);
  const { box, status, send } = world;
  const told = vi.spyOn(AgentDesk.prototype, 'status');
  scope.onEnd(() => told.mockRestore());
  const event = (change: object) =>
    box.call('NotifyEvent', {
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
  expect(told.mock.calls.map(([, , word, fault]) => [word, fault?.errorCode])).toEqual([
    ['Preparing', undefined],
    ['Faulted', 'OverCurrentFailure'],
    ['Preparing', undefined],
    ['Faulted', 'HighTemperature'],
    ['Available', undefined],
    ['Faulted', 'OtherError'],
    ['Available', undefined],
    ['Charging', undefined],
    ['Faulted', 'GroundFailure'],
  ]);
});

test('signed values reach the evidence byte by byte', async () => {
  const world = await stationBench(scope);
  const { handOver, send, skip, agent, bookingId } = world;
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

test('everything else that a station may say is answered as the standard wants it', async () => {
  const { box } = await stationBench(scope);
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
    await expect(box.call(action, params as never)).resolves.toBeDefined();
});

test('sloppy is taken where it harms nobody, and refused by an error where money hangs on it', async () => {
  const { box, agent } = await stationBench(scope, { isLax: true });
  const long = { vendorName: 'V', model: 'A model name of more than twenty letters', surprise: 1 };
  expect(await box.call('BootNotification', { chargingStation: long })).toMatchObject({ status: 'Accepted' });
  await box.call('StatusNotification', { connectorStatus: 'Finishing', evseId: 1, connectorId: 1 });
  expect(agent.connectors.find('CP1', 1)?.status).toBe('Preparing');
  const nobody = { idToken: '', type: 'NoAuthorization' };
  const shown = await box.call('TransactionEvent', eventOf('Started', { more: { idToken: nobody } }));
  expect(shown).toEqual({ idTokenInfo: { status: 'Invalid' } });
  const event = eventOf('Started', { sampledValue: [registerOf('12.5')], timestamp: '2026-01-01T00:00:00' });
  await box.call('TransactionEvent', event);
  const refused = async (change: object) => {
    const error = await box.call('TransactionEvent', { ...event, ...change }).catch((caught) => caught);
    return (error as { rpcErrorCode?: string }).rpcErrorCode;
  };
  expect(await refused({ transactionInfo: {} })).toBe('OccurrenceConstraintViolation');
  expect(await refused({ eventType: 'Begun' })).toBe('PropertyConstraintViolation');
  expect(await refused({ timestamp: 7 })).toBe('TypeConstraintViolation');
  await expect(box.call('NoSuchAction', {})).rejects.toMatchObject({ rpcErrorCode: 'NotImplemented' });
});

test('OCPP 2.1 is served by the same code, and is told the time limit of the transaction', async () => {
  const world = await stationBench(scope, { protocol: 'ocpp2.1' });
  const { box, handOver, session, plan, skip } = world;
  handOver();
  await box.wasAsked('RequestStartTransaction');
  const answer = await box.call('TransactionEvent', eventOf('Started', { idTag: TAG, registerWh: 0 }));
  const { maxTime } = (answer as { transactionLimit: { maxTime: number } }).transactionLimit;
  expect(Math.abs(Date.now() / 1_000 + maxTime - plan.times.end)).toBeLessThan(3);
  skip(300);
  await box.call('TransactionEvent', eventOf('Ended', { registerWh: 60 }));
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 60 });
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
