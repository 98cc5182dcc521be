import type { Hex } from 'viem';
import type { Reading } from '../../protocol/reading.ts';
import type { DriverTransaction } from '../drivers/driver.ts';
import type { Row } from './database.ts';
import { fromJson, toJson } from './json.ts';
import { MeasurementRecords } from './measurement-records.ts';

export type { StoredSession } from './session-records.ts';

export interface StoredReading {
  reading: Reading;
  agentSignature: Hex | null;
  sessionSignature: Hex | null;
}

/** EIP-712 `Allowance` by the session key; the cost in token units. */
export interface StoredAllowance {
  cost: bigint;
  signature: Hex;
}

export interface StoredTransaction extends DriverTransaction {
  readonly bookingId: Hex | null;
}

export interface NewTransaction {
  chargePointId: string;
  connectorId: number;
  idTag: string;
  meterStart: number;
  chargePointTime: string;
  ownTransactionId?: string | undefined;
}

/**
 * The agent's persistent state, written to the disk before a message is acknowledged. If the agent is killed at any
 * instant, the next one finds each session as it was. One agent at a time. Here: readings and transactions.
 */
export class Journal extends MeasurementRecords {
  readonly #transactions = this.newCache<StoredTransaction>();

  /** Throws when this seq, or a final reading, exists already. */
  addReading(reading: Reading): void {
    this.run(
      'INSERT INTO readings (booking_id, seq, is_final, reading) VALUES (?, ?, ?, ?)',
      reading.bookingId,
      reading.seq,
      reading.isFinal ? 1 : 0,
      toJson(reading),
    );
  }

  /** A reading that a lost journal signed, as the API holds it; one that is here stays as it is. */
  keepHeldReading({ reading, agentSignature, sessionSignature }: StoredReading): void {
    const { bookingId, seq, isFinal } = reading;
    this.run(
      `INSERT INTO readings (booking_id, seq, is_final, reading, agent_signature, sent)
       VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`,
      bookingId,
      seq,
      isFinal ? 1 : 0,
      toJson(reading),
      agentSignature,
    );
    if (agentSignature !== null) this.signReading(bookingId, seq, agentSignature);
    if (sessionSignature !== null) this.cosignReading(bookingId, seq, sessionSignature);
  }

  /** False where it was signed before. */
  signReading(bookingId: Hex, seq: number, agentSignature: Hex): boolean {
    const { changes } = this.run(
      'UPDATE readings SET agent_signature = ? WHERE booking_id = ? AND seq = ? AND agent_signature IS NULL',
      agentSignature,
      bookingId,
      seq,
    );
    return changes === 1;
  }

  cosignReading(bookingId: Hex, seq: number, sessionSignature: Hex): void {
    this.run(
      'UPDATE readings SET session_signature = ? WHERE booking_id = ? AND seq = ? AND session_signature IS NULL',
      sessionSignature,
      bookingId,
      seq,
    );
  }

  /** A raise of what the driver allows; an older one is replaced. */
  keepAllowance(bookingId: Hex, { cost, signature }: StoredAllowance): void {
    this.run('INSERT OR REPLACE INTO allowances VALUES (?, ?, ?)', bookingId, String(cost), signature);
  }

  allowance(bookingId: Hex): StoredAllowance | undefined {
    const row = this.get('SELECT * FROM allowances WHERE booking_id = ?', bookingId);
    return row && { cost: BigInt(String(row.cost)), signature: row.signature as Hex };
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
    return this.all(`
      SELECT * FROM readings WHERE agent_signature IS NULL
        AND booking_id IN (SELECT booking_id FROM sessions WHERE ended = 0) ORDER BY rowid`).map(
      storedReading,
    );
  }

