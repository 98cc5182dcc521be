import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { fromJson, toJson } from '../../../meter-agent/journal/json.ts';
import { MIGRATIONS } from '../../../meter-agent/journal/migrations.ts';
import { NO_ORDER } from '../../../meter-agent/session/own-order.ts';
import { newSession } from '../../../meter-agent/session/transitions.ts';
import type { Plan, Session } from '../../../meter-agent/session/types.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { planNow, REF, TAG } from '../support/agent-fixture.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';
import { type State, version8Of, version9Of } from '../support/version8.ts';

const scope = new Scope();
afterEach(() => scope.end());

const SALT = `0x${'33'.repeat(32)}` as const;
const SECRET = `0x${'44'.repeat(32)}` as const;

const without = (state: State, ...names: string[]): State =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));

/** A session that charged 100 Wh under transaction 1 up to now. */
function charging(plan: Plan): Session {
  const now = Math.floor(Date.now() / 1000);
  const counted = { startWh: 1_000, lastWh: 1_100, creditedWh: 100, suspect: null };
  const register = { ...counted, order: NO_ORDER, hasRestarted: false };
  const transaction = { transactionId: 1, beganAt: now - 60, beganOwnAt: null, register, earlier: [] };
  return {
    ...newSession(plan),
    ...{ phase: 'CHARGING', connected: true, connectorStatus: 'Charging', nextSeq: 1 },
    cosigned: { seq: 0, energyWh: 0, endedAt: now - 60, overstaySec: 0, cost: 0n },
    ...{
      idTag: TAG,
      startSecretReceivedAt: now - 70,
      beganAt: now - 60,
      billedUntil: now,
      flowedAt: now,
      meteredAt: now,
    },
    ...{ transaction, registers: { beginWh: 1_000, endWh: 1_100 }, connectedAt: now - 80 },
    askedAt: { start: now - 60, limit: now - 60, limitA: 32, stop: 0, reservation: 0, meter: 0 },
    lastReading: { seq: 0, energyWh: 0, endedAt: now - 60, overstaySec: 0, cost: 0n },
  };
}

/** The shape of version 8, and what is taken away of it, newest first, for each older one. */
const beforeUnmetered = (s: State): State => ({
  ...without(s, 'unseen'),
  current: without(s.current as State, 'drawnA', 'over'),
  askedAt: without(s.askedAt as State, 'meter'),
});
const beforeFinalMade = (s: State): State => without(beforeUnmetered(s), 'isFinalMade');
const beforePeoplesCases = (s: State): State => ({
  ...without(beforeFinalMade(s), 'ready'),
  told: without(s.told as State, 'crowded'),
});
const beforeLimits = (s: State): State => ({
  ...without(
    ...([beforePeoplesCases(s), 'flowedAt', 'meteredAt', 'current', 'hold', 'neighbourUntil'] as const),
    ...(['reservation', 'hindrance', 'isFollowed', 'told'] as const),
  ),
  pause: 'none',
  plan: without(s.plan as State, 'driver', 'fullCurrentA'),
  askedAt: without(s.askedAt as State, 'limitA', 'reservation'),
});
const beforeTrust = (s: State): State => without(beforeLimits(s), 'trust');
const beforeConnectedAt = (s: State): State => without(beforeTrust(s), 'connectedAt');

const SHAPES: [name: string, version: number, shape: (state: State) => State][] = [
  ['the first', 1, beforeConnectedAt],
  ['the second', 2, beforeTrust],
  ['before limits in A', 3, beforeLimits],
  ['before reservations and cards', 4, beforePeoplesCases],
  ['before it was kept that a final reading is made', 5, beforeFinalMade],
];

/** A file as that version made it: one session, its reading and its transaction. */
function olderJournal(version: number, state: object, plan: Plan): string {
  const dataDir = scope.dir();
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  for (const migration of MIGRATIONS.slice(0, version)) {
    if (typeof migration === 'string') db.exec(migration);
    else migration(db);
  }
  db.exec(`PRAGMA user_version = ${version}`);
  const { bookingId } = plan;
  db.prepare('INSERT INTO sessions (booking_id, state, secret, salt) VALUES (?, ?, ?, ?)').run(
    ...[bookingId, toJson(state), SECRET, SALT],
  );
  const [event, line] = [toJson({ type: 'tick', at: 1 }), '{"at":1,"said":"of before"}'];
  if (version < 5) {
    db.prepare('INSERT INTO events (booking_id, event) VALUES (?, ?)').run(bookingId, event);
    db.prepare('INSERT INTO evidence VALUES (?, 0, ?)').run(bookingId, line);
  } else {
    db.prepare('INSERT INTO events (session_id, event) VALUES (1, ?)').run(event);
    db.prepare('INSERT INTO evidence (session_id, line) VALUES (1, ?)').run(line);
    db.exec('UPDATE sessions SET event_id = 1');
  }
  const zero = `0x${'00'.repeat(32)}`;
  const reading = {
    ...{ bookingId, seq: 0, energyWh: 0, beganAt: 1, endedAt: 1, overstaySec: 0, isFinal: false },
    ...{ evidenceHash: zero, registersCommitment: zero },
  };
  db.prepare('INSERT INTO readings VALUES (?, 0, 0, ?, NULL, NULL, 0)').run(bookingId, toJson(reading));
  db.prepare(
    `INSERT INTO transactions (charge_point_id, connector_id, id_tag, meter_start, ${version < 9 ? 'box_time' : 'charge_point_time'}, booking_id, is_owner)
     VALUES ('CP1', 1, ?, 1000, '2026-01-01T00:00:00Z', ?, 0)`,
  ).run(TAG, bookingId);
  const windows = { reportSec: 600, challengeSec: 600, proofSec: 600 };
  const facts = { ref: REF, windows, genesisHash: zero };
  db.prepare('INSERT INTO notes VALUES (?, ?)').run('ledger', toJson(facts));
  db.close();
  return dataDir;
}

