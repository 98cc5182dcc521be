import type { Address, Hex } from 'viem';
import type { ChargerSummary } from '../../protocol/api.ts';
import { reservedNow } from '../booking/store.ts';
import type { Db } from '../db.ts';
import { type ChargerRow, chargers } from '../listing/store.ts';
import { toShown } from './shown.ts';
import { toSummary } from './toCharger.ts';

/** Chargers of a host by id, closed ones included: the first after an id, at most `limit`. */
export const chargersOfHost = (db: Db, host: Address, limit: number, after = ''): Promise<ChargerRow[]> =>
  chargers(db)
    .where('terms.host', '=', host)
    .where('listings.listingId', '>', after as Hex)
    .orderBy('listings.listingId')
    .limit(limit)
    .execute();

/** Chargers as the map shows them at `now` (unix seconds). */
export async function summariesOf(db: Db, rows: ChargerRow[], now: number): Promise<ChargerSummary[]> {
  const ids = rows.map((row) => row.listingId);
  const reserved = await reservedNow(db, ids, now);
  return rows.map((row) => toSummary(toShown(row, reserved.has(row.listingId), now)));
}
