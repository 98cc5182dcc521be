import { keccak256, zeroHash } from 'viem';
import { LISTING_STATUS, listingIdOf } from '../../protocol/listing.ts';
import { termsHash } from '../../protocol/terms.ts';
import { type AccountBook, disagree, expectSame, type ListingAccount } from './account-book.ts';
import type { EventOf } from './events.ts';
import { checkNotPaused } from './guardian.ts';

/** A charger was published or updated: its terms become bookable. */
export function applyListingPublished(book: AccountBook, event: EventOf<'ListingPublished'>): void {
  const { listingId, host, agentKey, listing, version } = event.args;
  const { terms, place, meterKey } = listing;
  const subject = { listingId, tx: event.tx };
  const before = book.listings.get(listingId);
  expectSame(book, 'listing.idMismatch', subject, listingIdOf(terms.agentKey, place.connector), listingId);
  expectSame(book, 'listing.host', subject, terms.host, host);
  expectSame(book, 'listing.agentKey', subject, terms.agentKey, agentKey);
  expectSame(book, 'listing.version', subject, (before?.version ?? 0) + 1, version);
  const keyHash = meterKey === '0x' ? zeroHash : keccak256(meterKey);
  expectSame(book, 'listing.meterKey', subject, keyHash, terms.meterKeyHash);
  checkSuccession(book, event, before);
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

/** A revoked agent key never lists again; the host of an open listing does not change. */
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
  if (before.status === LISTING_STATUS.OPEN) {
    expectSame(book, 'listing.hostChanged', subject, before.listing.terms.host, event.args.host);
  }
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
