import { z } from 'zod';
import { address, hex32 } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { bookingPath } from './bookings.ts';
import { operation } from './operation.ts';
import { nextCursor, pageQuery, TIME_AND_ID } from './pages.ts';
import { accountSignature, count, personText, unixSec } from './shapes.ts';

const ratingFields = {
  stars: z.int().min(1).max(5),
  comment: personText(500),
  ratedAt: unixSec,
  signature: accountSignature.describe('EIP-712 `Rating`, by the driver’s account.'),
};

const rating = z
  .strictObject({ ...ratingFields, bookingId: hex32, driver: address })
  .meta({ id: 'Rating', description: 'What a driver says of a finished booking.' });
export type RatingJson = z.infer<typeof rating>;

export const ratingSummary = z
  .strictObject({
    ratings: count,
    distinctDrivers: count,
    independentPayers: count.describe(
      'Drivers whose money came from the same account count once, and those paid by the host not at all.',
    ),
    averageHundredths: count
      .nullable()
      .describe('Hundredths of a star: the newest rating of each independent payer, rounded down.'),
  })
  .meta({ id: 'RatingSummary', description: 'Of the newest 500 ratings.' });
export type RatingSummary = z.infer<typeof ratingSummary>;

export const ratings = {
  putRating: operation({
    operationId: 'putRating',
    method: 'put',
    path: '/bookings/{bookingId}/rating',
    tag: 'people',
    summary: 'Rates a finished booking',
    description: 'One per booking. A later one takes its place.',
    params: bookingPath,
    query: mineQuery,
    body: z.strictObject(ratingFields),
    answers: { 200: { description: 'The rating.', schema: rating } },
    problems: [
      'signIn.missing',
      'booking.unknown',
      'booking.notDriver',
      'booking.notFinished',
      'rating.older',
      'rating.time',
      'signature.notAccount',
    ],
    security: 'session',
  }),
  deleteRating: operation({
    operationId: 'deleteRating',
    method: 'delete',
    path: '/bookings/{bookingId}/rating',
    tag: 'people',
    summary: 'Takes a rating back',
    params: bookingPath,
    query: mineQuery,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['signIn.missing', 'booking.unknown', 'booking.notDriver'],
    security: 'session',
  }),
  listRatings: operation({
    operationId: 'listRatings',
    method: 'get',
    path: '/chargers/{listingId}/ratings',
    tag: 'people',
    summary: 'Ratings of a charger, newest first',
    params: z.object({ listingId: hex32 }),
    query: z.object(pageQuery(TIME_AND_ID, { most: 50 })),
    answers: {
      200: {
        description: 'Ratings, and what they come to.',
        schema: z.strictObject({ summary: ratingSummary, ratings: z.array(rating), cursor: nextCursor }),
      },
    },
    problems: [],
  }),
};