  /** Signed readings that the API may not have, in their order: unsent ones, and the newest of each open session. */
  readingsToSend(): StoredReading[] {
    return this.all(`
      SELECT * FROM readings WHERE agent_signature IS NOT NULL AND rowid IN (
        SELECT rowid FROM readings WHERE sent = 0
        UNION SELECT (SELECT rowid FROM readings r WHERE r.booking_id = s.booking_id ORDER BY seq DESC LIMIT 1)
          FROM sessions s WHERE s.ended = 0)
      ORDER BY rowid`).map(storedReading);
  }

  /**
   * When more than `limit` readings wait for the API, the oldest are not sent any more, as far as their session has a
   * later one. They stay in the journal, and so does all evidence. Returns how many.
   */
  skipSuperseded(limit: number): number {
    const tooMany = this.queue().unsentReadings - limit;
    if (tooMany <= 0) return 0;
    const { changes } = this.run(
      `UPDATE readings SET sent = 2 WHERE rowid IN (
         SELECT rowid FROM readings r
         WHERE sent = 0 AND agent_signature IS NOT NULL AND is_final = 0
           AND seq < (SELECT max(seq) FROM readings n WHERE n.booking_id = r.booking_id AND n.agent_signature IS NOT NULL)
         ORDER BY rowid LIMIT ?)`,
      tooMany,
    );
    return Number(changes);
  }

  /** How many readings wait for our signature or for the API, and how many messages for other central systems. */
  queue(): { unsignedReadings: number; unsentReadings: number; outboxMessages: number } {
    const count = (from: string) => Number(this.get(`SELECT count(*) AS count FROM ${from}`)?.count);
    const unsignedReadings = count('readings WHERE agent_signature IS NULL');
    const unsentReadings = count('readings WHERE sent = 0') - unsignedReadings;
    return { unsignedReadings, unsentReadings, outboxMessages: count('outbox') };
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
      start.chargePointTime,
    ] as const;
    this.#transactions.clear();
    const { changes } = this.run(
      `INSERT INTO transactions (charge_point_id, connector_id, id_tag, meter_start, charge_point_time, booking_id, is_owner, own_transaction_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...key,
      bookingId,
      isOwner ? 1 : 0,
      start.ownTransactionId ?? null,
    );
    const row = this.get(
      `SELECT * FROM transactions
       WHERE charge_point_id = ? AND connector_id = ? AND id_tag = ? AND meter_start = ? AND charge_point_time = ?`,
      ...key,
    );
    return { ...storedTransaction(row as Row), isNew: changes === 1 };
  }

  transaction(id: number): StoredTransaction | undefined {
    return this.#transactions.get(String(id), () => {
      const row = this.get('SELECT * FROM transactions WHERE id = ?', id);
      return row && storedTransaction(row);
    });
  }

  /** The newest, in case a charge point uses an id twice. */
  transactionNamed(chargePointId: string, ownTransactionId: string): StoredTransaction | undefined {
    const row = this.get(
      'SELECT * FROM transactions WHERE charge_point_id = ? AND own_transaction_id = ? ORDER BY id DESC LIMIT 1',
      chargePointId,
      ownTransactionId,
    );
    return row && storedTransaction(row);
  }

  newestTransaction(chargePointId: string, connectorId: number): StoredTransaction | undefined {
    return this.#transactions.get(`newest ${connectorId} ${chargePointId}`, () => {
      const row = this.get(
        'SELECT * FROM transactions WHERE charge_point_id = ? AND connector_id = ? ORDER BY id DESC LIMIT 1',
        chargePointId,
        connectorId,
      );
      return row && storedTransaction(row);
    });
  }

  closeTransactionsOf(bookingId: Hex): void {
    this.#transactions.clear();
    this.run('UPDATE transactions SET stopped = 1 WHERE booking_id = ? AND stopped = 0', bookingId);
  }

  closeTransaction(id: number): void {
    this.#transactions.clear();
    this.run('UPDATE transactions SET stopped = 1 WHERE id = ?', id);
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
    chargePointTime: String(row.charge_point_time),
    ownTransactionId: row.own_transaction_id as string | null,
  };
}
