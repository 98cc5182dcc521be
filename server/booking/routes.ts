import { Router } from 'express';
import type { Services } from '../services.ts';
import { bookingOfPath } from './find.ts';
import { toBookingResponse } from './toBookingResponse.ts';

/** A booking as the ledger has it; public. */
export function bookingRoutes({ db }: Services): Router {
  const router = Router();
  router.get('/bookings/:bookingId', async (req, res) => {
    res.json(toBookingResponse(await bookingOfPath(db, req)));
  });
  return router;
}
