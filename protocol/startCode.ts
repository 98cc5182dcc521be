import { type Hex, hexToBytes, numberToHex } from 'viem';

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

/** 256 bits in groups of five, the last one padded with zeros. */
const LETTERS = 52;

/** The secret of a code as people type it, in any case and grouping; undefined when the text is no such code. */
export function secretOfStartCode(code: string): Hex | undefined {
  const letters = code.toUpperCase().replace(/[\s-]/g, '');
  if (letters.length !== LETTERS || !/^[A-Z2-7]+$/.test(letters)) return undefined;
  const bits = [...letters].reduce((sum, letter) => (sum << 5n) | BigInt(BASE32.indexOf(letter)), 0n);
  return (bits & 0xfn) === 0n ? numberToHex(bits >> 4n, { size: 32 }) : undefined;
}
