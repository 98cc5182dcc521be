import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { generatePrivateKey } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { EvidenceBundles } from '../../meter-agent/journal/evidence-bundles.ts';
import { Journal } from '../../meter-agent/journal/journal.ts';
import { SessionStore } from '../../meter-agent/journal/session-store.ts';
import { newSession, transition } from '../../meter-agent/session/transitions.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { StablePort } from '../support/stable-port.ts';
import { kill, spawnAgent } from './support/agent-child.ts';
import { knowLedger, planNow, REF, TAG } from './support/agent-fixture.ts';
import { ScriptedChargePoint } from './support/scripted-charge-point.ts';
import { Scope } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const KILLS = process.env.PLUGPACT_DEEP ? 20 : 2;
const STEP_WH = 2;

/** A folder in which a booking was received a minute ago, and the configuration of an agent that serves it. */
async function folder(ocppPort = 0) {
  const dataDir = scope.dir();
  knowLedger(dataDir);
  // Samples come faster than any real connector could make them true.
  const plan = planNow(`0x${'22'.repeat(20)}`, { maxPowerW: 10_000_000 });
  const at = Math.floor(Date.now() / 1000);
  const journal = new Journal(dataDir);
  const sessions = new SessionStore(journal, new EvidenceBundles(journal, dataDir), { add() {} });
  sessions.open(plan);
  sessions.receiveStartSecret(plan.bookingId, generatePrivateKey(), TAG, at);
  journal.close();
  const config = join(dataDir, 'config.json');
  const away = 'http://127.0.0.1:1';
  const ocpp = { host: '127.0.0.1', port: ocppPort };
  writeFileSync(
    config,
    JSON.stringify({
      rpcUrl: away,
      apiUrl: away,
      market: REF.market,
      ocpp,
      dataDir,
      acceptUnknownChargePoints: true,
      logLevel: 'info',
    }),
  );
  return { dataDir, config, plan };
}

test('killed again and again in the middle of a charge, the agent loses no Wh and counts none twice', async () => {
  const { dataDir, config, plan } = await folder();
  const stable = await StablePort.open();
  scope.onEnd(() => stable.close());
  const start = async () => {
    const agent = await spawnAgent(config);
    stable.target = agent.port;
    return agent;
  };
  let agent = await start();
  scope.onEnd(() => kill(agent.child));
  const answers = {
    RemoteStartTransaction: { status: 'Accepted' },
    SetChargingProfile: { status: 'Accepted' },
  };
  const chargePoint = new ScriptedChargePoint(stable.port, 'CP1', answers, {
    reconnect: true,
    backoff: { initialDelay: 50, maxDelay: 200, factor: 1.5, randomisationFactor: 0 },
  });
  scope.onEnd(async () => void (await chargePoint.close()));
  await chargePoint.connect();
  const { transactionId } = await repeat(() => chargePoint.start(TAG, 1_000, '2026-01-01T00:00:00Z'));

  let registerWh = 1_000;
  let acknowledgedWh = 1_000;
  for (let round = 0; round < KILLS; round++) {
    const began = Date.now();
    // Samples pour in; the kill comes at another point of the stream each round.
    while (Date.now() - began < 150 + round * 37) {
      registerWh += STEP_WH;
      await chargePoint.meter(transactionId, String(registerWh));
      acknowledgedWh = registerWh;
    }
    const lost = chargePoint.meter(transactionId, String(registerWh + STEP_WH)).catch(() => undefined);
    await kill(agent.child);
    await lost;
    registerWh += STEP_WH;
    agent = await start();
    await waitFor('the charge point to be back', () => chargePoint.client.state === 1);
    await repeat(() => chargePoint.meter(transactionId, String(registerWh)));
  }
  await repeat(() => chargePoint.stop(transactionId, registerWh, { reason: 'EVDisconnected' }));
  expect(registerWh).toBeGreaterThan(acknowledgedWh - STEP_WH);
  await kill(agent.child);

  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  const [stored] = journal.openSessions();
  expect(stored?.session).toMatchObject({ phase: 'FINAL', doneWh: registerWh - 1_000 });
  const replayed = journal
    .events(plan.bookingId)
    .reduce((session, event) => transition(session, event).session, newSession(plan));
  expect(replayed).toEqual(stored?.session);
  const count = stored?.session.nextSeq ?? 0;
  const readings = Array.from(
    { length: count },
    (_unused, seq) => journal.reading(plan.bookingId, seq)?.reading,
  );
  expect(readings.filter((reading) => reading?.isFinal)).toHaveLength(1);
  expect(readings.at(-1)).toMatchObject({ isFinal: true });
  expect(journal.reading(plan.bookingId, count)).toBeUndefined();
});

test('a reading that a kill left unsigned is signed by the next agent', async () => {
  const { dataDir, config, plan } = await folder();
  const first = await spawnAgent(config);
  scope.onEnd(() => kill(first.child));
  const chargePoint = new ScriptedChargePoint(first.port);
  await chargePoint.connect();
  await chargePoint.start(TAG, 5);
  await kill(first.child);
  const broken = new Journal(dataDir);
  const made = broken.reading(plan.bookingId, 0);
  expect(made?.reading.energyWh).toBe(0);
  broken.close();

  const second = await spawnAgent(config);
  scope.onEnd(() => kill(second.child));
  second.child.kill('SIGTERM');
  await waitFor('the second agent to end', () => second.child.exitCode !== null);
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  expect(journal.unsignedReadings()).toEqual([]);
  expect(journal.reading(plan.bookingId, 0)?.reading).toEqual(made?.reading);
});

test('Ctrl-C that comes more than once, as through npm, ends the agent in good order all the same', async () => {
  const { config } = await folder();
  const { child } = await spawnAgent(config);
  scope.onEnd(() => kill(child));
  const again = setInterval(() => child.kill('SIGINT'), 2);
  scope.onEnd(() => clearInterval(again));
  child.kill('SIGINT');
  await waitFor('the agent to end', () => child.exitCode !== null || child.signalCode !== null);
  expect([child.exitCode, child.signalCode]).toEqual([0, null]);
});

test('an agent whose port is taken says so and ends', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const { config } = await folder((server.address() as AddressInfo).port);
  await expect(spawnAgent(config)).rejects.toThrow('ended before it listened');
});

/** As a charge point does with transaction messages: until they are answered. */
async function repeat<T>(send: () => Promise<T>): Promise<T> {
  return waitFor(
    'the message to be answered',
    async () => send().catch(() => undefined) as Promise<T | undefined>,
    {
      pollMs: 20,
    },
  ) as Promise<T>;
}
