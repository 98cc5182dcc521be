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
    values[name] = rest & ((1n << BigInt(bits)) - 1n);
    rest >>= BigInt(bits);
  }
  return values;
}
