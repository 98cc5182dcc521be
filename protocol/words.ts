import { PlugpactError } from './errors.ts';

/** A field of a packed 256-bit word: its name and width in bits, from bit 0 upwards. */
export type Field<Name extends string> = readonly [name: Name, bits: number];

export type Fields<Name extends string> = Record<Name, bigint>;

/**
 * Packs unsigned integers into one 256-bit word, as the contracts' user-defined value types do.
 *
 * @throws PlugpactError `word.outOfRange` when a value does not fit: silent truncation would change amounts.
 */
export function packWord<Name extends string>(layout: readonly Field<Name>[], values: Fields<Name>): bigint {
  let word = 0n;
  let shift = 0n;
  for (const [name, bits] of layout) {
    const value = values[name];
    if (value < 0n || value >> BigInt(bits) !== 0n) {
      throw new PlugpactError({
        code: 'word.outOfRange',
        value: `${name} = ${value}`,
        rule: `${name} must be an integer from 0 to 2^${bits} - 1.`,
        remedy: 'Choose a smaller amount, or another unit.',
      });
    }
    word |= value << shift;
    shift += BigInt(bits);
  }
  return word;
}

/** The fields of a packed word. Spare bits above the layout are ignored, as on the ledger. */
export function unpackWord<Name extends string>(layout: readonly Field<Name>[], word: bigint): Fields<Name> {
  const values = {} as Fields<Name>;
  let rest = word;
  for (const [name, bits] of layout) {
    values[name] = BigInt.asUintN(bits, rest);
    rest >>= BigInt(bits);
  }
  return values;
}

/** One field of a packed word: an index needs one of ten, of each booking. */
export function unpackField<Name extends string>(
  layout: readonly Field<Name>[],
  field: Name,
  word: bigint,
): bigint {
  let shift = 0;
  for (const [name, bits] of layout) {
    if (name === field) return BigInt.asUintN(bits, word >> BigInt(shift));
    shift += bits;
  }
  throw new RangeError(`The word has no field ${field}.`);
}

/** Words as bytes, big-endian, as the ABI encodes static values. @throws RangeError for what does not fit 256 bits. */
export function wordsToBytes(words: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 32);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) {
    if (word < 0n || word >> 256n !== 0n) throw new RangeError(`${word} is no 256-bit word.`);
    for (let part = 0; part < 4; part++)
      view.setBigUint64(i * 32 + part * 8, word >> BigInt(192 - part * 64));
  }
  return bytes;
}

/** An address as a word. @throws RangeError for other hex. */
export const addressWord = (address: string): bigint => hexWord(address, 20);

/** 32 bytes as a word. @throws RangeError for other hex. */
export const bytes32Word = (bytes: string): bigint => hexWord(bytes, 32);

function hexWord(hex: string, byteCount: number): bigint {
  if (hex.length !== 2 + 2 * byteCount) throw new RangeError(`${hex} has not ${byteCount} bytes.`);
  return BigInt(hex);
}
