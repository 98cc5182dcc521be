import { Router } from 'express';
import { zeroAddress } from 'viem';
import { ratings } from '../../protocol/api/ratings.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { partiesOfListing } from '../listing/store.ts';
import type { Services } from '../services.ts';
import { requireDriver, requireSignedBy } from './parties.ts';
import { deleteRating, putRating, ratingSummary, ratingsOf } from './ratings.ts';

/** How far the clock of a device may be ahead. */
const MAX_AHEAD_SEC = 60;

/** Ratings of finished bookings by their drivers: everybody reads them, and can check the signatures. */
export function ratingRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  operate(router, ratings.putRating, [], async ({ params: { bookingId }, body, req, res }) => {
    const booking = await requireDriver(services, req, res, bookingId);
    requireFinished(booking);
    requireTime(booking, body.ratedAt, now());
    const { stars, comment, ratedAt, signature } = body;
    const message = { bookingId, stars, comment, ratedAt: BigInt(ratedAt) };
    await requireSignedBy(services, booking.driver, 'Rating', message, signature);
    const { driver, listingId } = booking;
    const rating = { bookingId, driver, stars, comment, ratedAt, signature };
    if (!(await putRating(db, { ...rating, listingId }))) throw older();
    return rating;
  });
  // A signature alone does not bring back what was taken back: all who read it have it.
  operate(router, ratings.deleteRating, [], async ({ params: { bookingId }, req, res }) => {
    await requireDriver(services, req, res, bookingId);
    await deleteRating(db, bookingId);
    await forgetDeleted(db);
    res.status(204).end();
  });
  operate(router, ratings.listRatings, [], async ({ params: { listingId }, query }) => {
    const host = (await partiesOfListing(db, listingId))?.host ?? zeroAddress;
    const page = await ratingsOf(db, listingId, query);
    return { summary: await ratingSummary(db, listingId, host), ...page };
  });
  return router;
}

function requireFinished({ reservationStatus, endedAt }: BookingWithTerms): void {
  if (reservationStatus === 'FULFILLED' && endedAt !== null) return;
  throw new HttpProblem(409, {
    code: 'booking.notFinished',
    value: reservationStatus,
    rule: 'Only a finished booking can be rated. How the others ended, the listing’s record counts.',
    remedy: 'Wait until the booking is settled.',
  });
}

function requireTime({ endedAt }: BookingWithTerms, ratedAt: number, now: number): void {
  if (ratedAt >= endedAt! && ratedAt <= now + MAX_AHEAD_SEC) return;
  throw new HttpProblem(400, {
    code: 'rating.time',
    value: String(ratedAt),
    rule: 'ratedAt must be between the end of the booking and now.',
    remedy: 'Check the clock of the device, and sign again.',
  });
}

const older = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'rating.older',
    rule: 'A rating must be newer than the one that it replaces.',
    remedy: 'Sign again with the present time.',
  });
