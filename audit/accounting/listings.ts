import { isAddressEqual, zeroAddress } from 'viem';
import { HORIZON_SLOTS, MAX_SLOTS } from '../rules/calendar.ts';
import type { EventOf } from '../rules/events.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf, readLocation } from '../rules/listing.ts';
import { meterKeyHashOf, readMetering, readTerms, type Terms, termsHash } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { type AccountBook, disagree, expectSame, type ListingAccount } from './account-book.ts';
import { listingTaint } from './causes.ts';
import { checkNotPaused } from './guardian.ts';

/** A charger was published or updated: its terms become bookable. */
export function applyListingPublished(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'ListingPublished'>,
): void {
  const { listingId, host, agentKey, listing, version } = event.args;
  const { terms, place, meterKey } = listing;
  const subject = { listingId, tx: event.tx };
  const before = book.listings.get(listingId);
  const id = listingIdOf(terms.agentKey, place.connector);
  expectSame(book, 'listing.idMismatch', subject, id, listingId, [listingTaint(id)]);
  expectSame(book, 'listing.host', subject, terms.host, host);
  expectSame(book, 'listing.agentKey', subject, terms.agentKey, agentKey);
  expectSame(book, 'listing.version', subject, (before?.version ?? 0) + 1, version);
  expectSame(book, 'listing.meterKey', subject, meterKeyHashOf(meterKey), terms.meterKeyHash);
  checkSuccession(book, event, before);
  checkRanges(book, market, event);
  const hash = termsHash(terms);
  book.listings.set(listingId, {
    listingId,
    listing,
    termsHash: hash,
    version,
    status: LISTING_STATUS.OPEN,
    terms: (before?.terms ?? new Map()).set(hash, terms),
    slots: before?.slots ?? new Map(),
    ring: before?.ring ?? new Map(),
  });
}

const MAX_EDGE_MIN = 6n * 60n;
const DAY_MIN = 24n * 60n;
const METER_KEY_BYTES = 64;

/** What the ledger allows of a booking's length, its edges, and the power of a listing. */
function slotRules({ bookingTerms: terms, metering }: Terms): [string, boolean][] {
  const { minSlots, maxSlots, horizonSlots, earlyStartMin, lateStopMin } = terms;
  return [
    ['1 ≤ minSlots ≤ maxSlots', minSlots >= 1n && minSlots <= maxSlots],
    [`maxSlots ≤ ${MAX_SLOTS} and the horizon`, maxSlots <= BigInt(MAX_SLOTS) && maxSlots <= horizonSlots],
    [`a horizon of ${HORIZON_SLOTS} slots at most`, horizonSlots <= BigInt(HORIZON_SLOTS)],
    ['an early start of 6 hours at most', earlyStartMin <= MAX_EDGE_MIN],
    ['a late stop of 6 hours at most', lateStopMin <= MAX_EDGE_MIN],
    ['a power above 0 W', metering.maxPowerW > 0n],
  ];
}

/** Keys that differ, a location that is coarse, a meter key of the algorithm that the terms name. */
function identityRules({ terms, place, meterKey }: ListingStruct): [string, boolean][] {
  const { resolution, cellResolution } = readLocation(place.location);
  const { meterAlgorithm } = readMetering(terms.metering);
  const keyBytes = (meterKey.length - 2) / 2;
  const isZero = isAddressEqual(terms.host, zeroAddress) || isAddressEqual(terms.agentKey, zeroAddress);
  return [
    ['host and agent key, which differ', !isZero && !isAddressEqual(terms.host, terms.agentKey)],
    ['an H3 resolution of 7 to 9', resolution >= 7 && resolution <= 9],
    ['the resolution of the cell', resolution === cellResolution],
    ['a known algorithm of the meter', meterAlgorithm <= 2],
    ['a meter key where the terms name one', keyBytes === (meterAlgorithm === 0 ? 0 : METER_KEY_BYTES)],
  ];
}

/** What the ledger allows the terms of a listing (rules 1, 6, 27). */
function checkRanges(book: AccountBook, market: MarketConstants, event: EventOf<'ListingPublished'>): void {
  const { listingId, listing } = event.args;
  const terms = readTerms(listing.terms);
  const { tariff, bookingTerms, metering } = terms;
  const trust = market.firstTrustMax + tariff.overstayReserve;
  const timeoutMin = bookingTerms.noshowTimeoutMin;
  const rules: [string, boolean][] = [
    [`allowedCost ≤ ${trust}`, metering.allowedCost <= trust],
    [`unsignedCost ≤ ${trust}`, metering.unsignedCost <= trust],
    ['no-show timeout of 15 minutes to 24 hours', timeoutMin >= 15n && timeoutMin <= DAY_MIN],
    ['no-show timeout below the time to report', Number(timeoutMin) * 60 < market.windows.reportSec],
    ['free cancelling until 7 days before at most', bookingTerms.cancelUntilMin <= 7n * DAY_MIN],
    ['a discount of 9,000 basis points at most', tariff.discountBp <= 9_000n],
    ...slotRules(terms),
    ...identityRules(listing),
  ];
  for (const [rule, isKept] of rules) {
    if (!isKept) disagree(book, 'listing.outOfRange', { listingId, tx: event.tx }, rule, 'not kept');
  }
}

/** A revoked agent key never lists again; a listing is published once, and its host never changes. */
function checkSuccession(
  book: AccountBook,
  event: EventOf<'ListingPublished'>,
  before: ListingAccount | undefined,
): void {
  if (before === undefined) {
    checkNotPaused(book, { listingId: event.args.listingId, tx: event.tx }, event.at);
    return;
  }
  const subject = { listingId: before.listingId, tx: event.tx };
  if (before.status === LISTING_STATUS.REVOKED) {
    disagree(book, 'listing.revoked', subject, 'no listing after the revocation', 'published');
  }
  expectSame(book, 'listing.hostChanged', subject, before.listing.terms.host, event.args.host);
}

/** A listing opened, closed, or its agent key was revoked. */
export function applyListingStatusChanged(book: AccountBook, event: EventOf<'ListingStatusChanged'>): void {
  const { listingId, status, version } = event.args;
  const subject = { listingId, tx: event.tx };
  const listing = book.listings.get(listingId);
  if (listing === undefined) {
    disagree(book, 'listing.unknown', subject, 'a published listing', listingId);
    return;
  }
  expectSame(book, 'listing.version', subject, listing.version + 1, version);
  const isLegal = status >= LISTING_STATUS.OPEN && status <= LISTING_STATUS.REVOKED;
  if (!isLegal || status === listing.status || listing.status === LISTING_STATUS.REVOKED) {
    disagree(book, 'listing.status', subject, `a change allowed from ${listing.status}`, status);
  }
  listing.version = version;
  listing.status = status;
}
