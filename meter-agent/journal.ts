import type { Hex } from 'viem';
import type { Reading } from '../protocol/reading.ts';
import { Database, type Row } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Session, SessionEvent } from './session/types.ts';

export interface StoredSession {
  session: Session;
  secret: Hex | null;
  /** Salt of evidence hash and registers commitment. */
  salt: Hex;
}

export interface StoredReading {
  reading: Reading;
  agentSignature: Hex | null;
  sessionSignature: Hex | null;
}

export interface StoredTransaction {
  id: number;
  bookingId: Hex | null;
  isOwner: boolean;
  stopped: boolean;
  chargePointId: string;
  connectorId: number;
  idTag: string;
  meterStart: number;
  boxTime: string;
  boxTransactionId: string | null;
}

export interface NewTransaction {
  chargePointId: string;
  connectorId: number;
  idTag: string;
  meterStart: number;
  boxTime: string;
  boxTransactionId?: string | undefined;
}

/**
 * The agent's memory, written to the disk before a message is acknowledged. Killed at any instant, the next agent
 * finds each session as it was. One agent at a time.
 */
export class Journal extends Database {
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

  session(bookingId: Hex): StoredSession | undefined {
    const row = this.get('SELECT state, secret, salt FROM sessions WHERE booking_id = ?', bookingId);
    if (row === undefined) return undefined;
    const session = fromJson<Session>(String(row.state));
    return { session, secret: row.secret as Hex | null, salt: row.salt as Hex };
  }

