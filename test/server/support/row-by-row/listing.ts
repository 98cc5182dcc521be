import { cellToLatLng, isValidCell } from 'h3-js';
import type { Hex } from 'viem';
import { LISTING_STATUS, type Location, unpackLocation } from '../../../../protocol/listing.ts';
import { termsHash } from '../../../../protocol/terms.ts';
import { lowerAddress, wordHex } from '../../../../server/chain/events.ts';
import type { At, RowHandlers } from './at.ts';
import { currentListing, putListing, putTerms } from './store.ts';

/** Applies the events of listings. */
export const listingEvents: RowHandlers = {
  async ListingPublished(at, { listingId, listing, version }) {
    const { terms, place } = listing;
    const hash = termsHash(terms);
    await putTerms(at.tx, {
      termsHash: hash,
      fromBlock: at.block,
      host: lowerAddress(terms.host),
      agentKey: lowerAddress(terms.agentKey),
      tariff: wordHex(terms.tariff),
      bookingTerms: wordHex(terms.bookingTerms),
      metering: wordHex(terms.metering),
      meterKeyHash: terms.meterKeyHash,
    });
    await putListing(at.tx, {
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
    at.touched.listings.add(listingId);
  },

  async ListingStatusChanged(at, { listingId, status, version }) {
    await changeStatus(at, listingId, status, version);
  },
};

async function changeStatus(at: At, listingId: Hex, status: number, version: number): Promise<void> {
  const listing = await currentListing(at.tx, listingId);
  if (listing === undefined)
    throw new Error(`The ledger changed listing ${listingId} before it published it.`);
  await putListing(at.tx, { ...listing, fromBlock: at.block, status, version, updatedAt: at.timestamp });
  at.touched.listings.add(listingId);
}

/** The ledger accepts any 64 bits as a cell; one that is no H3 cell is not shown on the map. */
function centreE6({ h3Cell }: Location): { latitudeE6: number | null; longitudeE6: number | null } {
  if (!isValidCell(h3Cell)) return { latitudeE6: null, longitudeE6: null };
  const [latitude, longitude] = cellToLatLng(h3Cell);
  return { latitudeE6: Math.round(latitude * 1e6), longitudeE6: Math.round(longitude * 1e6) };
}
