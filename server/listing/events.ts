import { cellToLatLng, isValidCell } from 'h3-js';
import { bytesToHex, type Hex } from 'viem';
import { LISTING_STATUS, type Location, unpackLocation } from '../../protocol/listing.ts';
import { encodedTerms } from '../../protocol/terms.ts';
import { LedgerContradiction } from '../chain/contradiction.ts';
import { type At, type EventHandlers, lowerAddress, wordHex } from '../chain/events.ts';
import type { UnitOfWork } from '../chain/unit-of-work.ts';
import { fastKeccak256 } from '../link/keccak.ts';

/** Applies the events of listings. */
export const listingEvents: EventHandlers = {
  ListingPublished(unit, at, { listingId, listing, version }) {
    const { terms, place } = listing;
    const hash = bytesToHex(fastKeccak256(encodedTerms(terms)));
    unit.putTerms({
      termsHash: hash,
      fromBlock: at.block,
      host: lowerAddress(terms.host),
      agentKey: lowerAddress(terms.agentKey),
      tariff: wordHex(terms.tariff),
      bookingTerms: wordHex(terms.bookingTerms),
      metering: wordHex(terms.metering),
      meterKeyHash: terms.meterKeyHash,
    });
    unit.listings.put(listingId, {
      listingId,
      fromBlock: at.block,
      untilBlock: null,
      termsHash: hash,
      weeklyHours: wordHex(listing.weeklyHours),
      connector: place.connector,
      location: wordHex(place.location),
      placeCommitment: place.placeCommitment,
      meterKey: listing.meterKey,
      version,
      status: LISTING_STATUS.OPEN,
      ...centreE6(unpackLocation(place.location)),
      updatedAt: at.timestamp,
    });
    unit.touched.listings.add(listingId);
  },

  ListingStatusChanged(unit, at, { listingId, status, version }) {
    changeStatus(unit, at, listingId, status, version);
  },
};

function changeStatus(unit: UnitOfWork, at: At, listingId: Hex, status: number, version: number): void {
  const listing = unit.listings.current(listingId);
  if (listing === undefined)
    throw new LedgerContradiction(at.block, `Listing ${listingId} must be published before it changes.`);
  const changed = { status, version, updatedAt: at.timestamp };
  unit.listings.put(listingId, { ...listing, ...changed, fromBlock: at.block, untilBlock: null });
  unit.touched.listings.add(listingId);
}

/** The ledger accepts any 64 bits as a cell; one that is no H3 cell is not shown on the map. */
function centreE6({ h3Cell }: Location): { latitudeE6: number | null; longitudeE6: number | null } {
  if (!isValidCell(h3Cell)) return { latitudeE6: null, longitudeE6: null };
  const [latitude, longitude] = cellToLatLng(h3Cell);
  return { latitudeE6: Math.round(latitude * 1e6), longitudeE6: Math.round(longitude * 1e6) };
}
