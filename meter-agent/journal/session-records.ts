import type { Hex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { SessionEvent } from '../session/events.ts';
import { transition } from '../session/transitions.ts';
import type { Session } from '../session/types.ts';
import { bundleFolder, bundleLines } from './bundle-files.ts';
import type { Row } from './database.ts';
import { fromJson, toJson } from './json.ts';
import { LedgerRecords } from './ledger-records.ts';
import { sessionOf } from './session-schema.ts';

export interface StoredSession {
  session: Session;
  secret: Hex | null;
  /** Salt of evidence hash and registers commitment. */
  salt: Hex;
}

const OF_BOOKING = '(SELECT id FROM sessions WHERE booking_id = ?)';

/** Each session with its events, and the lines of its evidence. */
export class SessionRecords extends LedgerRecords {
  /** Of sessions, by booking. */
  readonly #rowIds = this.newCache<number>();
  readonly #assuranceLevels = this.newCache<AssuranceLevel>();

  /** Null for a session that does not exist: no event and no line is written for it. */
  #rowIdOf(bookingId: Hex): number | null {
    const read = () => this.get('SELECT id FROM sessions WHERE booking_id = ?', bookingId)?.id as number;
    return this.#rowIds.get(bookingId, read) ?? null;
  }

  addSession(session: Session, salt: Hex): void {
    const { bookingId } = session.plan;
    this.run(
      'INSERT INTO sessions (booking_id, state, salt) VALUES (?, ?, ?)',
      bookingId,
      toJson(session),
      salt,
    );
  }

  /** Sessions that have not ended on the ledger. */
  openSessions(): StoredSession[] {
    return this.all('SELECT * FROM sessions WHERE ended = 0').map((row) => this.#restored(row));
  }

  /** All sessions ever, the oldest first. */
  sessionIds(): Hex[] {
    return this.all('SELECT booking_id FROM sessions ORDER BY id').map((row) => row.booking_id as Hex);
  }

  session(bookingId: Hex): StoredSession | undefined {
    const row = this.get('SELECT * FROM sessions WHERE booking_id = ?', bookingId);
    return row && this.#restored(row);
  }

  /** The last written state and the events since: the same events always give the same session. */
  #restored({ id, state, event_id, secret, salt }: Row): StoredSession {
    const since = this.all(
      'SELECT event FROM events WHERE session_id = ? AND id > ? ORDER BY id',
      id as number,
      event_id as number,
    );
    const session = since.reduce(
      (known, { event }) => transition(known, fromJson<SessionEvent>(String(event))).session,
      sessionOf(fromJson(String(state))),
    );
    return { session, secret: secret as Hex | null, salt: salt as Hex };
  }

  /** The event, and at milestones also the resulting session: between milestones it follows from the events. */
  addEvent(bookingId: Hex, event: SessionEvent, session: Session, isMilestone: boolean): void {
    const { lastInsertRowid } = this.run(
      'INSERT INTO events (session_id, event) VALUES (?, ?)',
      this.#rowIdOf(bookingId),
      toJson(event),
    );
    if (!isMilestone) return;
    const ended = session.phase === 'ENDED' && session.transaction === null ? 1 : 0;
    this.run(
      'UPDATE sessions SET state = ?, event_id = ?, ended = ? WHERE booking_id = ?',
      toJson(session),
      lastInsertRowid,
      ended,
      bookingId,
    );
  }

  events(bookingId: Hex): SessionEvent[] {
    return this.all(`SELECT event FROM events WHERE session_id = ${OF_BOOKING} ORDER BY id`, bookingId).map(
      (row) => fromJson<SessionEvent>(String(row.event)),
    );
  }

  keepSecret(bookingId: Hex, secret: Hex): void {
    this.run('UPDATE sessions SET secret = ? WHERE booking_id = ?', secret, bookingId);
  }

  setAssuranceLevel(bookingId: Hex, assuranceLevel: AssuranceLevel): void {
    this.run('UPDATE sessions SET assurance_level = ? WHERE booking_id = ?', assuranceLevel, bookingId);
    this.#assuranceLevels.clear();
  }

  assuranceLevel(bookingId: Hex): AssuranceLevel | undefined {
    return this.#assuranceLevels.get(bookingId, () => {
      const row = this.get('SELECT assurance_level FROM sessions WHERE booking_id = ?', bookingId);
      return row?.assurance_level as AssuranceLevel | undefined;
    });
  }

  addEvidence(bookingId: Hex, line: string): void {
    this.run('INSERT INTO evidence (session_id, line) VALUES (?, ?)', this.#rowIdOf(bookingId), line);
  }

  /** The lines of its bundle, from its file once they were pruned here. */
  evidence(bookingId: Hex): string[] {
    const hash = this.get('SELECT bundle_hash FROM sessions WHERE booking_id = ?', bookingId)?.bundle_hash;
    if (hash) return bundleLines(bundleFolder(this.dataDir), hash as Hex);
    return this.all(`SELECT line FROM evidence WHERE session_id = ${OF_BOOKING} ORDER BY id`, bookingId).map(
      (row) => String(row.line),
    );
  }

  /** Sessions that ended on the ledger and have their lines and events here, the oldest first. */
  unprunedSessions(): Hex[] {
    return this.all(
      'SELECT booking_id FROM sessions WHERE ended = 1 AND bundle_hash IS NULL ORDER BY id',
    ).map((row) => row.booking_id as Hex);
  }

  /** From now on the bundle's file alone has the lines, and the state what the events made of it. No hash: the lines stay. */
  pruneSession({ session }: StoredSession, bundleHash: Hex | ''): void {
    const { bookingId } = session.plan;
    if (bundleHash !== '') this.run(`DELETE FROM evidence WHERE session_id = ${OF_BOOKING}`, bookingId);
    this.run(`DELETE FROM events WHERE session_id = ${OF_BOOKING}`, bookingId);
    this.run(
      'UPDATE sessions SET state = ?, event_id = 0, bundle_hash = ? WHERE booking_id = ?',
      toJson(session),
      bundleHash,
      bookingId,
    );
  }

  /** The newest of the sessions whose evidence is in files alone. */
  prunedSessions(count: number): { bookingId: Hex; bundleHash: Hex }[] {
    return this.all(
      "SELECT booking_id, bundle_hash FROM sessions WHERE bundle_hash > '' ORDER BY id DESC LIMIT ?",
      count,
    ).map((row) => ({ bookingId: row.booking_id as Hex, bundleHash: row.bundle_hash as Hex }));
  }
}
