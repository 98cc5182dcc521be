import type { Hex } from 'viem';
import { z } from 'zod';
import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import { type Difference, differences, extra, mismatch } from './differences.ts';
import type { ChargerFacts } from './expected-charger.ts';
import { type AnyObject, type ApiSource, allPages, get } from './source.ts';

const bookingId = z.string() as z.ZodType as z.ZodType<Hex>;
const page = z.looseObject({ ratings: z.array(z.looseObject({ bookingId })), cursor: z.string().nullable() });
type Rating = AnyObject & { bookingId: Hex };

/** What drivers say is theirs: that each is the driver of a finished session of the charger is the ledger's. */
export async function compareRatings(
  source: ApiSource,
  { book }: AuditReport,
  facts: ReadonlyMap<string, ChargerFacts>,
): Promise<Difference[]> {
  const found = await inChunks([...facts.keys()] as Hex[], async (listingId) => {
    const seen = new Set<Hex>();
    return (await ratingsOf(source, listingId)).flatMap((rating) => {
      const isTwice = seen.has(rating.bookingId);
      seen.add(rating.bookingId);
      return ratingDifferences(listingId, book.bookings.get(rating.bookingId), rating, isTwice);
    });
  });
  return found.flat();
}

const ratingsOf = (source: ApiSource, listingId: Hex): Promise<Rating[]> =>
  allPages(`ratings of ${listingId}`, async (after) => {
    const cursor = after === undefined ? '' : `&cursor=${encodeURIComponent(after)}`;
    const { body } = await get(source, `/chargers/${listingId}/ratings?limit=50${cursor}`, page);
    return { rows: body.ratings, next: body.cursor ?? undefined };
  });

function ratingDifferences(
  listingId: Hex,
  account: BookingAccount | undefined,
  rating: Rating,
  isTwice: boolean,
): Difference[] {
  const subject = { bookingId: rating.bookingId, listingId };
  const end = account?.end;
  if (account === undefined || account.booking.listingId !== listingId || end?.outcome !== 'FULFILLED')
    return [extra(subject, 'a rating of a finished session of the charger', 'one of another booking')];
  if (isTwice) return [extra(subject, 'one rating of a session', 'two')];
  const isEarly = !(Number(rating.ratedAt) >= end.stamp.at);
  const early = isEarly ? [mismatch(subject, `ratedAt from ${end.stamp.at} on`, String(rating.ratedAt))] : [];
  return [...differences(subject, { driver: account.booking.driver }, rating), ...early];
}
