import { type Hex, hexToBytes } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { BookingAccount, ListingAccount } from '../accounting/account-book.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { wordHex } from '../lib/hex.ts';
import { LISTING_STATUS, locationHash } from '../rules/listing.ts';
import { differences, type Expected, mismatch } from './differences.ts';
import { termsFields } from './expected-booking.ts';
import { placed } from './placed-charger.ts';
import type { AnyObject } from './source.ts';

const STATUS_WORDS: Readonly<Record<number, string>> = {
  [LISTING_STATUS.OPEN]: 'OPEN',
  [LISTING_STATUS.CLOSED]: 'CLOSED',
  [LISTING_STATUS.REVOKED]: 'REVOKED',
};

/** What the ledger says of a charger, in a list and by its id. */
export function summaryFields(account: ListingAccount): Expected {
  const { h3Cell, connectorStandard, powerType, maxPowerW, tariff, latitude, longitude } = placed(account);
  const { pricePerKwh, pricePerHour, flatFee } = tariff;
  return {
    ...{ h3Cell, latitude: latitude.toFixed(6), longitude: longitude.toFixed(6) },
    ...{ connectorStandard, powerType, maxPowerW, pricePerKwh, pricePerHour, flatFee },
  };
}

export interface ChargerFacts {
  listing: ListingAccount;
  /** Of this listing. */
  bookings: readonly BookingAccount[];
  /** Who cancelled, by booking. */
  canceledByHost: ReadonlySet<Hex>;
  /** Unix seconds: of the newest event of the listing. */
  updatedAt: number;
}

/** The fields of `GET /chargers/{listingId}` that are the ledger's, but for the slots. */
export function chargerFields(facts: ChargerFacts): Expected {
  const { listing: account, updatedAt } = facts;
  const { listing } = account;
  const { connector, location, placeCommitment } = listing.place;
  return {
    listingId: account.listingId,
    ...summaryFields(account),
    ...termsFields(listing.terms),
    weeklyHours: wordHex(listing.weeklyHours),
    placeHash: locationHash(listing.place),
    'place.connector': connector,
    'place.location': wordHex(location),
    'place.placeCommitment': placeCommitment,
    meterKey: listing.meterKey,
    version: account.version,
    listingStatus: STATUS_WORDS[account.status],
    ...recordFields(facts),
    updatedAt,
  };
}

function recordFields({ bookings, canceledByHost }: ChargerFacts): Expected {
  const ended = bookings.filter(({ end }) => end !== undefined);
  const count = (isIt: (account: BookingAccount) => boolean) => ended.filter(isIt).length;
  const isCanceled = ({ end }: BookingAccount) => end?.outcome === 'CANCELED';
  const contested = count(({ end }) => end?.by === 'NoShowContested');
  return {
    'record.completedSessions': count(({ end }) => end?.outcome === 'FULFILLED'),
    'record.energyWh': ended.reduce((sum, { energyWh }) => sum + energyWh, 0),
    'record.canceledByHost': count((one) => isCanceled(one) && canceledByHost.has(one.bookingId)),
    'record.canceledByDriver': count((one) => isCanceled(one) && !canceledByHost.has(one.bookingId)),
    'record.noShows': count(({ end }) => end?.outcome === 'NO_SHOW' && end.by !== 'NoShowContested'),
    'record.contestedNoShows': contested,
    'record.expired': count(({ end }) => end?.outcome === 'FAILED'),
    contestedNoShows: contested,
  };
}

/** What an agent says of itself, as far as the ledger binds it: its key, and that a revoked charger is gone. */
export function boundFields(facts: ChargerFacts, found: AnyObject): Discrepancy[] {
  const { listingId, listing, status } = facts.listing;
  const { agentPublicKey } = found;
  const isRevoked = status === LISTING_STATUS.REVOKED;
  const shownStatus = differences({ listingId }, isRevoked ? { status: 'REMOVED' } : {}, found);
  const isGone = !isRevoked && found.status === 'REMOVED';
  const wrongStatus = isGone ? [mismatch({ listingId }, 'status of a listed charger', 'REMOVED')] : [];
  const isOwnKey = agentPublicKey === null || isKeyOf(agentPublicKey, listing.terms.agentKey);
  const wrongKey = isOwnKey
    ? []
    : [mismatch({ listingId }, `agentPublicKey of ${listing.terms.agentKey}`, String(agentPublicKey))];
  return [...shownStatus, ...wrongStatus, ...wrongKey];
}

function isKeyOf(publicKey: unknown, agentKey: Hex): boolean {
  if (typeof publicKey !== 'string' || !/^0x04[0-9a-f]{128}$/.test(publicKey)) return false;
  return (
    hexToBytes(publicKey as Hex).length === 65 &&
    publicKeyToAddress(publicKey as Hex).toLowerCase() === agentKey.toLowerCase()
  );
}
