import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent } from '../support/start-agent.ts';
import { eventOf, stationFixture, stationOf } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const SEED = 20_261_122;
const isDeep = process.env.PLUGPACT_DEEP !== undefined;

const OCPP_ERRORS = [
  'FormatViolation',
  'FormationViolation',
  'GenericError',
  'InternalError',
  'MessageTypeNotSupported',
  'NotImplemented',
  'NotSupported',
  'OccurrenceConstraintViolation',
  'PropertyConstraintViolation',
  'ProtocolError',
  'RpcFrameworkError',
  'SecurityError',
  'TypeConstraintViolation',
];

/** A transaction's messages, a second apart: 1,000 Wh at the start, 10 Wh more with each. */
function messagesOf(began: number): object[] {
  const at = (index: number) => ({
    timestamp: new Date(began + index * 1_000).toISOString(),
    registerWh: 1_000 + index * 10,
  });
  return [
    eventOf('Started', { ...at(0), idTag: TAG }),
    ...[1, 2, 3].map((index) => eventOf('Updated', at(index))),
    eventOf('Ended', { ...at(4), info: { stoppedReason: 'Local' } }),
  ];
}

test('in any order, and each as often as you like: never billed beyond the register, never stuck', async () => {
  const indexes = fc.array(fc.nat({ max: 4 }), { maxLength: 8 });
  const order = fc.tuple(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), indexes);
  const check = fc.asyncProperty(order, async ([once, again]) => {
    const { chargePoint, handOver, session, skip } = await stationFixture(scope);
    handOver();
    await chargePoint.wasAsked('RequestStartTransaction');
    skip(600);
    const messages = messagesOf(Date.now());
    for (const index of [...once, ...again])
      await chargePoint.call('TransactionEvent', messages[index] as never);
    const { doneWh, transaction, phase } = session();
    expect(doneWh).toBeLessThanOrEqual(40);
    expect(transaction).toBeNull();
    // In order it is all of it, whatever comes again.
    if (once.every((index, place) => index === place))
      expect({ doneWh, phase }).toEqual({ doneWh: 40, phase });
    await scope.end();
  });
  const inOrder: [[number[], number[]]] = [
    [
      [0, 1, 2, 3, 4],
      [0, 4, 2],
    ],
  ];
  await fc.assert(check, { seed: SEED, numRuns: isDeep ? 200 : 12, examples: [inOrder] });
});

test('an agent that is killed in the middle goes on with the transaction, and can still name it', async () => {
  const { chargePoint, handOver, agent, dataDir, config, nowSec, skip, bookingId, send } =
    await stationFixture(scope);
  handOver();
  await send('Started', { idTag: TAG, registerWh: 500 });
  skip(300);
  await send('Updated', { registerWh: 520 });
  await agent.close();
  await chargePoint.close();
  const again = await startAgent(scope, { ...config, dataDir }, { nowSec });
  const answers = { RequestStopTransaction: { status: 'Accepted' } };
  const station = new ScriptedChargePoint(again.port, 'CP1', answers, {
    protocols: ['ocpp2.0.1'],
    strictMode: true,
  });
  scope.onEnd(async () => void (await station.close()));
  await station.connect();
  await stationOf(station).send('Updated', { registerWh: 530 });
  const { sessions } = again.agent;
  sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(await station.wasAsked('RequestStopTransaction')).toEqual({ transactionId: 'tx-1' });
  await stationOf(station).send('Ended', { registerWh: 540, info: { stoppedReason: 'Remote' } });
  expect(sessions.get(bookingId)).toMatchObject({ phase: 'FINAL', doneWh: 40 });
});

/** Values that no schema means, at the place of any that it does. */
const junk = fc.oneof(
  fc.constantFrom(null, [], {}, '', 'x'.repeat(5_000), -1, 1e300, Number.MAX_SAFE_INTEGER, true, '__proto__'),
  fc.jsonValue({ maxDepth: 2 }),
);

type Tree = Record<string, unknown>;

/** Puts `value` where the path leads in a copy. */
function spoilt(tree: unknown, path: readonly number[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof tree !== 'object' || tree === null) return value;
  const keys = Object.keys(tree);
  if (keys.length === 0) return value;
  const key = keys[step % keys.length] as string;
  const copy = (Array.isArray(tree) ? [...tree] : { ...tree }) as Tree;
  copy[key] = spoilt((tree as Tree)[key], rest, value);
  return copy;
}

test('frames with junk in any place get an answer or an error of the protocol, and harm no session', async () => {
  const { chargePoint, port, handOver, session, skip, send } = await stationFixture(scope);
  handOver();
  await send('Started', { idTag: TAG, registerWh: 0 });
  skip(300);
  const evse = { id: 1, connectorId: 1 };
  const now = new Date().toISOString();
  const sound: [string, object][] = [
    [
      'TransactionEvent',
      eventOf('Started', { idTag: 'X', registerWh: 5, info: { chargingState: 'Charging' } }),
    ],
    ['TransactionEvent', eventOf('Ended', { registerWh: 9, info: { stoppedReason: 'Local' } })],
    ['StatusNotification', { timestamp: now, connectorStatus: 'Occupied', evseId: 1, connectorId: 1 }],
    ['MeterValues', { evseId: 1, meterValue: [{ timestamp: now, sampledValue: [{ value: 1.5 }] }] }],
    ['BootNotification', { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } }],
    ['Authorize', { idToken: { idToken: 'X', type: 'Central' } }],
    [
      'NotifyEvent',
      {
        eventData: [{ actualValue: 'true', component: { name: 'RCD', evse }, variable: { name: 'Tripped' } }],
      },
    ],
  ];
  const frame = fc
    .tuple(fc.constantFrom(...sound), fc.array(fc.nat({ max: 9 }), { maxLength: 5 }), junk)
    .map(([[action, params], path, value]) => [action, spoilt(params, path, value)] as const);
  const frames = fc.sample(frame, { seed: SEED, numRuns: isDeep ? 20_000 : 800 });
  const raw = new WebSocket(`ws://127.0.0.1:${port}/CP2`, ['ocpp2.0.1']);
  await new Promise((resolve) => raw.once('open', resolve));
  scope.onEnd(() => raw.terminate());
  const answers = new Map<string, unknown[]>();
  raw.on('message', (data) => {
    const answer = JSON.parse(String(data)) as unknown[];
    if (answer[0] !== 2) answers.set(String(answer[1]), answer);
  });
  for (const [index, [action, params]] of frames.entries())
    raw.send(JSON.stringify([2, `f${index}`, action, params]));
  const timeoutMs = isDeep ? 900_000 : 30_000;
  await waitFor('every frame to be answered', () => answers.size === frames.length, { timeoutMs });
  const errors = [...answers.values()].filter(([type]) => type === 4);
  for (const [, , code] of errors) expect(OCPP_ERRORS).toContain(code);
  expect(errors.filter(([, , code]) => code === 'InternalError')).toEqual([]);
  expect(errors.length).toBeGreaterThan(frames.length / 20);
  await chargePoint.call('TransactionEvent', eventOf('Updated', { registerWh: 40 }) as never);
  expect(session().transaction?.register.creditedWh).toBe(40);
});
