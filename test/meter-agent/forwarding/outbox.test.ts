import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Outbox } from '../../../meter-agent/forwarding/outbox.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { StablePort } from '../../support/stable-port.ts';
import { kill, spawnAgent } from '../support/agent-child.ts';
import { knowLedger, REF } from '../support/agent-fixture.ts';
import { BOOT } from '../support/answers16.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';
import { eventOf } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

interface Running {
  port: number;
  end: () => Promise<void>;
}

/** An agent as a process of its own; how to end it as a power cut does. */
async function apart(config: object, dataDir: string): Promise<Running> {
  const configFile = join(dataDir, 'config.json');
  writeFileSync(configFile, JSON.stringify({ ...config, logLevel: 'info' }));
  const { child, port } = await spawnAgent(configFile);
  scope.onEnd(() => kill(child));
  return { port, end: () => kill(child) };
}

/** An agent beside a charge point that another central system hears; that one is away at first. */
async function between(protocol: string, isApart = false) {
  const dataDir = scope.dir();
  const stable = await StablePort.open();
  scope.onEnd(() => stable.close());
  knowLedger(dataDir);
  const chargePoints = { CP1: { connectors: { 1: {} }, forward: { url: `ws://127.0.0.1:${stable.port}` } } };
  const config = testConfig({ dataDir, market: REF.market, chargePoints } as never);
  const within = async (): Promise<Running> => {
    const { agent, port } = await startAgent(scope, config);
    return { port, end: () => agent.close() };
  };
  let running = await (isApart ? apart(config, dataDir) : within());
  const connect = async () => {
    const chargePoint = new ScriptedChargePoint(running.port, 'CP1', {}, { protocols: [protocol] });
    scope.onEnd(async () => void (await chargePoint.close()));
    await chargePoint.connect();
    return chargePoint;
  };
  /** The charge point connects the agent that comes after this one. */
  const cutPower = async () => {
    await running.end();
    running = await within();
    return connect();
  };
  const other = async () => {
    const central = new OtherCentralSystem([protocol]);
    scope.onEnd(() => central.close());
    stable.target = await central.listen();
    return central;
  };
  return { chargePoint: await connect(), cutPower, other };
}

const actionsOf = (central: OtherCentralSystem) => central.heard.map(({ action }) => action);
const heardBy = (central: OtherCentralSystem, last: string) =>
  waitFor(`${last} to be heard`, () => actionsOf(central).includes(last) && central.heard.splice(0));

test('killed in mid-charge, the agent that comes after tells what the other one missed, each once and in order', async () => {
  const { chargePoint, cutPower, other } = await between('ocpp1.6', true);
  await chargePoint.call('BootNotification', BOOT);
  await chargePoint.status('Preparing');
  await chargePoint.status('Charging');
  const { transactionId, status } = await chargePoint.start('OWNER', 100, '2026-11-01T10:00:00Z');
  expect(status).toBe('Accepted');
  await chargePoint.meter(transactionId, '140');
  const after = await cutPower();
  // Told again by a charge point that got no answer: it waits once.
  expect((await after.start('OWNER', 100, '2026-11-01T10:00:00Z')).transactionId).toBe(transactionId);
  await after.meter(transactionId, '180');
  await after.stop(transactionId, 200);
  const heard = await heardBy(await other(), 'StopTransaction');
  expect(
    heard.map(({ action, params }) => [action, params.status ?? params.meterStart ?? params.meterStop]),
  ).toEqual([
    ['BootNotification', undefined],
    ['StatusNotification', 'Charging'],
    ['StartTransaction', 100],
    ['MeterValues', undefined],
    ['MeterValues', undefined],
    ['StopTransaction', 200],
  ]);
  expect(heard.slice(3).map(({ params }) => params.transactionId)).toEqual([9_000, 9_000, 9_000]);
  expect(JSON.stringify(heard[3])).toContain('"140"');
});

test('the number that the other one gave a transaction outlives the agent', async () => {
  const { chargePoint, cutPower, other } = await between('ocpp1.6');
  const before = await other();
  before.answers.Authorize = { idTagInfo: { status: 'Accepted' } };
  // Any command: it waits for the line.
  await before.command('TriggerMessage', { requestedMessage: 'Heartbeat' }).catch(() => undefined);
  const { transactionId } = await chargePoint.start('FAMILYCARD', 200);
  await before.close();
  await chargePoint.meter(transactionId, '250');
  await (await cutPower()).stop(transactionId, 300);
  const heard = await heardBy(await other(), 'StopTransaction');
  expect(heard.map(({ action, params }) => [action, params.transactionId])).toEqual([
    ['MeterValues', 9_000],
    ['StopTransaction', 9_000],
  ]);
});

