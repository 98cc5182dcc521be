import { cellToLatLng, isValidCell } from 'h3-js';
import { type Hex, zeroHash } from 'viem';
import type { ListingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { numberHex } from '../lib/hex.ts';
import { connectorWords, LISTING_STATUS, readLocation } from '../rules/listing.ts';
import {
  type BookingTerms,
  readBookingTerms,
  readMetering,
  readTariff,
  type Tariff,
} from '../rules/listing-terms.ts';

/** What the ledger says of a charger that is somewhere, unpacked. */
export interface PlacedCharger {
  listingId: Hex;
  account: ListingAccount;
  h3Cell: string;
  /** The centre of the cell in degrees, to a millionth. */
  latitude: number;
  longitude: number;
  /** OCPI's words. */
  connectorStandard: string;
  powerType: string;
  maxPowerW: number;
  tariff: Tariff;
  terms: BookingTerms;
  assuranceLevel: 'agent-signed' | 'meter-signed';
}

const cellOf = ({ listing }: ListingAccount): string =>
  numberHex(readLocation(listing.place.location).h3Cell, 8).slice(2).replace(/^0+/, '');

/** The ledger takes any 64 bits as a cell: only a charger that is somewhere is shown. */
export const isSomewhere = (account: ListingAccount): boolean => isValidCell(cellOf(account));

const toMillionth = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** Unpacks a charger that is somewhere. */
export function placed(account: ListingAccount): PlacedCharger {
  const { listing, listingId } = account;
  const h3Cell = cellOf(account);
  const [latitude, longitude] = cellToLatLng(h3Cell);
  return {
    ...{ listingId, account, h3Cell },
    latitude: toMillionth(latitude),
    longitude: toMillionth(longitude),
    ...connectorWords(readLocation(listing.place.location)),
    maxPowerW: Number(readMetering(listing.terms.metering).maxPowerW),
    tariff: readTariff(listing.terms.tariff),
    terms: readBookingTerms(listing.terms.bookingTerms),
    assuranceLevel: listing.terms.meterKeyHash === zeroHash ? 'agent-signed' : 'meter-signed',
  };
}

/** The chargers that the map shows: open ones that are somewhere. */
export const chargersOnMap = ({ book }: AuditReport): PlacedCharger[] =>
  [...book.listings.values()]
    .filter((account) => account.status === LISTING_STATUS.OPEN && isSomewhere(account))
    .map(placed);
