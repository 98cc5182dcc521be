import type { Hex } from 'viem';
import type { Tier } from '../protocol/link.ts';
import { LedgerRecords } from './journal-ledger.ts';
import { fromJson, toJson } from './json.ts';
import type { Session, SessionEvent } from './session/types.ts';

export interface StoredSession {
  session: Session;
  secret: Hex | null;
  /** Salt of evidence hash and registers commitment. */
  salt: Hex;
}

/** Each session with what happened to it, and the lines of its evidence. */
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

  /** Sessions that the ledger has not ended. */
  openSessions(): StoredSession[] {
    return this.all('SELECT state, secret, salt FROM sessions WHERE ended = 0').map((row) => ({
      session: fromJson<Session>(String(row.state)),
      secret: row.secret as Hex | null,
      salt: row.salt as Hex,
    }));
  }

  /** All sessions ever, the oldest first. */
  sessionIds(): Hex[] {
    return this.all('SELECT booking_id FROM sessions ORDER BY rowid').map((row) => row.booking_id as Hex);
  }

  session(bookingId: Hex): StoredSession | undefined {
    const row = this.get('SELECT state, secret, salt FROM sessions WHERE booking_id = ?', bookingId);
    if (row === undefined) return undefined;
    const session = fromJson<Session>(String(row.state));
    return { session, secret: row.secret as Hex | null, salt: row.salt as Hex };
  }

  /** What happened, and what became of the session by it. */
  addEvent(bookingId: Hex, event: SessionEvent, session: Session): void {
    const ended = session.phase === 'ENDED' && session.transaction === null ? 1 : 0;
    this.run(
      `INSERT INTO events (booking_id, id, event)
       VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM events WHERE booking_id = ?1), ?2)`,
      bookingId,
      toJson(event),
    );
    this.run(
      'UPDATE sessions SET state = ?, ended = ? WHERE booking_id = ?',
      toJson(session),
      ended,
      bookingId,
    );
  }

  events(bookingId: Hex): SessionEvent[] {
    return this.all('SELECT event FROM events WHERE booking_id = ? ORDER BY id', bookingId).map((row) =>
      fromJson<SessionEvent>(String(row.event)),
    );
  }

  keepSecret(bookingId: Hex, secret: Hex): void {
    this.run('UPDATE sessions SET secret = ? WHERE booking_id = ?', secret, bookingId);
  }

  setTier(bookingId: Hex, tier: Tier): void {
    this.run('UPDATE sessions SET tier = ? WHERE booking_id = ?', tier, bookingId);
  }

  tier(bookingId: Hex): Tier | undefined {
    return this.get('SELECT tier FROM sessions WHERE booking_id = ?', bookingId)?.tier as Tier | undefined;
  }

  addEvidence(bookingId: Hex, line: string): void {
    this.run(
      `INSERT INTO evidence (booking_id, line_number, line)
       VALUES (?1, (SELECT coalesce(max(line_number) + 1, 0) FROM evidence WHERE booking_id = ?1), ?2)`,
      bookingId,
      line,
    );
  }

  evidence(bookingId: Hex): string[] {
    return this.all('SELECT line FROM evidence WHERE booking_id = ? ORDER BY line_number', bookingId).map(
      (row) => String(row.line),
    );
  }
}