test('a crash between its answer and our note of it: it hears the same start again, and no more than that', async () => {
  const { chargePoint, cutPower, other } = await between('ocpp1.6');
  const { transactionId } = await chargePoint.start('OWNER', 100);
  await chargePoint.stop(transactionId, 150);
  const central = await other();
  central.beforeAnswer = (action) => (action === 'StartTransaction' ? new Promise(() => {}) : undefined);
  const first = await central.hears('StartTransaction');
  await cutPower();
  central.beforeAnswer = () => undefined;
  const heard = await heardBy(central, 'StopTransaction');
  expect(heard.map(({ action }) => action)).toEqual(['StartTransaction', 'StopTransaction']);
  expect(heard[0]?.params).toEqual(first);
  expect(heard[1]?.params.transactionId).toBe(9_000);
});

test('a boot that it did not answer before its line broke is told once more', async () => {
  const { chargePoint, other } = await between('ocpp1.6');
  await chargePoint.call('BootNotification', BOOT);
  const silent = await other();
  silent.beforeAnswer = () => new Promise(() => {});
  await silent.hears('BootNotification');
  await silent.close();
  const back = await other();
  await back.hears('BootNotification');
  await chargePoint.status('Available');
  await heardBy(back, 'StatusNotification');
  await back.close();
  const third = await other();
  expect((await heardBy(third, 'StatusNotification')).map(({ action }) => action)).toEqual([
    'StatusNotification',
  ]);
});

test('OCPP 2.0.1: the events of a charge outlive the agent, each once, in order and as the station sent them', async () => {
  const { chargePoint, cutPower, other } = await between('ocpp2.0.1');
  const event = (eventType: string, registerWh: number, more = {}) => ({
    ...eventOf(eventType, { registerWh, ...more }),
    seqNo: registerWh,
  });
  const said = [
    event('Started', 0, { idTag: 'OWNER' }),
    event('Updated', 40),
    event('Updated', 80),
    event('Ended', 90),
  ];
  const [started, early, late, ended] = said as [object, object, object, object];
  await chargePoint.call('TransactionEvent', started as Record<string, unknown>);
  await chargePoint.call('TransactionEvent', early as Record<string, unknown>);
  const after = await cutPower();
  await after.call('TransactionEvent', early as Record<string, unknown>);
  await after.call('TransactionEvent', late as Record<string, unknown>);
  await after.call('TransactionEvent', ended as Record<string, unknown>);
  await cutPower();
  const central = await other();
  const heard = await waitFor(
    'the end to be heard',
    () => central.heard.length >= said.length && central.heard,
  );
  expect(heard).toEqual(said.map((params) => ({ action: 'TransactionEvent', params })));
});

test('while it is away for very long the oldest readings make room; starts and stops are all kept', async () => {
  const dir = scope.dir();
  const journal = new Journal(dir);
  const outbox = new Outbox('CP1', journal);
  const start = { action: 'StartTransaction', params: { meterStart: 1 } };
  await outbox.keep(start.action, start.params, 1);
  await Promise.all(Array.from({ length: 2_500 }, (_none, at) => outbox.keep('MeterValues', { at }, null)));
  await Promise.all(
    Array.from({ length: 2_500 }, (_none, at) => outbox.keep('StopTransaction', { at }, null)),
  );
  journal.close();
  const again = new Journal(dir);
  scope.onEnd(() => again.close());
  const kept = again.messages('CP1');
  const texts = (action: string) =>
    kept.filter((message) => message.action === action).map(({ text }) => text);
  expect(kept[0]).toMatchObject({ action: 'StartTransaction', ownTransactionId: 1 });
  expect(texts('MeterValues')).toEqual([]);
  expect(texts('StopTransaction')).toEqual(
    Array.from({ length: 2_500 }, (_none, at) => JSON.stringify({ at })),
  );
  again.dropMessagesExceptOf(['CP2']);
  expect(again.messages('CP1')).toEqual([]);
});
