import type { Hex } from 'viem';

/** A block by its number and hash. */
export interface BlockId {
  number: number;
  hash: Hex;
}

/** A block that was followed. */
export interface FollowedBlock extends BlockId {
  /** Of all logs that were followed up to its end. */
  digest: Hex;
}

/**
 * Adds a block to those remembered, oldest first. The older they are, the fewer are kept, one per bucket of 2^n
 * blocks: a few dozen cover years, and the last common block with a rolled-back ledger is found with at most half of
 * its depth too much.
 */
export function withBlock(seen: readonly FollowedBlock[], block: FollowedBlock): FollowedBlock[] {
  const kept: FollowedBlock[] = [];
  for (const earlier of seen) {
    const depth = block.number - earlier.number;
    if (depth <= 0) break;
    const size = 2 ** Math.max(0, Math.floor(Math.log2(depth / 4)));
    const bucketOf = ({ number }: FollowedBlock) => Math.floor(number / size);
    const last = kept.at(-1);
    // The first of a bucket is also the first of the smaller one inside it: a kept block stays findable.
    if (last === undefined || bucketOf(last) !== bucketOf(earlier)) kept.push(earlier);
  }
  return [...kept, block];
}

/** How the ledger's present chain relates to the blocks followed so far. */
export type Standing =
  /** All blocks are still in the chain. */
  | { is: 'whole' }
  /** The node lags behind; its blocks agree, at least up to one. */
  | { is: 'behind'; common: FollowedBlock }
  /** The chain differs from some block on: the last common one, null when there is none. */
  | { is: 'reorganised'; common: FollowedBlock | null };

/** @param hashAt The hash that the chain has at this number now; undefined where it has none. */
export async function standingOf(
  seen: readonly FollowedBlock[],
  head: BlockId,
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
