import { cellToLatLng, isValidCell } from 'h3-js';
import type { ListingAccount } from '../accounting/account-book.ts';
import { connectorWords, readLocation } from '../rules/listing.ts';

/** OCPI has no word for an unknown connector, and requires one. */
const USUAL = { standard: 'IEC_62196_T2', powerType: 'AC_1_PHASE' };

/** For what a homeowner does not publish, in fields that OCPI requires. */
const NOT_PUBLISHED = 'not published';

/** The first 18 of 32 bytes: OCPI has 36 characters for an id. */
export const ocpiId = (id: string): string => id.slice(2, 38);

const known = (word: string, usual: string): string => (word === 'UNKNOWN' ? usual : word);

/** The centre of the cell that the listing publishes; zeros where it is none. */
function coordinatesOf(h3Cell: bigint): { latitude: string; longitude: string } {
  const cell = h3Cell.toString(16);
  const [latitude, longitude] = isValidCell(cell) ? cellToLatLng(cell) : [0, 0];
  return { latitude: latitude.toFixed(5), longitude: longitude.toFixed(5) };
}

/** OCPI 10.4.4, as far as the ledger knows it. */
export function cdrLocation(
  { listingId, listing }: ListingAccount,
  { countryCode, partyId }: { countryCode: string; partyId: string },
): object {
  const location = readLocation(listing.place.location);
  const { connectorStandard, powerType } = connectorWords(location);
  const standard = known(connectorStandard, USUAL.standard);
  return {
    id: ocpiId(listingId),
    ...{ address: NOT_PUBLISHED, city: NOT_PUBLISHED, country: 'XXX' },
    coordinates: coordinatesOf(location.h3Cell),
    evse_uid: ocpiId(listingId),
    evse_id: `${countryCode}*${partyId}*E${listingId.slice(2, 26).toUpperCase()}`,
    connector_id: '1',
    connector_standard: standard,
    connector_format: standard.startsWith('DOMESTIC') ? 'SOCKET' : 'CABLE',
    connector_power_type: known(powerType, USUAL.powerType),
  };
}
