import type * as calls from '../calls.ts';
import { chargerOf, termsOf } from '../chargers.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { type Listing, listingAt, type World } from '../world.ts';

const CONSENT_MAX_SEC = 600;
export const STATUS = ['NONE', 'OPEN', 'CLOSED', 'REVOKED'] as const;

export function publish(world: World, call: calls.Publish): Forecast {
  const listing = listingAt(world, call.charger);
  const rules: Rule[] = [
    ['Booking_Paused', world.nowSec < world.pausedUntil],
    ['Listing_AlreadyPublished', listing.status !== 'NONE'],
    ['Account_SignatureExpired', world.nowSec >= call.consentUntil],
    ['Listing_AgentConsentInvalid', call.consentUntil > world.nowSec + CONSENT_MAX_SEC],
    ['Listing_AgentConsentInvalid', call.consentBy !== chargerOf(call.charger).agent],
    ...inRange(call.charger, call),
    ...byHost(call, call.host),
  ];
  return forecastOf('publishListing', rules, () => put(listing, call));
}

export function update(world: World, call: calls.Update): Forecast {
  const listing = listingAt(world, call.charger);
  const row = listing.status === 'OPEN' ? 'updateListing' : 'updateListing opens';
  if (!isPresent(listing, call.current)) return refusedMismatch(row);
  const rules: Rule[] = [
    ['Listing_Revoked', listing.status === 'REVOKED'],
    ['Listing_IdentityChanged', call.next.host !== call.current.host],
    ...inRange(call.charger, call.next),
    ...byHost(call, call.next.host),
  ];
  return forecastOf(row, rules, () => put(listing, call.next));
}

export function setStatus(world: World, call: calls.SetStatus): Forecast {
  const listing = listingAt(world, call.charger);
  const next = STATUS[call.status];
  const row = `setListingStatus ${next}`;
  if (!isPresent(listing, call.current)) return refusedMismatch(row);
  const rules: Rule[] = [
    ['Listing_Revoked', listing.status === 'REVOKED'],
    ['Listing_InvalidStatus', next === undefined || next === 'NONE' || next === listing.status],
    ...byHost(call, call.current.host),
  ];
  return forecastOf(row, rules, () => {
    listing.status = next ?? 'NONE';
    listing.version += 1;
    return [{ name: 'ListingStatusChanged', args: { status: call.status, version: listing.version } }];
  });
}

const byHost = (call: { sender: string; signer: string | null }, host: string): Rule[] => [
  ['Account_InvalidSignature', !isAuthorizedBy([host], call.sender, call.signer)],
];

/** The ledger's error for invalid terms. */
function inRange(charger: number, { variant, host }: calls.ListedTerms): Rule[] {
  const { refusal } = termsOf(charger, variant, host);
  return refusal === null ? [] : [[refusal, true]];
}

/** The given terms are the current ones. A closed or revoked listing still has some. */
export const isPresent = (listing: Listing, given: calls.ListedTerms): boolean =>
  listing.host === given.host && listing.variant === given.variant;

const refusedMismatch = (row: string): Forecast =>
  forecastOf(row, [['Listing_TermsMismatch', true]], () => []);

function put(listing: Listing, { host, variant }: calls.ListedTerms): Emitted[] {
  listing.host = host;
  listing.variant = variant;
  listing.status = 'OPEN';
  listing.version += 1;
  return [{ name: 'ListingPublished', args: { version: listing.version } }];
}
