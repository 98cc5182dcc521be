import type { Hex } from 'viem';
import type { ListingStruct } from '../../protocol/listing.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { Row } from './database.ts';
import { fromJson, toJson } from './json.ts';
import { OutboxRecords } from './outbox-records.ts';

export interface StoredBooking {
  bookingId: Hex;
  fact: BookingFact;
}

/** A transaction of the agent key, as it was signed. Fees in wei per gas. */
export interface SentTransaction {
  nonce: number;
  bookingId: Hex;
  action: string;
  hash: Hex;
  raw: Hex;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** Unix seconds. */
  sentAt: number;
}

/**
 * Small notes of all parts, and facts from the ledger, each with its block, so that a reorganisation can take them
 * back.
 */
export class LedgerRecords extends OutboxRecords {
  /** Texts of notes. Each reader gets an object of its own. */
  readonly #notes = this.newCache<string>();

  setNote(key: string, value: unknown): void {
    const text = toJson(value);
    if (this.#notes.held(key) === text) return;
    this.run(
      'INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      text,
    );
    this.#notes.set(key, text);
  }

  note<T>(key: string): T | undefined {
    const text = this.#notes.get(key, () => {
      const row = this.get('SELECT value FROM notes WHERE key = ?', key);
      return row && String(row.value);
    });
    return text === undefined ? undefined : fromJson<T>(text);
  }

  putListing(listingId: Hex, termsHash: Hex, block: number, listing: ListingStruct): void {
    this.run(
      'INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?)',
      listingId,
      termsHash,
      block,
      toJson(listing),
    );
  }

  listingVersions(): { listingId: Hex; termsHash: Hex; listing: ListingStruct }[] {
    return this.all('SELECT * FROM listings ORDER BY block').map((row) => ({
      listingId: row.listing_id as Hex,
      termsHash: row.terms_hash as Hex,
      listing: fromJson<ListingStruct>(String(row.listing)),
    }));
  }

  listedIds(): Hex[] {
    return this.all('SELECT DISTINCT listing_id FROM listings WHERE block >= 0').map(
      (row) => row.listing_id as Hex,
    );
  }

  dropListingsAfter(block: number): void {
    this.run('DELETE FROM listings WHERE block > ?', block);
  }

  putBooking(bookingId: Hex, fact: BookingFact): void {
    const isLost = fact.lostAt !== null;
    this.run(
      'INSERT OR REPLACE INTO bookings (booking_id, listing_id, block, is_open, fact, is_lost) VALUES (?, ?, ?, ?, ?, ?)',
      bookingId,
      fact.listingId,
      fact.moments.at(-1)?.block ?? 0,
      fact.ended === null && !isLost ? 1 : 0,
      toJson(fact),
      isLost ? 1 : 0,
    );
  }

  dropBooking(bookingId: Hex): void {
    this.run('DELETE FROM bookings WHERE booking_id = ?', bookingId);
  }

  /** Bookings that the ledger has and that have not ended. */
  openBookings(): StoredBooking[] {
    return this.all('SELECT booking_id, fact FROM bookings WHERE is_open = 1 ORDER BY block').map(
      storedBooking,
    );
  }

  /** The bookings that ended last, the newest first. */
  lastEndedBookings(count: number): BookingFact[] {
    return this.all(
      'SELECT fact FROM bookings WHERE is_open = 0 AND is_lost = 0 AND block >= 0 ORDER BY block DESC LIMIT ?',
      count,
    ).map((row) => fromJson<BookingFact>(String(row.fact)));
  }

  /** Bookings that a reorganisation removed and that may return. */
  lostBookings(): StoredBooking[] {
    return this.all('SELECT booking_id, fact FROM bookings WHERE is_lost = 1').map(storedBooking);
  }

  bookingsChangedAfter(block: number): StoredBooking[] {
    return this.all('SELECT booking_id, fact FROM bookings WHERE block > ?', block).map(storedBooking);
  }

  /** Changes whenever a booking does: each change has its block. */
  bookingsMark(): string {
    const row = this.get('SELECT count(*) AS count, max(block) AS block, sum(is_open) AS open FROM bookings');
    return `${row?.count} ${row?.block} ${row?.open}`;
  }

  /** What the ledger paid for each booking that it has ended, by the hash of its connector. */
  *paidBookings(): Generator<{ connector: Hex; paid: bigint }> {
    for (const row of this.all('SELECT fact FROM bookings WHERE is_open = 0 AND is_lost = 0')) {
      const { connector, paid } = fromJson<BookingFact>(String(row.fact));
      if (paid !== null) yield { connector, paid };
    }
  }

  booking(bookingId: Hex): BookingFact | undefined {
    const row = this.get('SELECT fact FROM bookings WHERE booking_id = ?', bookingId);
    return row && fromJson<BookingFact>(String(row.fact));
  }

  addSent(sent: SentTransaction): void {
    this.run(
      `INSERT INTO sent_transactions
         (nonce, booking_id, action, hash, raw, max_fee_per_gas, max_priority_fee_per_gas, sent_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      sent.nonce,
      sent.bookingId,
      sent.action,
      sent.hash,
      sent.raw,
      String(sent.maxFeePerGas),
      String(sent.maxPriorityFeePerGas),
      sent.sentAt,
    );
  }

  /** All transactions signed for a nonce, the newest last. */
  sentAt(nonce: number): SentTransaction[] {
    return this.all('SELECT * FROM sent_transactions WHERE nonce = ? ORDER BY id', nonce).map((row) => ({
      nonce: Number(row.nonce),
      bookingId: row.booking_id as Hex,
      action: String(row.action),
      hash: row.hash as Hex,
      raw: row.raw as Hex,
      maxFeePerGas: BigInt(String(row.max_fee_per_gas)),
      maxPriorityFeePerGas: BigInt(String(row.max_priority_fee_per_gas)),
      sentAt: Number(row.sent_at),
    }));
  }

  sentAgain(hash: Hex, at: number): void {
    this.run('UPDATE sent_transactions SET sent_at = ? WHERE hash = ?', at, hash);
  }

  dropSentBefore(nonce: number): void {
    this.run('DELETE FROM sent_transactions WHERE nonce < ?', nonce);
  }
}

const storedBooking = (row: Row): StoredBooking => ({
  bookingId: row.booking_id as Hex,
  fact: fromJson<BookingFact>(String(row.fact)),
});
