import type { Request } from 'express';
import { z } from 'zod';
import { hex32 } from '../../protocol/schemas.ts';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseInput } from '../http/validate.ts';
import { type BookingWithTerms, readBooking } from './store.ts';

const path = z.object({ bookingId: hex32 });

/**
 * Finds the booking that a request's path names.
 *
 * @throws HttpProblem 400 `input.invalid`, 404 `booking.unknown`.
 */
export async function bookingOfPath(db: Db, req: Request): Promise<BookingWithTerms> {
  const { bookingId } = parseInput(path, req.params, 'path');
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
