import type { Address, Hex } from 'viem';
import type { ChargerSummary } from '../../protocol/api.ts';
import { OFFLINE_AFTER_SEC, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import { reservedNow } from '../booking/store.ts';
import type { Db } from '../db.ts';
import { type ChargerRow, chargers } from '../listing/store.ts';
import { toChargerSummary } from './toCharger.ts';

/** In degrees. Where `west` is greater than `east` the box crosses the antimeridian. */
export interface BoundingBox {
  west: number;
  south: number;
  east: number;
  north: number;
}

const toE6 = (degrees: number): number => Math.round(degrees * 1e6);

/** Open chargers within a bounding box, at most `limit`. */
export function chargersInBox(
  db: Db,
  { west, south, east, north }: BoundingBox,
  limit: number,
): Promise<ChargerRow[]> {
  return chargers(db)
    .where('listings.status', '=', LISTING_STATUS.OPEN)
    .where('latitudeE6', '>=', toE6(south))
    .where('latitudeE6', '<=', toE6(north))
    .where((eb) => {
      const fromWest = eb('longitudeE6', '>=', toE6(west));
      const toEast = eb('longitudeE6', '<=', toE6(east));
      return west <= east ? eb.and([fromWest, toEast]) : eb.or([fromWest, toEast]);
    })
    .orderBy('listings.listingId')
    .limit(limit)
    .execute();
}

/** All chargers of a host, closed ones included, at most `limit`. */
export const chargersOfHost = (db: Db, host: Address, limit: number): Promise<ChargerRow[]> =>
  chargers(db).where('terms.host', '=', host).orderBy('listings.listingId').limit(limit).execute();

/** Chargers as the map shows them at `now` (unix seconds). */
export async function summariesOf(db: Db, rows: ChargerRow[], now: number): Promise<ChargerSummary[]> {
  const ids = rows.map((row) => row.listingId);
  const reserved = await reservedNow(db, ids, now);
  return rows.map((row) => toChargerSummary(row, reserved.has(row.listingId), now));
}

/** Listings whose status time alone changed in (since, now]: a booking opened or ended, an agent fell silent. */
export async function changedByTime(db: Db, since: number, now: number): Promise<Hex[]> {
  const within = (column: 'opensAt' | 'endsAt') =>
    db
      .selectFrom('bookings')
      .select('listingId')
      .where('untilBlock', 'is', null)
      .where(column, '>', since)
      .where(column, '<=', now);
  const silentFor = (sec: number) =>
    db
      .selectFrom('connectors')
      .select('listingId')
      .where('receivedAt', '>', since - sec)
      .where('receivedAt', '<=', now - sec);
  const rows = await within('opensAt')
    .union(within('endsAt'))
    .union(silentFor(STALE_AFTER_SEC))
    .union(silentFor(OFFLINE_AFTER_SEC))
    .execute();
  return rows.map((row) => row.listingId);
}
