import type { Address, Hex } from 'viem';
import { type PageQuery, pageOf, TIME_AND_ID } from '../../protocol/api/pages.ts';
import type { RatingJson, RatingSummary } from '../../protocol/api/ratings.ts';
import type { Db } from '../db.ts';
import { summariseRatings } from './summariseRatings.ts';

/** How many of the newest ratings the summary counts. */
const COUNTED = 500;

const ratings = (db: Db) =>
  db.selectFrom('ratings').select(['bookingId', 'driver', 'stars', 'comment', 'ratedAt', 'signature']);

/** Stores a rating in place of an older one. Returns false where a newer one, or another of the same second, is stored. */
export async function putRating(db: Db, rating: RatingJson & { listingId: Hex }): Promise<boolean> {
  const { bookingId, listingId, driver, ...said } = rating;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('ratings')
    .values({ bookingId, listingId, driver, ...said })
    .onConflict((conflict) =>
      conflict.column('bookingId').doUpdateSet(said).where('ratings.ratedAt', '<', said.ratedAt),
    )
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function deleteRating(db: Db, bookingId: Hex): Promise<void> {
  await db.deleteFrom('ratings').where('bookingId', '=', bookingId).execute();
}

/** A page of a listing's ratings, newest first. */
export async function ratingsOf(
  db: Db,
  listingId: Hex,
  { limit, cursor }: PageQuery<readonly [number, Hex]>,
): Promise<{ ratings: RatingJson[]; cursor: string | null }> {
  const all = ratings(db).where('listingId', '=', listingId);
  const later =
    cursor === undefined
      ? all
      : all.where((eb) => eb(eb.refTuple('ratedAt', 'bookingId'), '<', eb.tuple(...cursor)));
  const found = await later
    .orderBy('ratedAt', 'desc')
    .orderBy('bookingId', 'desc')
    .limit(limit + 1)
    .execute();
  const { rows, cursor: next } = pageOf(found, limit, (row) => TIME_AND_ID.text(row.ratedAt, row.bookingId));
  return { ratings: rows, cursor: next };
}

export async function ratingSummary(db: Db, listingId: Hex, host: Address): Promise<RatingSummary> {
  const rated = await db
    .selectFrom('ratings')
    .select(['driver', 'stars', 'ratedAt'])
    .where('listingId', '=', listingId)
    .orderBy('ratedAt', 'desc')
    .limit(COUNTED)
    .execute();
  const payers = await payersOf(
    db,
    rated.map(({ driver }) => driver),
  );
  return summariseRatings(rated, host, (driver) => payers.get(driver) ?? []);
}

/** From which accounts the deposits of each driver came. */
async function payersOf(db: Db, drivers: Address[]): Promise<Map<Address, Address[]>> {
  const payers = new Map<Address, Address[]>();
  if (drivers.length === 0) return payers;
  const rows = await db
    .selectFrom('accountMoves')
    .select(['account', 'counterparty'])
    .distinct()
    .where('account', 'in', [...new Set(drivers)])
    .where('kind', '=', 'DEPOSIT')
    .where('counterparty', 'is not', null)
    .execute();
  for (const { account, counterparty } of rows) {
    payers.set(account, [...(payers.get(account) ?? []), counterparty!]);
  }
  return payers;
}
