import type { Hex } from 'viem';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import { type BookingWithTerms, readBooking } from './store.ts';

/** @throws HttpProblem 404 `booking.unknown`. */
export async function requireBooking(db: Db, bookingId: Hex): Promise<BookingWithTerms> {
  const booking = await readBooking(db, bookingId);
  if (booking !== undefined) return booking;
  throw new HttpProblem(404, {
    code: 'booking.unknown',
    value: bookingId,
    rule: 'The booking must be in the index.',
    remedy: 'Check the id. A booking appears a few seconds after its transaction is mined.',
    retry: 'later',
  });
}
