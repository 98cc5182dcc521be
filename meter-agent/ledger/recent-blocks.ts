import type { Hex } from 'viem';

/** A block that was followed, by its hash. */
export interface SeenBlock {
  number: number;
  hash: Hex;
}

/**
 * Adds a block to those remembered, oldest first. The further back, the fewer are kept, one per bucket of 2^n blocks: a
 * few dozen reach over years, and the last block in common with a ledger that went back is found with at most half of
 * its depth too much.
 */
export function withBlock(seen: readonly SeenBlock[], block: SeenBlock): SeenBlock[] {
  const kept: SeenBlock[] = [];
  for (const earlier of seen) {
    const depth = block.number - earlier.number;
    if (depth <= 0) break;
    const size = 2 ** Math.max(0, Math.floor(Math.log2(depth / 4)));
    const bucketOf = ({ number }: SeenBlock) => Math.floor(number / size);
    const last = kept.at(-1);
    // The first of a bucket is also the first of the smaller one inside it: what was kept once stays findable.
    if (last === undefined || bucketOf(last) !== bucketOf(earlier)) kept.push(earlier);
  }
  return [...kept, block];
}

/** What the ledger's present chain says of what was followed. */
export type Standing =
  /** All of it stands. */
  | { is: 'whole' }
  /** The node has not come as far yet; what it has agrees, up to a block at least. */
  | { is: 'behind'; common: SeenBlock }
  /** The chain is another from some block on: the last one in common, null when there is none. */
  | { is: 'reorganised'; common: SeenBlock | null };

/** @param hashAt The hash that the chain has at this number now; undefined where it has none. */
export async function standingOf(
  seen: readonly SeenBlock[],
  head: SeenBlock,
  hashAt: (number: number) => Promise<Hex | undefined>,
): Promise<Standing> {
  const newest = seen.at(-1);
  if (newest === undefined || newest.hash === head.hash) return { is: 'whole' };
  let contradicted = false;
  for (const block of seen.toReversed()) {
    if (block.number > head.number) continue;
    const hash = block.number === head.number ? head.hash : await hashAt(block.number);
    if (hash !== block.hash) {
      contradicted = true;
      continue;
    }
    if (block === newest) return { is: 'whole' };
    return { is: contradicted ? 'reorganised' : 'behind', common: block };
  }
  return { is: 'reorganised', common: null };
}
