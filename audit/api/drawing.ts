import type { Around } from './slots.ts';

/** Whole numbers from 0 up to, and without, `below`. */
export type Draw = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function drawing(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) * (below / 2 ** 32));
  };
}

/** Some of the items, each once, at most `most`. */
export function someOf<T>(draw: Draw, items: readonly T[], most: number): T[] {
  const picked = new Set<number>();
  while (picked.size < Math.min(most, items.length)) picked.add(draw(items.length));
  return [...picked].map((i) => items[i]!);
}

export const oneOf = <T>(draw: Draw, items: readonly [T, ...T[]]): T => items[draw(items.length)]!;

/** What the choice of searches, tiles and objects depends on. */
export interface Sample {
  draw: Draw;
  around: Around;
}
