import type { Address, Hex } from 'viem';

/** A number as bytes of hex, big-endian. @throws RangeError for one that needs more bytes. */
export function numberHex(value: bigint, bytes: number): Hex {
  const digits = value.toString(16).padStart(2 * bytes, '0');
  if (value < 0n || digits.length > 2 * bytes) throw new RangeError(`${value} has more than ${bytes} bytes.`);
  return `0x${digits}`;
}

/** A 256-bit word as hex. */
export const wordHex = (word: bigint): Hex => numberHex(word, 32);

/** The address in the low 160 bits, in lower case: compare addresses with `isAddressEqual`, never as text. */
export const addressOf = (word: bigint): Address => numberHex(BigInt.asUintN(160, word), 20);

/** Words one after the other, as the ABI encodes static values. */
export const wordsHex = (words: readonly bigint[]): Hex =>
  `0x${words.map((word) => wordHex(word).slice(2)).join('')}`;
