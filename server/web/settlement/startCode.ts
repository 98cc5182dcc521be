import { type Hex, hexToBytes } from 'viem';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The start secret for reading aloud and typing: base32 (RFC 4648, no padding) in groups of four. */
export function startCodeOf(secret: Hex): string {
  let bits = '';
  for (const byte of hexToBytes(secret)) bits += byte.toString(2).padStart(8, '0');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)],
  );
  return (letters.join('').match(/.{1,4}/g) ?? []).join(' ');
}
