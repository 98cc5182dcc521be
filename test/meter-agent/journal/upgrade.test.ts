import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { fromJson, toJson } from '../../../meter-agent/journal/json.ts';
import { MIGRATIONS } from '../../../meter-agent/journal/migrations.ts';
import { newSession } from '../../../meter-agent/session/transitions.ts';
import type { Plan, Session } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { planNow, REF, TAG } from '../support/agent-fixture.ts';
import { DriverDevice } from '../support/driver-device.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';
import { CHARGE_WH, timeline } from '../support/timeline.ts';
import { type State, version8Of } from '../support/version8.ts';

const scope = new Scope();
afterEach(() => scope.end());

const SALT = `0x${'33'.repeat(32)}` as const;
const SECRET = `0x${'44'.repeat(32)}` as const;
const ANSWERS = { SetChargingProfile: { status: 'Accepted' }, RemoteStopTransaction: { status: 'Accepted' } };

const without = (state: State, ...names: string[]): State =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));

/** A session that charged 100 Wh under transaction 1 up to now. */
function charging(plan: Plan): Session {
  const now = Math.floor(Date.now() / 1000);
  const register = { startWh: 1_000, lastWh: 1_100, creditedWh: 100, suspect: null };
  const transaction = { transactionId: 1, beganAt: now - 60, register };
  return {
    ...newSession(plan),
    ...{ phase: 'CHARGING', connected: true, connectorStatus: 'Charging', nextSeq: 1 },
    cosigned: { seq: 0, energyWh: 0, endedAt: now - 60, cost: 0n },
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
    lastReading: { seq: 0, energyWh: 0, endedAt: now - 60, cost: 0n },
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
function olderJournal(version: number, state: State, plan: Plan): string {
  const dataDir = scope.dir();
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  for (const migration of MIGRATIONS.slice(0, version)) db.exec(String(migration));
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
    `INSERT INTO transactions (charge_point_id, connector_id, id_tag, meter_start, box_time, booking_id, is_owner)
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
  'a charge that is under way at an update goes on to its final reading: the shape is %s (journal version %i)',
  async (_name, version, shape) => {
    const plan = planned();
    const dataDir = olderJournal(version, shape(version8Of(charging(plan))), plan);
    const { agent, port } = await startAgent(scope, testConfig({ dataDir, market: REF.market }));
    const session = () => agent.sessions.get(plan.bookingId);
    expect(session()).toMatchObject({ phase: 'CHARGING', transaction: { register: { creditedWh: 100 } } });
    const chargePoint = new ScriptedChargePoint(port, 'CP1', ANSWERS);
    scope.onEnd(async () => void (await chargePoint.close()));
    await chargePoint.connect();
    await chargePoint.wasAsked('SetChargingProfile');
    await chargePoint.meter(1, '1150');
    await chargePoint.stop(1, 1_160, { reason: 'EVDisconnected' });
    await waitFor('the final reading', () => session()?.phase === 'FINAL');
    expect(session()?.lastReading).toMatchObject({ energyWh: 160 });
    const seq = (session()?.nextSeq ?? 0) - 1;
    const final = await waitFor('it to be signed', () => {
      const stored = agent.journal.reading(plan.bookingId, seq);
      return stored?.agentSignature == null ? undefined : stored;
    });
    expect(final.reading).toMatchObject({ energyWh: 160, isFinal: true });
    expect(agent.journal.session(plan.bookingId)).toMatchObject({ secret: SECRET, salt: SALT });
    expect(agent.journal.evidence(plan.bookingId)[0]).toContain('of before');
  },
);

/** The journal of an agent that ended, as version 4 would have kept it. */
function toVersion4(dataDir: string): void {
  const journal = new Journal(dataDir);
  const open = journal.openSessions();
  journal.close();
  const [file, older] = [join(dataDir, 'journal.sqlite'), join(dataDir, 'older.sqlite')];
  const db = new DatabaseSync(older);
  for (const migration of MIGRATIONS.slice(0, 4)) db.exec(String(migration));
  db.exec(`PRAGMA user_version = 4; ATTACH '${file}' AS present`);
  for (const table of ['readings', 'transactions', 'listings', 'bookings', 'notes', 'sent_transactions'])
    db.exec(`INSERT INTO main.${table} SELECT * FROM present.${table}`);
  // What waits for the API has another form since.
  db.exec("DELETE FROM main.notes WHERE key = 'notices'");
  for (const { session, secret, salt } of open) {
    const state = toJson(beforePeoplesCases(version8Of(session)));
    const values = [session.plan.bookingId, state, secret, salt];
    db.prepare('INSERT INTO main.sessions (booking_id, state, secret, salt) VALUES (?, ?, ?, ?)').run(
      ...values,
    );
  }
  db.exec(`
    INSERT INTO main.events (booking_id, event)
      SELECT s.booking_id, e.event FROM present.events e JOIN present.sessions s ON s.id = e.session_id ORDER BY e.id;
    INSERT INTO main.evidence
      SELECT s.booking_id, e.id, e.line FROM present.evidence e JOIN present.sessions s ON s.id = e.session_id`);
  db.close();
  renameSync(older, file);
}

test('a session that an older agent began is settled on the ledger by this one', async () => {
  const fixture = await timeline(scope);
  const made = await fixture.booked(0);
  const driver = new DriverDevice(fixture.api, fixture.market.ref, made);
  const final = await fixture.charge(made, () => fixture.restart(() => toVersion4(fixture.dataDir)));
  expect(final).toMatchObject({ isFinal: true, energyWh: CHARGE_WH });
  await waitFor('the settlement', () => fixture.agent.ledger.booking(made.bookingId)?.ended === 'FULFILLED');
  expect(await fixture.ends()).toEqual([['Settled', made.bookingId]]);
  // The newest was sent again over the new connection.
  const seqs = [...new Set(driver.readings.map(({ seq }) => seq))];
  expect(seqs).toEqual(Array.from({ length: final.seq + 1 }, (_unused, seq) => seq));
  const evidence = fixture.agent.journal.evidence(made.bookingId).map((line) => JSON.parse(line));
  expect(evidence[0]).toMatchObject({ bookingId: made.bookingId });
  expect(await fixture.reconciles()).toBe(true);
});

test('a charge that an older agent had paused stays paused until the driver signs', () => {
  const plan = planned();
  const older = { ...beforeLimits(version8Of(charging(plan))), pause: 'limited' };
  const journal = new Journal(olderJournal(3, older, plan));
  scope.onEnd(() => journal.close());
  expect(journal.session(plan.bookingId)?.session).toMatchObject({
    ...{ pause: { reason: 'UNSIGNED' }, current: { acceptedA: 0, isPausedByStop: false } },
    ...{ finality: 'confirmed', isFinalMade: false, plan: { driver: plan.sessionKey, fullCurrentA: 32 } },
  });
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
