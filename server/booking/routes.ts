import { Router } from 'express';
import { bookings } from '../../protocol/api/bookings.ts';
import { operate } from '../http/operate.ts';
import type { Services } from '../services.ts';
import { requireBooking } from './find.ts';
import { toBookingResponse } from './toBookingResponse.ts';

/** A booking as the ledger has it; public. */
export function bookingRoutes({ db }: Services): Router {
  const router = Router();
  operate(router, bookings.getBooking, [], async ({ params }) =>
    toBookingResponse(await requireBooking(db, params.bookingId)),
  );
  return router;
}
