import type { ChargerDetail, ChargerSummary } from '../../protocol/api.ts';
import { type PlaceStruct, placeHash } from '../../protocol/listing.ts';
import type { ChargerRow } from '../listing/store.ts';
import type { Shown } from './shown.ts';

/** Converts a charger, as the map has it, to its summary. */
export const toSummary = (charger: Shown): ChargerSummary => ({
  listingId: charger.listingId,
  status: charger.status,
  freshness: charger.freshness,
  h3Cell: charger.h3Cell,
  latitude: (charger.latitudeE6 / 1e6).toFixed(6),
  longitude: (charger.longitudeE6 / 1e6).toFixed(6),
  connectorStandard: charger.connectorStandard,
  powerType: charger.powerType,
  maxPowerW: charger.maxPowerW,
  pricePerKwh: charger.pricePerKwh.toString(),
  pricePerHour: charger.pricePerHour.toString(),
  flatFee: charger.flatFee.toString(),
});

const LISTING_WORDS = { 1: 'OPEN', 2: 'CLOSED', 3: 'REVOKED' } as const;

/** Converts a charger's row to the details that a booking needs. */
export function toChargerDetail(
  row: ChargerRow,
  summary: ChargerSummary,
  live: Pick<ChargerDetail, 'agentPublicKey' | 'takenSlots' | 'freeSlots' | 'record' | 'contestedNoShows'>,
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
