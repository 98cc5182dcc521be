import type { Hex } from 'viem';
import { Database } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** What the agent learnt from the ledger, and small notes of all its parts. */
export class LedgerRecords extends Database {
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