const planned = () => planNow(privateKeyToAccount(generatePrivateKey()).address);

test.each(SHAPES)(
  'a charge of the first ledger edition is closed and exported, never guessed at: the shape is %s (journal version %i)',
  async (_name, version, shape) => {
    const plan = planned();
    const dataDir = olderJournal(version, shape(version8Of(charging(plan))), plan);
    // The folder serves another market from now on.
    const market = `0x${'22'.repeat(20)}` as const;
    const { agent } = await startAgent(scope, testConfig({ dataDir, market }));
    expect(agent.sessions.all()).toEqual([]);
    expect(agent.journal.session(plan.bookingId)).toMatchObject({ secret: SECRET, salt: SALT });
    expect(agent.journal.session(plan.bookingId)?.session).toMatchObject({
      ...{ phase: 'ENDED', transaction: null, doneWh: 100, isFinalMade: false },
      plan: { driver: expect.any(String), fullCurrentA: 32, limits: { cap: plan.limits.cap } },
    });
    expect(agent.journal.evidence(plan.bookingId)[0]).toContain('of before');
    expect(agent.journal.unsignedReadings()).toEqual([]);
    const exported = readFileSync(join(dataDir, `closed-${plan.bookingId}.json`), 'utf8');
    expect(fromJson(exported)).toMatchObject({ bookingId: plan.bookingId, phase: 'ENDED' });
    expect(exported).not.toContain(SECRET.slice(2));
    const { waiting } = agent.journal.note<{ waiting: { notice: Notice }[] }>('notices') ?? { waiting: [] };
    expect(waiting.map(({ notice }) => [notice.code, notice.to, notice.bookingId])).toEqual([
      ['BOOKING_CLOSED', 'host', plan.bookingId],
    ]);
  },
);

test('of a journal of the version before nothing is served and nothing is lost; raises have their place', async () => {
  const plan = planned();
  const dataDir = olderJournal(9, version9Of(charging(plan)), plan);
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  db.prepare("INSERT INTO bookings VALUES (?, ?, 7, 1, '{}', 0)").run(plan.bookingId, plan.listingId);
  db.prepare("INSERT INTO listings VALUES (?, '0x01', 7, '{}')").run(plan.listingId);
  db.close();
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  expect(journal.openBookings()).toEqual([]);
  expect(journal.openSessions()).toEqual([]);
  expect(journal.listedIds()).toEqual([]);
  expect(journal.listingVersions()).toHaveLength(1);
  expect(journal.sessionIds()).toEqual([plan.bookingId]);
  const signature = `0x${'55'.repeat(65)}` as const;
  expect(journal.allowance(plan.bookingId)).toBeUndefined();
  journal.keepAllowance(plan.bookingId, { cost: 2n ** 63n, signature });
  journal.keepAllowance(plan.bookingId, { cost: 2n ** 64n - 1n, signature });
  expect(journal.allowance(plan.bookingId)).toEqual({ cost: 2n ** 64n - 1n, signature });
});

test('of a journal of version 10 everything stays, and measured values have their place', () => {
  const plan = planned();
  const before = charging(plan);
  const open = before as unknown as State;
  const { aboveListed: _, ...notified } = open.notified as State;
  const dataDir = olderJournal(10, { ...open, notified }, plan);
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  expect(journal.session(plan.bookingId)?.session).toEqual(before);
  expect(journal.evidence(plan.bookingId)).toEqual(['{"at":1,"said":"of before"}']);
  expect(journal.unprunedSessions()).toEqual([]);
  journal.addMeasured(10, 'CP1', 1, '{"voltageV":{"L1":"230.10"}}');
  expect(journal.measured('CP1', 1, 0, 20)).toEqual([{ at: 10, measured: '{"voltageV":{"L1":"230.10"}}' }]);
});

test('of an older journal a final reading that is made is never made again', () => {
  const plan = planned();
  const state = version8Of({ ...charging(plan), phase: 'FINAL', transaction: null });
  const dataDir = olderJournal(4, beforeFinalMade(state), plan);
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  db.exec('UPDATE readings SET is_final = 1');
  db.close();
  const journal = new Journal(dataDir);
  scope.onEnd(() => journal.close());
  expect(journal.session(plan.bookingId)?.session.isFinalMade).toBe(true);
});

test('a session that no version wrote is refused by name, and the file is left as it was', () => {
  const plan = planned();
  const broken = { ...version8Of(charging(plan)), doneWh: 'many' };
  const dataDir = olderJournal(5, broken, plan);
  expect(() => new Journal(dataDir)).toThrow(expect.objectContaining({ code: 'journal.session' }));
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 5 });
  expect(fromJson<State>(String(db.prepare('SELECT state FROM sessions').get()?.state)).doneWh).toBe('many');
  db.close();
});

test('a journal of a newer agent is refused, and left to that agent', () => {
  const dataDir = scope.dir();
  new Journal(dataDir).close();
  const file = join(dataDir, 'journal.sqlite');
  const newer = MIGRATIONS.length + 1;
  let db = new DatabaseSync(file);
  db.exec(`PRAGMA user_version = ${newer}`);
  db.close();
  expect(() => new Journal(dataDir)).toThrow(expect.objectContaining({ code: 'journal.newer' }));
  db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: newer });
  db.close();
});
