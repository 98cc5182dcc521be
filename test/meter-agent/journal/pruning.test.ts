import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { checkRoom } from '../../../meter-agent/cli/check-home.ts';
import type { Frame } from '../../../meter-agent/drivers/charge-point-events.ts';
import { EvidenceBundles } from '../../../meter-agent/journal/evidence-bundles.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { Pruning } from '../../../meter-agent/journal/pruning.ts';
import { roomOf } from '../../../meter-agent/journal/room.ts';
import { SessionStore } from '../../../meter-agent/journal/session-store.ts';
import type { Snapshot } from '../../../meter-agent/status/snapshot.ts';
import { planNow, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const DAY_SEC = 86_400;
const log = pino({ level: 'silent' });

/** The journal after a charge of 50 Wh; its booking has ended on the ledger unless it is to stay open. */
function newWorld({ isEnded = true } = {}) {
  const dataDir = scope.dir();
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  const bundles = new EvidenceBundles(journal, dataDir);
  const sessions = new SessionStore(journal, bundles, { add() {} });
  const plan = planNow(privateKeyToAccount(generatePrivateKey()).address);
  const { bookingId } = plan;
  const at = plan.times.start + 60;
  sessions.open(plan);
  sessions.apply(bookingId, { type: 'connection', connected: true, at });
  sessions.apply(bookingId, { type: 'connectorStatus', status: 'Preparing', at });
  sessions.receiveStartSecret(bookingId, generatePrivateKey(), TAG, at);
  const started = {
    type: 'transactionStarted',
    transactionId: 1,
    meterStartWh: 0,
    chargePointAt: null,
  } as const;
  const frame = (action: string): Frame => [2, action, action, { some: 'thing' }];
  sessions.apply(bookingId, { ...started, at }, [{ at, frame: frame('StartTransaction') }]);
  const stopped = {
    type: 'transactionStopped',
    transactionId: 1,
    meterStopWh: 50,
    chargePointAt: null,
  } as const;
  sessions.apply(bookingId, { ...stopped, reason: 'EVDisconnected', at: at + 60 }, [
    { at: at + 60, frame: frame('StopTransaction') },
  ]);
  if (isEnded) sessions.apply(bookingId, { type: 'ledgerEnded', at: at + 70 });
  const pruning = new Pruning({ config: { dataDir }, journal, sessions, bundles, log });
  const keptUntil = plan.times.reportBy + DAY_SEC;
  const past = (sec: number) => {
    sessions.tick(keptUntil + sec, (_id, error) => {
      throw error;
    });
    pruning.tick(keptUntil + sec);
  };
  return { journal, dataDir, bookingId, plan, pruning, past, folder: join(dataDir, 'evidence') };
}

const countOf = (journal: Journal, bookingId: `0x${string}`) => journal.events(bookingId).length;

test('a session’s frames leave the journal a day after its last deadline; bundle, session and exports stay as they were', async () => {
  const { journal, bookingId, past, folder } = newWorld();
  const [lines, session] = [journal.evidence(bookingId), journal.session(bookingId)];
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  const bundle = readFileSync(join(folder, name), 'utf8');
  past(0);
  expect(countOf(journal, bookingId)).toBeGreaterThan(0);
  past(61);
  await journal.written();
  expect(countOf(journal, bookingId)).toBe(0);
  expect(journal.evidence(bookingId)).toEqual(lines);
  expect(lines.join()).toContain('StopTransaction');
  expect(journal.session(bookingId)).toEqual(session);
  expect(gunzipSync(readFileSync(join(folder, `${name}.gz`))).toString()).toBe(bundle);
  expect(journal.unprunedSessions()).toEqual([]);
});

test('the plain file goes once the packed one and the journal are on disk', async () => {
  const { journal, past, folder } = newWorld();
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  past(61);
  expect(existsSync(join(folder, name))).toBe(true);
  await journal.written();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(existsSync(join(folder, name))).toBe(false);
});

test('a booking that has not ended keeps its frames; a bundle that is lost or changed is written again before they go', async () => {
  const open = newWorld({ isEnded: false });
  open.past(10 * DAY_SEC);
  expect(countOf(open.journal, open.bookingId)).toBeGreaterThan(0);
  for (const spoil of [rmSync, (file: string) => writeFileSync(file, 'something else\n')]) {
    const { journal, bookingId, past, folder } = newWorld();
    const lines = journal.evidence(bookingId);
    const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
    spoil(join(folder, name));
    past(61);
    expect(countOf(journal, bookingId)).toBe(0);
    expect(journal.evidence(bookingId)).toEqual(lines);
  }
});

test('measured values are kept for a year', () => {
  const { journal, pruning, plan } = newWorld({ isEnded: false });
  const { start } = plan.times;
  journal.addMeasured(start, 'CP1', 1, '{"voltageV":{"L1":"230"}}');
  journal.addMeasured(start, 'CP1', 1, '{"voltageV":{"L1":"9"},"currentA":{"L1":"6"}}');
  journal.addMeasured(start, 'CP2', 1, '{"voltageV":{"L1":"9"}}');
  const all = () => journal.measured('CP1', 1, 0, start + 1);
  const [line] = all();
  expect(JSON.parse(line?.measured ?? '')).toEqual({ voltageV: { L1: '230' }, currentA: { L1: '6' } });
  pruning.tick(start + 366 * DAY_SEC);
  expect(all()).toHaveLength(1);
  pruning.tick(start + 366 * DAY_SEC + 61);
  expect(all()).toEqual([]);
});

test('how much room it takes, and will take in a year, is known while the agent runs', () => {
  const { journal, past, dataDir } = newWorld();
  past(61);
  const room = roomOf(journal);
  expect(room?.bytes).toBeGreaterThan(10_000);
  expect(room?.yearBytes).toBeGreaterThan(1_000_000);
  expect(room?.yearBytes).toBeLessThan(300_000_000);
  const [finding] = checkRoom(dataDir, { room } as Snapshot);
  expect(finding?.text).toMatch(/a year takes about \d+ MB at two hours of booked charging a day/);
});
