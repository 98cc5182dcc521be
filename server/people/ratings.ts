import type { Address, Hex } from 'viem';
import type { RatingJson, RatingSummary } from '../../protocol/api/ratings.ts';
import type { Db } from '../db.ts';
import { cursorOf, HEX32, NUMBER, valuesOf } from '../http/cursor.ts';
import { summariseRatings } from './summariseRatings.ts';

const PAGE = 50;
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
  cursor: string | undefined,
): Promise<{ ratings: RatingJson[]; cursor: string | null }> {
  const [ratedAt, bookingId] = valuesOf(cursor, NUMBER, HEX32) ?? [];
  const all = ratings(db).where('listingId', '=', listingId);
  const later =
    ratedAt === undefined
      ? all
      : all.where((eb) =>
          eb(eb.refTuple('ratedAt', 'bookingId'), '<', eb.tuple(Number(ratedAt), bookingId as Hex)),
        );
  const rows = await later
    .orderBy('ratedAt', 'desc')
    .orderBy('bookingId', 'desc')
    .limit(PAGE + 1)
    .execute();
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  return {
    ratings: page,
    cursor: rows.length > PAGE && last ? cursorOf(last.ratedAt, last.bookingId) : null,
  };
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
