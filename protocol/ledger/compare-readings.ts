import type { Hex } from 'viem';
import type { LedgerHeader } from './answers.ts';
import { LogDigest } from './digest.ts';
import { ContradictoryAnswer, refusalOf } from './faults.ts';
import { inSlices, type LedgerNode } from './node.ts';
import type { LedgerNodes } from './nodes.ts';
import type { RangeSize } from './range-size.ts';
import { type MarketFilter, readSpan } from './read-span.ts';

/**
 * Shares of the usual range for further readings, so that blocks are cut where they were not cut before: what a node leaves
 * out often depends on the range.
 */
const CUTS = { second: 0.6, third: 0.45, again: 0.35 } as const;

/** Final blocks to read again. */
export interface Blocks {
  filter: MarketFilter;
  /** Kept by the caller. */
  size: RangeSize;
  first: number;
  last: number;
}

/**
 * What further readings say of blocks whose digest is `kept`: `same`, `other` where two of them agree on other events, or
 * `doubted` where one of them gave other events and was outvoted.
 *
 * @throws ContradictoryAnswer where nobody is outvoted: each says something else, or one node against one other for good;
 * BranchMoved; viem's errors where a node is unreachable.
 */
export async function compareReadings(
  nodes: LedgerNodes,
  blocks: Blocks,
  kept: Hex,
): Promise<'same' | 'other' | 'doubted'> {
  const second = await digestOfBlocks(nodes.other, blocks, CUTS.second);
  if (second === kept) return 'same';
  const third = await digestOfBlocks(nodes.third, blocks, CUTS.third);
  if (third === second) return 'other';
  const isOutvoted =
    third === kept &&
    (nodes.all.length > 2 || (await digestOfBlocks(nodes.other, blocks, CUTS.again)) === kept);
  if (isOutvoted) return 'doubted';
  throw new ContradictoryAnswer('each reading gives other events', blocks.first, blocks.last);
}

async function digestOfBlocks(node: LedgerNode, blocks: Blocks, cut: number): Promise<Hex> {
  const { first, last, size } = blocks;
  const digest = new LogDigest();
  const head = await node.head();
  for (let from = first; from <= last; ) {
    const to = Math.min(last, from + Math.max(1, Math.floor(size.blocks * cut)) - 1);
    if (await addSpan(digest, { ...blocks, node, cut }, { from, to }, head)) from = to + 1;
  }
  return digest.value;
}

/** @returns False where the node refused the span, so that a shorter one must be asked. */
async function addSpan(
  digest: LogDigest,
  { node, filter, size, cut }: Pick<Blocks, 'filter' | 'size'> & { node: LedgerNode; cut: number },
  { from, to }: { from: number; to: number },
  head: LedgerHeader,
): Promise<boolean> {
  try {
    const span = await readSpan(node, filter, { from, to, isFinal: true }, head);
    size.answered({ ...span.size, blocks: Math.ceil(span.size.blocks / cut) });
    const times = new Map(span.blocks.map(({ number, timestamp }) => [number, timestamp]));
    await inSlices(span.logs, (log) => digest.add(log, times.get(log.blockNumber)!));
    return true;
  } catch (error) {
    if (refusalOf(error) !== 'length' || !size.refused(to - from + 1)) throw error;
    return false;
  }
}
