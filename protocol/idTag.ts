import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import type { MarketRef } from './signedTypes.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The OCPP idTag of a booking: 20 upper-case base32 characters (RFC 4648, 100 bits) of
 * keccak256(chainId, market, bookingId, start secret). Nobody can start with it before the secret is handed over,
 * and a charger with a signing meter puts it into the meter's own record (OCMF `ID`).
 */
export function idTagOf({ chainId, market }: MarketRef, bookingId: Hex, secret: Hex): string {
  const hash = keccak256(
    encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [BigInt(chainId), market, bookingId, secret],
    ),
  );
  const bits = BigInt(hash) >> 156n;
  let tag = '';
  for (let shift = 95n; shift >= 0n; shift -= 5n) tag += BASE32[Number((bits >> shift) & 31n)];
  return tag;
}

/** The hash that the booking holds of the driver's secret. */
export const startHashOf = (secret: Hex): Hex => keccak256(secret);

/** Whether a tag has the form that `idTagOf` gives. */
export const isBookingTag = (tag: string): boolean => /^[A-Z2-7]{20}$/i.test(tag);

const SEPARATORS = /[\s:-]+/g;
const HEX = /^[0-9a-f]+$/i;

/** A card's number is written with or without blanks, colons and dashes; any other tag as it is. */
function plainTag(tag: string): string {
  const digits = tag.replace(SEPARATORS, '');
  return (HEX.test(digits) ? digits : tag).toUpperCase();
}

/**
 * idTags are case-insensitive (OCPP 1.6, CiString20Type), and separators in a card's number do not matter. A missing or
 * empty tag belongs to nobody.
 */
export const isSameTag = (own: string | null | undefined, idTag: string): boolean =>
  own != null && own !== '' && plainTag(own) === plainTag(idTag);
