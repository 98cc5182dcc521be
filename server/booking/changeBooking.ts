import type { Hex } from 'viem';
import { LedgerContradiction } from '../chain/contradiction.ts';
import type { At } from '../chain/events.ts';
import type { BookingRow, UnitOfWork } from '../chain/unit-of-work.ts';

/**
 * The current version of a booking.
 *
 * @throws LedgerContradiction where the ledger has not told of the booking.
 */
export function currentBooking(unit: UnitOfWork, at: At, bookingId: Hex): BookingRow {
  const booking = unit.bookings.current(bookingId);
  if (booking === undefined)
    throw new LedgerContradiction(at.block, `Booking ${bookingId} must be booked before it changes.`);
  return booking;
}

/** Changes fields of a booking as of an event, by a new version. */
export function changeBooking(
  unit: UnitOfWork,
  at: At,
  bookingId: Hex,
  change: (before: BookingRow) => Partial<BookingRow>,
): void {
  const before = currentBooking(unit, at, bookingId);
  const changed = { ...before, ...change(before), fromBlock: at.block, untilBlock: null };
  unit.bookings.put(bookingId, changed);
  // A booking also changes its charger's status: reserved, or available again.
  unit.touched.bookings.add(bookingId);
  unit.touched.listings.add(before.listingId);
}
