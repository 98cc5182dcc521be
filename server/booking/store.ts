import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

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

/** A part of a list: at most `limit` rows, those behind `after`. */
export interface Page {
  limit: number;
  after: readonly [number, Hex] | undefined;
}

/** A driver's bookings, newest first. */
export const bookingsOfDriver = (
  db: Db,
  driver: Address,
  { limit, after }: Page,
): Promise<BookingWithTerms[]> =>
  bookings(db)
    .where('driver', '=', driver)
    .$if(after !== undefined, (query) =>
      query.where(({ eb, or, and }) =>
        or([
          eb('bookedAt', '<', after![0]),
          and([eb('bookedAt', '=', after![0]), eb('bookingId', '>', after![1])]),
        ]),
      ),
    )
    .orderBy('bookedAt', 'desc')
    .orderBy('bookingId')
    .limit(limit)
    .execute();

/** Open bookings of a host's chargers, the next one first. */
export const openBookingsOfHost = (
  db: Db,
  host: Address,
  { limit, after }: Page,
): Promise<BookingWithTerms[]> =>
  bookings(db)
    .where('host', '=', host)
    .where('endedAt', 'is', null)
    .$if(after !== undefined, (query) =>
      query.where(({ eb, or, and }) =>
        or([
          eb('firstSlot', '>', after![0]),
          and([eb('firstSlot', '=', after![0]), eb('bookingId', '>', after![1])]),
        ]),
      ),
    )
    .orderBy('firstSlot')
    .orderBy('bookingId')
    .limit(limit)
    .execute();

/** Open bookings that have begun at `now` (unix seconds), the longest ago first, each with its connector. */
export const openBookings = (db: Db, now: number) =>
  bookings(db)
    .innerJoin('listings', 'listings.listingId', 'bookings.listingId')
    .where('listings.untilBlock', 'is', null)
    .where('endedAt', 'is', null)
    .where('opensAt', '<=', now)
    .select('connector')
    .orderBy('opensAt')
    .execute();

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

/**
 * How many bookings ended with agent and driver contradicting each other about a no-show, on any listing, of each of
 * these drivers who has such bookings.
 */
export async function contestedNoShowsByDriver(
  db: Db,
  drivers: readonly Address[],
): Promise<Record<Address, number>> {
  if (drivers.length === 0) return {};
  const rows = await db
    .selectFrom('bookings')
    .select(({ fn }) => ['driver', fn.countAll<number>().as('count')])
    .where('driver', 'in', [...new Set(drivers)])
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is not', null)
    .where('contested', '=', 1)
    .groupBy('driver')
    .execute();
  return Object.fromEntries(rows.map(({ driver, count }) => [driver, Number(count)]));
}
