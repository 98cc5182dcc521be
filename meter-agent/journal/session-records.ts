import type { Hex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import { transition } from '../session/transitions.ts';
import type { Session, SessionEvent } from '../session/types.ts';
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
      `INSERT INTO events (session_id, event) VALUES (${OF_BOOKING}, ?)`,
      bookingId,
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
  }

  assuranceLevel(bookingId: Hex): AssuranceLevel | undefined {
    return this.get('SELECT assurance_level FROM sessions WHERE booking_id = ?', bookingId)
      ?.assurance_level as AssuranceLevel | undefined;
  }

  addEvidence(bookingId: Hex, line: string): void {
    this.run(`INSERT INTO evidence (session_id, line) VALUES (${OF_BOOKING}, ?)`, bookingId, line);
  }

  evidence(bookingId: Hex): string[] {
    return this.all(`SELECT line FROM evidence WHERE session_id = ${OF_BOOKING} ORDER BY id`, bookingId).map(
      (row) => String(row.line),
    );
  }
}
