import { concat, type Hex, keccak256, pad, toHex } from 'viem';

/** One case of idTag.json. */
export interface IdTagCase {
  chainId: number;
  market: Hex;
  bookingId: Hex;
  secret: Hex;
  idTag: string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first 100 bits of the hash, five per character (RFC 4648, section 6), computed bit by bit. */
export function idTagOracle(c: Omit<IdTagCase, 'idTag'>): string {
  const words = [toHex(c.chainId, { size: 32 }), pad(c.market, { size: 32 }), c.bookingId, c.secret];
  const bits = [...keccak256(concat(words)).slice(2)]
    .map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'))
    .join('');
  const groups = bits.slice(0, 100).match(/.{5}/g) ?? [];
  return groups.map((group) => ALPHABET.charAt(Number.parseInt(group, 2))).join('');
}
