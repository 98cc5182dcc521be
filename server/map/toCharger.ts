import type { ChargerDetail, ChargerStatus, ChargerSummary, Freshness } from '../../protocol/api.ts';
import { OFFLINE_AFTER_SEC, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { LISTING_STATUS, type PlaceStruct, placeHash, unpackLocation } from '../../protocol/listing.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { toTermsStruct } from '../chain/terms.ts';
import type { ChargerRow } from '../listing/store.ts';

/** Freshness of an agent's last report. */
export function freshnessOf(heardAt: number | null, now: number): Freshness {
  if (heardAt === null || now - heardAt >= OFFLINE_AFTER_SEC) return 'OFFLINE';
  return now - heardAt >= STALE_AFTER_SEC ? 'STALE' : 'LIVE';
}

/**
 * Combines the state on the ledger (listing, bookings) and the agent's heartbeat into one status. It is unknown while
 * the agent is silent, and where it gave its consent to another host: then nobody could charge by this listing. An
 * available connector is reserved during the time of a booking.
 */
export function statusOf(row: ChargerRow, isReserved: boolean, now: number): ChargerStatus {
  if (row.status === LISTING_STATUS.REVOKED) return 'REMOVED';
  if (row.status === LISTING_STATUS.CLOSED) return 'INOPERATIVE';
  if (freshnessOf(row.heardAt, now) === 'OFFLINE') return 'UNKNOWN';
  if (row.consentedHost !== null && row.consentedHost !== row.host) return 'UNKNOWN';
  if (row.connectorStatus === 'AVAILABLE' && isReserved) return 'RESERVED';
  return (row.connectorStatus ?? 'UNKNOWN') as ChargerStatus;
}

/** Converts a charger's row to its summary on the map. */
export function toChargerSummary(row: ChargerRow, isReserved: boolean, now: number): ChargerSummary {
  const location = unpackLocation(BigInt(row.location));
  const { tariff, metering } = fromTermsStruct(toTermsStruct(row));
  return {
    listingId: row.listingId,
    status: statusOf(row, isReserved, now),
    freshness: freshnessOf(row.heardAt, now),
    h3Cell: location.h3Cell,
    latitude: degrees(row.latitudeE6),
    longitude: degrees(row.longitudeE6),
    connectorStandard: location.connectorStandard,
    powerType: location.powerType,
    maxPowerW: Number(metering.maxPowerW),
    pricePerKwh: tariff.pricePerKwh.toString(),
    pricePerHour: tariff.pricePerHour.toString(),
    flatFee: tariff.flatFee.toString(),
  };
}

const LISTING_WORDS = { 1: 'OPEN', 2: 'CLOSED', 3: 'REVOKED' } as const;

/** Converts a charger's row to the details that a booking needs. */
export function toChargerDetail(
  row: ChargerRow,
  summary: ChargerSummary,
  live: Pick<ChargerDetail, 'agentPublicKey' | 'takenSlots' | 'contestedNoShows'>,
): ChargerDetail {
  const { host, agentKey, tariff, bookingTerms, metering, meterKeyHash, connector, placeCommitment } = row;
  const place: PlaceStruct = { connector, location: BigInt(row.location), placeCommitment };
  return {
    ...summary,
    terms: { host, agentKey, tariff, bookingTerms, metering, meterKeyHash },
    weeklyHours: row.weeklyHours,
    placeHash: placeHash(place),
    place: { connector, location: row.location, placeCommitment },
    meterKey: row.meterKey,
    version: row.version,
    listingStatus: LISTING_WORDS[row.status as keyof typeof LISTING_WORDS],
    ...live,
    updatedAt: row.updatedAt,
  };
}

/** Rows without coordinates are excluded by the query. */
const degrees = (e6: number | null): string => ((e6 ?? 0) / 1e6).toFixed(6);
