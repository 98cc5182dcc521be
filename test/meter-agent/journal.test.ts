import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../meter-agent/journal.ts';
import { newSession, transition } from '../../meter-agent/session/transitions.ts';
import type { Reading } from '../../protocol/reading.ts';
import { Scope } from './support/agent.ts';
import { bench, planNow, TAG } from './support/bench.ts';

const scope = new Scope();
afterEach(() => scope.end());

function journal(dataDir = scope.dir()): Journal {
  const opened = new Journal(dataDir);
  scope.onEnd(() => {
    try {
      opened.close();
    } catch {
      // The test closed it already.
    }
  });
  return opened;
}

const READING: Reading = {
  bookingId: `0x${'ab'.repeat(32)}`,
  seq: 0,
  energyWh: 0,
  beganAt: 1_800_000_000,
  endedAt: 1_800_000_000,
  overstaySec: 0,
  isFinal: false,
  evidenceHash: `0x${'00'.repeat(32)}`,
  registersCommitment: `0x${'00'.repeat(32)}`,
};

test('one seq is made once', () => {
  const own = journal();
  own.addReading(READING);
  expect(() => own.addReading({ ...READING, energyWh: 1 })).toThrow(/UNIQUE/);
});

test('one reading of a booking is final', () => {
  const own = journal();
  own.addReading({ ...READING, isFinal: true });
  expect(() => own.addReading({ ...READING, seq: 1, isFinal: true })).toThrow(/UNIQUE/);
  own.addReading({ ...READING, bookingId: `0x${'cd'.repeat(32)}`, isFinal: true });
});

test('a signature is kept as it was made first', () => {
  const own = journal();
  own.addReading(READING);
  own.signReading(READING.bookingId, 0, '0x01');
  own.signReading(READING.bookingId, 0, '0x02');
  expect(own.reading(READING.bookingId, 0)?.agentSignature).toBe('0x01');
});

test('a half-written group leaves nothing, and memory is told', () => {
  const own = journal();
  let told = 0;
  own.onRollback = () => {
    told += 1;
  };
  expect(() =>
    own.atomically(() => {
      own.addReading(READING);
      own.atomically(() => own.addReading({ ...READING, energyWh: 9 }));
    }),
  ).toThrow();
  expect(own.reading(READING.bookingId, 0)).toBeUndefined();
  expect(told).toBe(1);
});

test('a second agent on the same folder is refused', () => {
  const dataDir = scope.dir();
  journal(dataDir);
  expect(() => new Journal(dataDir)).toThrow(/locked/);
});

test('what a session became is what its events make of it', async () => {
  const { agent, box, handOver, bookingId, plan, skip } = await bench(scope);
  handOver();
  const { transactionId } = await box.start(TAG, 7);
  skip(60);
  await box.meter(transactionId, '57');
  await box.stop(transactionId, 60, { reason: 'Local' });
  const replayed = agent.journal
    .events(bookingId)
    .reduce((session, event) => transition(session, event).session, newSession(plan));
  expect(replayed).toEqual(agent.sessions.get(bookingId));
  expect(replayed.phase).toBe('FINAL');
});

test('sessions come back from the disk as they were', () => {
  const dataDir = scope.dir();
  const first = journal(dataDir);
  const session = newSession(planNow(`0x${'22'.repeat(20)}`));
  first.addSession(session, `0x${'33'.repeat(32)}`);
  first.close();
  expect(journal(dataDir).openSessions()).toEqual([{ session, secret: null, salt: `0x${'33'.repeat(32)}` }]);
});

test("a box's own name of a transaction outlives a restart; given twice, the newest counts", () => {
  const dataDir = scope.dir();
  const first = journal(dataDir);
  const start = { chargePointId: 'CP1', connectorId: 1, idTag: TAG, meterStart: 5 };
  const named = { ...start, boxTransactionId: 'tx-1' };
  first.openTransaction({ ...named, boxTime: '2026-01-01T00:00:00Z' }, null, false);
  const { id } = first.openTransaction({ ...named, boxTime: '2026-01-02T00:00:00Z' }, null, false);
  first.openTransaction({ ...start, boxTime: '2026-01-03T00:00:00Z' }, null, false);
  first.close();
  const again = journal(dataDir);
  expect(again.transactionNamed('CP1', 'tx-1')).toMatchObject({ id, boxTransactionId: 'tx-1', idTag: TAG });
  expect(again.transactionNamed('CP2', 'tx-1')).toBeUndefined();
  expect(again.transaction(id + 1)?.boxTransactionId).toBeNull();
});
