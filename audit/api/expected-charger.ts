import { cellToLatLng, isValidCell } from 'h3-js';
import { type Hex, hexToBytes } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import type { BookingAccount, ListingAccount } from '../accounting/account-book.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { numberHex, wordHex } from '../lib/hex.ts';
import { LISTING_STATUS, locationHash, readLocation } from '../rules/listing.ts';
import { readMetering, readTariff } from '../rules/listing-terms.ts';
import { differences, type Expected, mismatch } from './differences.ts';
import { termsFields } from './expected-booking.ts';
import type { AnyObject } from './source.ts';

/** Words by their number on the ledger: OCPI's ConnectorType and PowerType. */
const CONNECTOR_STANDARDS = [
  ...['UNKNOWN', 'IEC_62196_T2', 'IEC_62196_T1', 'IEC_62196_T2_COMBO', 'IEC_62196_T1_COMBO', 'CHADEMO'],
  ...['DOMESTIC_F', 'DOMESTIC_E', 'DOMESTIC_G', 'TESLA_S'],
];
const POWER_TYPES = ['UNKNOWN', 'AC_1_PHASE', 'AC_2_PHASE', 'AC_3_PHASE', 'DC'];

const STATUS_WORDS: Readonly<Record<number, string>> = {
  [LISTING_STATUS.OPEN]: 'OPEN',
  [LISTING_STATUS.CLOSED]: 'CLOSED',
  [LISTING_STATUS.REVOKED]: 'REVOKED',
};

const cellOf = ({ listing }: ListingAccount): string =>
  numberHex(readLocation(listing.place.location).h3Cell, 8).slice(2).replace(/^0+/, '');

/** The ledger takes any 64 bits as a cell: only a charger that is somewhere is shown. */
export const isSomewhere = (account: ListingAccount): boolean => isValidCell(cellOf(account));

/** The centre of the cell, to a millionth of a degree. */
function centreOf(cell: string): Expected {
  const [latitude, longitude] = cellToLatLng(cell).map((degrees) =>
    (Math.round(degrees * 1e6) / 1e6).toFixed(6),
  );
  return { latitude, longitude };
}

/** What the ledger says of a charger, in a list and by its id. */
export function summaryFields(account: ListingAccount): Expected {
  const { listing } = account;
  const h3Cell = cellOf(account);
  const { pricePerKwh, pricePerHour, flatFee } = readTariff(listing.terms.tariff);
  const location = readLocation(listing.place.location);
  return {
    h3Cell,
    ...(isValidCell(h3Cell) ? centreOf(h3Cell) : {}),
    connectorStandard: CONNECTOR_STANDARDS[location.connectorStandard] ?? 'UNKNOWN',
    powerType: POWER_TYPES[location.powerType] ?? 'UNKNOWN',
    maxPowerW: readMetering(listing.terms.metering).maxPowerW,
    ...{ pricePerKwh, pricePerHour, flatFee },
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
