/**
 * `bits` bits of a word from bit `shift` on: how the contracts pack several values into one word. The layouts in this
 * folder are written from the comments and shifts in contracts/types/.
 */
export const bitsAt = (word: bigint, shift: number, bits: number): bigint =>
  BigInt.asUintN(bits, word >> BigInt(shift));

/** The same of a value that a double holds exactly (48 bits at most). */
export const numberAt = (word: bigint, shift: number, bits: number): number =>
  Number(bitsAt(word, shift, bits));

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
