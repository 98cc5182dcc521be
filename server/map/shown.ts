import type { Insertable, Selectable } from 'kysely';
import { type Hex, zeroHash } from 'viem';
import type { ChargerStatus, Freshness } from '../../protocol/api.ts';
import { OFFLINE_AFTER_SEC, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { LISTING_STATUS, unpackLocation } from '../../protocol/listing.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { reservedNow } from '../booking/store.ts';
import { toTermsStruct } from '../chain/terms.ts';
import type { Tables, Tx } from '../db.ts';
import { type ChargerRow, chargers } from '../listing/store.ts';
import { mortonKey } from './morton.ts';

/** A charger as the map has it. */
export type MapCharger = Selectable<Tables['mapChargers']>;

/** The same without the change that wrote it, and without what follows from the rest. */
export type Shown = Omit<Insertable<Tables['mapChargers']>, 'changeNumber' | 'changedAt' | 'summary'>;

const COLUMNS = [
  'status',
  'freshness',
  'm',
  'h3Cell',
  'latitudeE6',
  'longitudeE6',
  'connectorStandard',
  'powerType',
  'maxPowerW',
  'pricePerKwh',
  'pricePerHour',
  'flatFee',
  'assuranceLevel',
  'weeklyHours',
  'bookingTerms',
  'isBookable',
] as const satisfies (keyof Shown)[];

export const isShownAlike = (a: Shown, b: Shown): boolean =>
  COLUMNS.every((column) => a[column] === b[column]);

/** Those of the listings that the map shows, as it shows them at `now` (unix seconds). */
export async function shownOf(tx: Tx, listingIds: readonly Hex[], now: number): Promise<Map<Hex, Shown>> {
  const rows = await chargers(tx)
    .where('listings.listingId', 'in', listingIds)
    .where('listings.status', '=', LISTING_STATUS.OPEN)
    .execute();
  const reserved = await reservedNow(
    tx,
    rows.map((row) => row.listingId),
    now,
  );
  return new Map(rows.map((row) => [row.listingId, toShown(row, reserved.has(row.listingId), now)]));
}

/** A charger's row as the map shows it at `now` (unix seconds). */
export function toShown(row: ChargerRow, isReserved: boolean, now: number): Shown {
  const { h3Cell, connectorStandard, powerType } = unpackLocation(BigInt(row.location));
  const { tariff, metering } = fromTermsStruct(toTermsStruct(row));
  // Rows without coordinates are excluded by the query.
  const [latitudeE6, longitudeE6] = [row.latitudeE6 ?? 0, row.longitudeE6 ?? 0];
  return {
    listingId: row.listingId,
    m: mortonKey(latitudeE6, longitudeE6),
    status: statusOf(row, isReserved, now),
    freshness: freshnessOf(row.heardAt, now),
    ...{ h3Cell, latitudeE6, longitudeE6, connectorStandard, powerType },
    maxPowerW: Number(metering.maxPowerW),
    pricePerKwh: Number(tariff.pricePerKwh),
    pricePerHour: Number(tariff.pricePerHour),
    flatFee: Number(tariff.flatFee),
    assuranceLevel: row.meterKeyHash === zeroHash ? 'agent-signed' : 'meter-signed',
    weeklyHours: row.weeklyHours,
    bookingTerms: row.bookingTerms,
    isBookable: isOfOtherHost(row) ? 0 : 1,
  };
}

/** Freshness of an agent's last report. */
export function freshnessOf(heardAt: number | null, now: number): Freshness {
  if (heardAt === null || now - heardAt >= OFFLINE_AFTER_SEC) return 'OFFLINE';
  return now - heardAt >= STALE_AFTER_SEC ? 'STALE' : 'LIVE';
}

const isOfOtherHost = ({ consentedHost, host }: ChargerRow): boolean =>
  consentedHost !== null && consentedHost !== host;

/**
 * Combines the state on the ledger (listing, bookings) and the agent's heartbeat into one status. It is unknown while
 * the agent is silent, and where it gave its consent to another host: then nobody could charge by this listing. An
 * available connector is reserved during the time of a booking.
 */
export function statusOf(row: ChargerRow, isReserved: boolean, now: number): ChargerStatus {
  if (row.status === LISTING_STATUS.REVOKED) return 'REMOVED';
  if (row.status === LISTING_STATUS.CLOSED) return 'INOPERATIVE';
  if (freshnessOf(row.heardAt, now) === 'OFFLINE') return 'UNKNOWN';
  if (isOfOtherHost(row)) return 'UNKNOWN';
  if (row.connectorStatus === 'AVAILABLE' && isReserved) return 'RESERVED';
  return (row.connectorStatus ?? 'UNKNOWN') as ChargerStatus;
}
