import type { Hex } from 'viem';
import type { MarketEvent } from './events.ts';

/** Blocks deeper than this below the head count as final: they are read in long ranges, without a header for each. */
export const FINALITY_BLOCKS = 64;

/** Long ranges end on a multiple of this, so that those who store their last blocks have points to go back to. */
export const CHECKPOINT_BLOCKS = 1_024;

export interface BlockHeader {
  number: number;
  hash: Hex;
  /** Unix seconds. */
  timestamp: number;
  /** Digest of all logs up to the end of this block, from where the reading began. */
  digest: Hex;
}

/** Blocks `from` to `to` of one branch: their events, and the headers to store, in ledger order. */
export interface BlockRange {
  from: number;
  to: number;
  parentHash: Hex;
  /** The blocks with events, the last one, and near the head each. */
  blocks: BlockHeader[];
  events: MarketEvent[];
}

/** The blocks to ask for together. */
export interface BlockSpan {
  from: number;
  to: number;
  isFinal: boolean;
}

/** The span that begins with `from` and has at most `spanBlocks` blocks. */
export function spanFrom(from: number, head: number, spanBlocks: number): BlockSpan {
  const finalTo = head - FINALITY_BLOCKS;
  if (from > finalTo) return { from, to: Math.min(head, from + spanBlocks - 1), isFinal: false };
  const longest = from + spanBlocks - 1;
  const aligned = Math.floor(longest / CHECKPOINT_BLOCKS) * CHECKPOINT_BLOCKS;
  const to = Math.min(aligned >= from ? aligned : longest, finalTo);
  return { from, to, isFinal: true };
}
