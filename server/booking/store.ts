import type { Selectable } from 'kysely';
import type { Address, Hex } from 'viem';
import { type TermsStruct, termsHash } from '../../protocol/terms.ts';
import { type At, wordHex } from '../chain/events.ts';
import { listedTerms, putTerms, termsOfHash, toTermsStruct } from '../chain/terms.ts';
import { endVersion } from '../chain/versions.ts';
import type { Db, Tables, Tx } from '../db.ts';

type BookingRow = Selectable<Tables['bookings']>;

/**
 * The terms that a booking pins, as the struct that the contracts take. Of a booking by an offer, whose tariff only the
 * event `OfferTaken` after it names, those of the listing: nothing else differs.
 */
export const bookedTerms = async (tx: Tx, termsHash: Hex, listingId: Hex): Promise<TermsStruct> =>
  toTermsStruct((await termsOfHash(tx, termsHash)) ?? (await listedTerms(tx, listingId)));

/** Stores the terms of a booking by an offer: the listing's, with the offered tariff. */
export async function putOfferedTerms({ tx, block }: At, bookingId: Hex, tariff: bigint): Promise<void> {
  const { listingId, termsHash: hash } = await currentBooking(tx, bookingId);
  const { fromBlock: _, ...listed } = await listedTerms(tx, listingId);
  if (termsHash({ ...toTermsStruct(listed), tariff }) !== hash)
    throw new Error(`The ledger booked ${bookingId} with other terms than those of its listing and offer.`);
  await putTerms(tx, { ...listed, termsHash: hash, fromBlock: block, tariff: wordHex(tariff) });
}

const currentBooking = (tx: Tx, bookingId: Hex): Promise<BookingRow> =>
  tx
    .selectFrom('bookings')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirstOrThrow();

/** Writes a new version of a booking; the previous version ends at its block. */
export async function putBooking(tx: Tx, booking: BookingRow): Promise<void> {
  await endVersion(tx, 'bookings', booking.bookingId, booking.fromBlock);
  await tx.insertInto('bookings').values(booking).execute();
}

/** Changes fields of a booking as of an event, by writing a new version. */
export async function changeBooking(
  at: At,
  bookingId: Hex,
  change: (before: BookingRow) => Partial<BookingRow>,
): Promise<void> {
  const before = await currentBooking(at.tx, bookingId);
  await putBooking(at.tx, { ...before, ...change(before), fromBlock: at.block });
  // A booking also changes its charger's status: reserved, or available again.
  at.touched.bookings.add(bookingId);
  at.touched.listings.add(before.listingId);
}

/** The readings that were reported for a booking, newest first. */
export const readingsOf = (tx: Tx, bookingId: Hex) =>
  tx
    .selectFrom('bookings')
    .select(['readingMeasure', 'readingEvidenceHash', 'readingRegistersCommitment'])
    .where('bookingId', '=', bookingId)
    .where('readingMeasure', 'is not', null)
    .orderBy('fromBlock', 'desc')
    .execute();

/** Current versions of bookings, with their pinned terms. */
function bookings(db: Db) {
  return db
    .selectFrom('bookings')
    .innerJoin('terms', 'terms.termsHash', 'bookings.termsHash')
    .where('bookings.untilBlock', 'is', null)
    .selectAll('bookings')
    .select(['host', 'agentKey', 'tariff', 'bookingTerms', 'metering', 'meterKeyHash']);
}

export type BookingWithTerms = Awaited<ReturnType<ReturnType<typeof bookings>['executeTakeFirstOrThrow']>>;

export const readBooking = (db: Db, bookingId: Hex): Promise<BookingWithTerms | undefined> =>
  bookings(db).where('bookingId', '=', bookingId).executeTakeFirst();

/** A driver's bookings, newest first, at most `limit`. */
export const bookingsOfDriver = (db: Db, driver: Address, limit: number): Promise<BookingWithTerms[]> =>
  bookings(db)
    .where('driver', '=', driver)
    .orderBy('bookedAt', 'desc')
    .orderBy('bookingId')
    .limit(limit)
    .execute();

/** Open bookings of a host's chargers, the next one first, at most `limit`. */
export const openBookingsOfHost = (db: Db, host: Address, limit: number): Promise<BookingWithTerms[]> =>
  bookings(db)
    .where('host', '=', host)
    .where('endedAt', 'is', null)
    .orderBy('firstSlot')
    .orderBy('bookingId')
    .limit(limit)
    .execute();

/** Open bookings that have begun at `now` (unix seconds), each with its connector. */
export const openBookings = (db: Db, now: number) =>
  bookings(db)
    .innerJoin('listings', 'listings.listingId', 'bookings.listingId')
    .where('listings.untilBlock', 'is', null)
    .where('endedAt', 'is', null)
    .where('opensAt', '<=', now)
    .select('connector')
    .orderBy('bookings.bookingId')
    .execute();

/** Taken slots of a listing from `fromSlot` on. Slots of cancelled bookings are free, and those given back. */
export async function takenSlots(db: Db, listingId: Hex, fromSlot: number): Promise<number[]> {
  const rows = await db
    .selectFrom('bookings')
    .select(['firstSlot', 'slotCount', 'freedFromSlot'])
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .where('reservationStatus', '<>', 'CANCELED')
    .where((eb) => eb(eb('firstSlot', '+', eb.ref('slotCount')), '>', fromSlot))
    .orderBy('firstSlot')
    .execute();
  return rows
    .flatMap(({ firstSlot, slotCount, freedFromSlot }) => {
      const length = (freedFromSlot ?? firstSlot + slotCount) - firstSlot;
      return Array.from({ length }, (_, i) => firstSlot + i);
    })
    .filter((slot) => slot >= fromSlot);
}

/** Those of the given listings that a booking reserves at `now` (unix seconds). */
export async function reservedNow(db: Db, listingIds: Hex[], now: number): Promise<Set<Hex>> {
  if (listingIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('bookings')
    .select('listingId')
    .where('listingId', 'in', listingIds)
    .where('untilBlock', 'is', null)
    .where('reservationStatus', '=', 'RESERVED')
    .where('opensAt', '<=', now)
    .where('endsAt', '>', now)
    .execute();
  return new Set(rows.map((row) => row.listingId));
}

/** How many bookings of a listing ended with agent and driver contradicting each other about a no-show. */
export async function contestedNoShows(db: Db, listingId: Hex): Promise<number> {
  const { count } = await db
    .selectFrom('bookings')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is not', null)
    .where('contested', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(count);
}
