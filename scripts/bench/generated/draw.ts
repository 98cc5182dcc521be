/** What a number is drawn for: one kind of subject, one field of it. */
export interface Drawn {
  seed: number;
  /** Distinguishes listings from bookings, and so on. */
  kind: number;
  subject: number;
}

/** 32 bits that depend on these numbers alone (the finaliser of MurmurHash3 over each). */
export function bitsOf({ seed, kind, subject }: Drawn, field: number): number {
  let hash = seed | 0;
  for (const part of [kind, subject, field]) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** From 0 to 1, without 1. */
export const fractionOf = (of: Drawn, field: number): number => bitsOf(of, field) / 2 ** 32;

/** A whole number from `least` to `most`. */
export const wholeOf = (of: Drawn, field: number, least: number, most: number): number =>
  least + Math.floor(fractionOf(of, field) * (most - least + 1));

/** `bytes` bytes as hex digits, without 0x. */
export function hexOf(of: Drawn, field: number, bytes: number): string {
  let hex = '';
  for (let part = 0; hex.length < 2 * bytes; part++) {
    hex += (bitsOf(of, field * 64 + part) + 2 ** 32).toString(16).slice(1);
  }
  return hex.slice(0, 2 * bytes);
}