  /** What happened, and what became of the session by it. */
  addEvent(bookingId: Hex, event: SessionEvent, session: Session): void {
    const ended = session.phase === 'ENDED' && session.transaction === null ? 1 : 0;
    this.run('INSERT INTO events (booking_id, event) VALUES (?, ?)', bookingId, toJson(event));
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

  setTier(bookingId: Hex, tier: string): void {
    this.run('UPDATE sessions SET tier = ? WHERE booking_id = ?', tier, bookingId);
  }

  tier(bookingId: Hex): string | undefined {
    return this.get('SELECT tier FROM sessions WHERE booking_id = ?', bookingId)?.tier as string | undefined;
  }

  /** Throws when the seq was made before, or a final one was. */
  addReading(reading: Reading): void {
    this.run(
      'INSERT INTO readings (booking_id, seq, is_final, reading) VALUES (?, ?, ?, ?)',
      reading.bookingId,
      reading.seq,
      reading.isFinal ? 1 : 0,
      toJson(reading),
    );
  }

  signReading(bookingId: Hex, seq: number, agentSignature: Hex): void {
    this.run(
      'UPDATE readings SET agent_signature = ? WHERE booking_id = ? AND seq = ? AND agent_signature IS NULL',
      agentSignature,
      bookingId,
      seq,
    );
  }

  cosignReading(bookingId: Hex, seq: number, sessionSignature: Hex): void {
    this.run(
      'UPDATE readings SET session_signature = ? WHERE booking_id = ? AND seq = ? AND session_signature IS NULL',
      sessionSignature,
      bookingId,
      seq,
    );
  }

  markSent(bookingId: Hex, seq: number): void {
    this.run('UPDATE readings SET sent = 1 WHERE booking_id = ? AND seq = ?', bookingId, seq);
  }

  reading(bookingId: Hex, seq: number): StoredReading | undefined {
    const row = this.get('SELECT * FROM readings WHERE booking_id = ? AND seq = ?', bookingId, seq);
    return row && storedReading(row);
  }

  newestCosigned(bookingId: Hex): StoredReading | undefined {
    const row = this.get(
      'SELECT * FROM readings WHERE booking_id = ? AND session_signature IS NOT NULL ORDER BY seq DESC LIMIT 1',
      bookingId,
    );
    return row && storedReading(row);
  }

  unsignedReadings(): StoredReading[] {
    return this.all('SELECT * FROM readings WHERE agent_signature IS NULL ORDER BY booking_id, seq').map(
      storedReading,
    );
  }

  /** Signed readings that the API may not have: never sent, and the newest of each open session. */
  readingsToSend(): StoredReading[] {
    return this.all(`
      SELECT r.* FROM readings r JOIN sessions s USING (booking_id)
      WHERE s.ended = 0 AND r.agent_signature IS NOT NULL
        AND (r.sent = 0 OR r.seq = (SELECT max(seq) FROM readings WHERE booking_id = r.booking_id))
      ORDER BY r.booking_id, r.seq`).map(storedReading);
  }

  /**
   * The number of a transaction. A replayed StartTransaction (same connector, tag, register and time) gets the number
   * of the first one.
   */
  openTransaction(
    start: NewTransaction,
    bookingId: Hex | null,
    isOwner: boolean,
  ): StoredTransaction & { isNew: boolean } {
    const key = [
      start.chargePointId,
      start.connectorId,
      start.idTag,
      start.meterStart,
      start.boxTime,
    ] as const;
    const { changes } = this.run(
      `INSERT INTO transactions (charge_point_id, connector_id, id_tag, meter_start, box_time, booking_id, is_owner, box_transaction_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...key,
      bookingId,
      isOwner ? 1 : 0,
      start.boxTransactionId ?? null,
    );
    const row = this.get(
      `SELECT * FROM transactions
       WHERE charge_point_id = ? AND connector_id = ? AND id_tag = ? AND meter_start = ? AND box_time = ?`,
      ...key,
    );
    return { ...storedTransaction(row as Row), isNew: changes === 1 };
  }

  transaction(id: number): StoredTransaction | undefined {
    const row = this.get('SELECT * FROM transactions WHERE id = ?', id);
    return row && storedTransaction(row);
  }

  /** The newest, should a box give a name twice. */
  transactionNamed(chargePointId: string, boxTransactionId: string): StoredTransaction | undefined {
    const row = this.get(
      'SELECT * FROM transactions WHERE charge_point_id = ? AND box_transaction_id = ? ORDER BY id DESC LIMIT 1',
      chargePointId,
      boxTransactionId,
    );
    return row && storedTransaction(row);
  }

  newestTransaction(chargePointId: string, connectorId: number): StoredTransaction | undefined {
    const row = this.get(
      'SELECT * FROM transactions WHERE charge_point_id = ? AND connector_id = ? ORDER BY id DESC LIMIT 1',
      chargePointId,
      connectorId,
    );
    return row && storedTransaction(row);
  }

  closeTransaction(id: number): void {
    this.run('UPDATE transactions SET stopped = 1 WHERE id = ?', id);
  }

  addEvidence(bookingId: Hex, line: string): void {
    this.run(
      `INSERT INTO evidence (booking_id, line_number, line)
       VALUES (?1, (SELECT count(*) FROM evidence WHERE booking_id = ?1), ?2)`,
      bookingId,
      line,
    );
  }

  evidence(bookingId: Hex): string[] {
    return this.all('SELECT line FROM evidence WHERE booking_id = ? ORDER BY line_number', bookingId).map(
      (row) => String(row.line),
    );
  }

  setNote(key: string, value: unknown): void {
    this.run(
      'INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      toJson(value),
    );
  }

  note<T>(key: string): T | undefined {
    const row = this.get('SELECT value FROM notes WHERE key = ?', key);
    return row && fromJson<T>(String(row.value));
  }

  putListing(listingId: Hex, termsHash: Hex, block: number, listing: unknown): void {
    this.run(
      'INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?)',
      listingId,
      termsHash,
      block,
      toJson(listing),
    );
  }

  listingVersions<T>(): { listingId: Hex; termsHash: Hex; listing: T }[] {
    return this.all('SELECT * FROM listings ORDER BY block').map((row) => ({
      listingId: row.listing_id as Hex,
      termsHash: row.terms_hash as Hex,
      listing: fromJson<T>(String(row.listing)),
    }));
  }

  putBooking(bookingId: Hex, listingId: Hex, block: number, isOpen: boolean, fact: unknown): void {
    this.run(
      'INSERT OR REPLACE INTO bookings VALUES (?, ?, ?, ?, ?)',
      bookingId,
      listingId,
      block,
      isOpen ? 1 : 0,
      toJson(fact),
    );
  }

  /** Bookings that the ledger has not ended. */
  openBookings<T>(): { bookingId: Hex; fact: T }[] {
    return this.all('SELECT booking_id, fact FROM bookings WHERE is_open = 1 ORDER BY block').map((row) => ({
      bookingId: row.booking_id as Hex,
      fact: fromJson<T>(String(row.fact)),
    }));
  }

  booking<T>(bookingId: Hex): T | undefined {
    const row = this.get('SELECT fact FROM bookings WHERE booking_id = ?', bookingId);
    return row && fromJson<T>(String(row.fact));
  }

  /** Everything learnt from the ledger, forgotten: it is followed anew. */
  forgetLedger(): void {
    this.exec('DELETE FROM listings; DELETE FROM bookings;');
  }
}

function storedReading(row: Row): StoredReading {
  return {
    reading: fromJson<Reading>(String(row.reading)),
    agentSignature: row.agent_signature as Hex | null,
    sessionSignature: row.session_signature as Hex | null,
  };
}

function storedTransaction(row: Row): StoredTransaction {
  return {
    id: Number(row.id),
    bookingId: row.booking_id as Hex | null,
    isOwner: row.is_owner === 1,
    stopped: row.stopped === 1,
    chargePointId: String(row.charge_point_id),
    connectorId: Number(row.connector_id),
    idTag: String(row.id_tag),
    meterStart: Number(row.meter_start),
    boxTime: String(row.box_time),
    boxTransactionId: row.box_transaction_id as string | null,
  };
}
