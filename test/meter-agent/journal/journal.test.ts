import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test, vi } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { newSession, transition } from '../../../meter-agent/session/transitions.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { agentFixture, planNow, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(async () => {
  vi.restoreAllMocks();
  await scope.end();
});

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

test('secrets in the journal are its owner’s alone, also in a folder of everybody', () => {
  const dataDir = scope.dir();
  chmodSync(dataDir, 0o755);
  const own = journal(dataDir);
  own.setNote('a', 1);
  const modes = readdirSync(dataDir).map((name) => statSync(join(dataDir, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600]);
});

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

test('a half-written group leaves nothing, and holders of a copy in memory are notified', () => {
  const own = journal();
  let emitted = 0;
  own.rolledBack.add(() => {
    emitted += 1;
  });
  expect(() =>
    own.atomically(() => {
      own.addReading(READING);
      own.atomically(() => own.addReading({ ...READING, energyWh: 9 }));
    }),
  ).toThrow();
  expect(own.reading(READING.bookingId, 0)).toBeUndefined();
  expect(emitted).toBe(1);
});

test('a second agent on the same folder is refused', () => {
  const dataDir = scope.dir();
  journal(dataDir);
  expect(() => new Journal(dataDir)).toThrow(/locked/);
});

test('what a session became is what its events make of it', async () => {
  const { agent, chargePoint, handOver, bookingId, plan, skip } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 7);
  skip(60);
  await chargePoint.meter(transactionId, '57');
  await chargePoint.stop(transactionId, 60, { reason: 'Local' });
  const replayed = agent.journal
    .events(bookingId)
    .reduce((session, event) => transition(session, event).session, newSession(plan));
  expect(replayed).toEqual(agent.sessions.get(bookingId));
  expect(replayed.phase).toBe('FINAL');
});

test('between two states that are written a session on disk is what its events make of the older one', async () => {
  const { agent, chargePoint, handOver, bookingId, skip, cosign } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(15);
  await chargePoint.meter(transactionId, '30');
  cosign();
  const nextSeq = agent.sessions.get(bookingId)?.nextSeq;
  // 20 Wh in all: too little for a reading, however long this takes.
  for (let halfWh = 60; halfWh < 100; halfWh++)
    await chargePoint.meter(transactionId, String(Math.ceil(halfWh / 2)));
  const known = agent.sessions.get(bookingId);
  expect(known).toMatchObject({ nextSeq, transaction: { register: { creditedWh: 50 } } });
  expect(agent.journal.session(bookingId)?.session).toEqual(known);
});

test('sessions come back from the disk as they were', () => {
  const dataDir = scope.dir();
  const first = journal(dataDir);
  const session = newSession(planNow(`0x${'22'.repeat(20)}`));
  first.addSession(session, `0x${'33'.repeat(32)}`);
  first.close();
  expect(journal(dataDir).openSessions()).toEqual([{ session, secret: null, salt: `0x${'33'.repeat(32)}` }]);
});

test("a charge point's own name of a transaction outlives a restart; given twice, the newest counts", () => {
  const dataDir = scope.dir();
  const first = journal(dataDir);
  const start = { chargePointId: 'CP1', connectorId: 1, idTag: TAG, meterStart: 5 };
  const named = { ...start, ownTransactionId: 'tx-1' };
  first.openTransaction({ ...named, chargePointTime: '2026-01-01T00:00:00Z' }, null, false);
  const { id } = first.openTransaction({ ...named, chargePointTime: '2026-01-02T00:00:00Z' }, null, false);
  first.openTransaction({ ...start, chargePointTime: '2026-01-03T00:00:00Z' }, null, false);
  first.close();
  const again = journal(dataDir);
  expect(again.transactionNamed('CP1', 'tx-1')).toMatchObject({ id, ownTransactionId: 'tx-1', idTag: TAG });
  expect(again.transactionNamed('CP2', 'tx-1')).toBeUndefined();
  expect(again.transaction(id + 1)?.ownTransactionId).toBeNull();
});

const OTHER: Reading = { ...READING, bookingId: `0x${'cd'.repeat(32)}` };

/** Every commit from now on, and what becomes of it. */
function onCommit(act: () => void) {
  const exec = DatabaseSync.prototype.exec;
  return vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === 'COMMIT') act();
    exec.call(this, sql);
  });
}

test('messages of one turn share one commit, and each is on disk when it is acknowledged', async () => {
  const dataDir = scope.dir();
  const own = journal(dataDir);
  let commits = 0;
  onCommit(() => {
    commits += 1;
  });
  const acknowledged = [READING, OTHER].map(async (reading) => {
    own.atomically(() => own.addReading(reading));
    await own.written();
    return commits;
  });
  expect(commits).toBe(0);
  expect(await Promise.all(acknowledged)).toEqual([1, 1]);
  await own.written();
  expect(commits).toBe(1);
});

test('a message that fails is undone alone, and what it would have caused does not happen', async () => {
  const dataDir = scope.dir();
  const own = journal(dataDir);
  const emitted: string[] = [];
  const message = (reading: Reading, name: string) =>
    own.atomically(() => {
      own.afterCommit(() => emitted.push(name));
      own.addReading(reading);
    });
  message(READING, 'first');
  expect(() => message(READING, 'twice')).toThrow(/UNIQUE/);
  message(OTHER, 'other');
  expect(emitted).toEqual([]);
  await own.written();
  expect(emitted).toEqual([]);
  await vi.waitFor(() => expect(emitted).toEqual(['first', 'other']));
  own.close();
  const again = journal(dataDir);
  expect([READING, OTHER].map(({ bookingId }) => again.reading(bookingId, 0)?.reading)).toEqual([
    READING,
    OTHER,
  ]);
});

test('a commit that fails acknowledges nobody, and the next one is none the worse', async () => {
  const own = journal();
  const events: string[] = [];
  own.rolledBack.add(() => void events.push('read again'));
  own.commitFailed.add((error) => void events.push(String(error)));
  const commit = onCommit(() => {
    throw new Error('no space');
  });
  own.addReading(READING);
  own.afterCommit(() => events.push('emitted'));
  const both = await Promise.allSettled([own.written(), own.written()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  commit.mockRestore();
  expect(own.reading(READING.bookingId, 0)).toBeUndefined();
  own.addReading(OTHER);
  await own.written();
  expect(own.reading(OTHER.bookingId, 0)?.reading).toEqual(OTHER);
  expect(events).toEqual(['read again', 'Error: no space']);
});

/** A disk that is full after a few pages. */
class SmallJournal extends Journal {
  constructor(dataDir: string, pages: number) {
    super(dataDir);
    this.get(`PRAGMA max_page_count = ${pages}`);
  }
}

test('on a full disk what was acknowledged is there, and nothing else', async () => {
  const dataDir = scope.dir();
  journal(dataDir).close();
  const own = new SmallJournal(dataDir, 60);
  const acknowledged: number[] = [];
  const errors: unknown[] = [];
  for (let seq = 0; seq < 200; seq += 4) {
    const turn = [0, 1, 2, 3].map(async (more) => {
      const text = `0x${'ab'.repeat(600)}` as const;
      own.atomically(() => own.addReading({ ...READING, seq: seq + more, evidenceHash: text }));
      await own.written();
      acknowledged.push(seq + more);
    });
    for (const { status } of await Promise.allSettled(turn)) if (status === 'rejected') errors.push(seq);
  }
  own.close();
  expect(errors.length).toBeGreaterThan(0);
  expect(acknowledged.length).toBeGreaterThan(10);
  const again = journal(dataDir);
  const there = Array.from({ length: 200 }, (_unused, seq) => seq).filter(
    (seq) => again.reading(READING.bookingId, seq) !== undefined,
  );
  expect(there).toEqual(acknowledged);
});

test('a disk that fails for a moment: the charge point hears an error, nothing is asked of it, and its next try counts once', async () => {
  const { agent, chargePoint, handOver, session, bookingId } = await agentFixture(scope);
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const commit = onCommit(() => {
    throw new Error('no space');
  });
  await expect(chargePoint.start(TAG, 7, '2026-01-01T00:00:00Z')).rejects.toThrow();
  expect(session()).toMatchObject({ phase: 'STARTING', transaction: null });
  commit.mockRestore();
  const { transactionId, status } = await chargePoint.start(TAG, 7, '2026-01-01T00:00:00Z');
  expect(status).toBe('Accepted');
  expect(session().transaction).toMatchObject({ transactionId, register: { startWh: 7, creditedWh: 0 } });
  const started = agent.journal.events(bookingId).filter(({ type }) => type === 'transactionStarted');
  expect(started).toHaveLength(1);
});

test('what is written last is on disk when the journal is closed', () => {
  const dataDir = scope.dir();
  const own = journal(dataDir);
  own.addReading(READING);
  own.close();
  expect(journal(dataDir).reading(READING.bookingId, 0)?.reading).toEqual(READING);
});
