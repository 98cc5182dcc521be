import { type Address, BlockNotFoundError, type Hex } from 'viem';
import type { LedgerClient } from './client.ts';
import { decodeLogs, type MarketEvent } from './events.ts';

/** Blocks deeper than this below the head count as final: they are read in long ranges, without a header for each. */
export const FINALITY_BLOCKS = 64;

/** Long ranges end on a multiple of this. Their last blocks stay stored, as points to roll back to. */
export const CHECKPOINT_BLOCKS = 1_024;

export interface BlockHeader {
  number: number;
  hash: Hex;
  /** Unix seconds. */
  timestamp: number;
}

/** Blocks `from` to `to` of one branch: their events, and the headers to store. */
export interface BlockRange {
  from: number;
  to: number;
  parentHash: Hex;
  blocks: BlockHeader[];
  events: MarketEvent[];
}

/** The last block of the range that begins with `from`, and whether the range counts as final. */
export function rangeEnd(from: number, head: number, spanBlocks: number): { to: number; isFinal: boolean } {
  const finalTo = head - FINALITY_BLOCKS;
  if (from > finalTo) return { to: Math.min(head, from + spanBlocks - 1), isFinal: false };
  const aligned = Math.floor((from + spanBlocks) / CHECKPOINT_BLOCKS) * CHECKPOINT_BLOCKS;
  return { to: Math.min(aligned >= from ? aligned : from + spanBlocks - 1, finalTo), isFinal: true };
}

/**
 * Reads a range. Returns undefined when the ledger changed branch or lost blocks meanwhile: the next poll tries again.
 *
 * @throws viem's errors when the ledger is unreachable or refuses the range as too long.
 */
export async function readRange(...range: Parameters<typeof readBlocks>): Promise<BlockRange | undefined> {
  try {
    return await readBlocks(...range);
  } catch (error) {
    if (error instanceof BlockNotFoundError) return undefined;
    throw error;
  }
}

async function readBlocks(
  client: LedgerClient,
  market: Address,
  from: number,
  end: { to: number; isFinal: boolean },
): Promise<BlockRange | undefined> {
  const numbers = end.isFinal ? [...new Set([from, end.to])] : span(from, end.to);
  const headers = await Promise.all(
    numbers.map((number) => client.getBlock({ blockNumber: BigInt(number) })),
  );
  const [first] = headers;
  if (first === undefined || !isOneBranch(headers, end.isFinal)) return undefined;
  const blocks = new Map<number, BlockHeader>();
  for (const { number, hash, timestamp } of headers) {
    blocks.set(Number(number), { number: Number(number), hash, timestamp: Number(timestamp) });
  }
  const logs = await client.getLogs({ address: market, fromBlock: BigInt(from), toBlock: BigInt(end.to) });
  const events = decodeLogs(logs);
  if (!(await addBlocksOf(events, blocks, client))) return undefined;
  return { from, to: end.to, parentHash: first.parentHash, blocks: [...blocks.values()], events };
}

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

function isOneBranch(headers: { hash: Hex; parentHash: Hex }[], isSparse: boolean): boolean {
  return isSparse || headers.every((header, i) => i === 0 || header.parentHash === headers[i - 1]?.hash);
}

/** Adds the blocks of the events. Returns false when an event is on another branch than the headers. */
async function addBlocksOf(
  events: MarketEvent[],
  blocks: Map<number, BlockHeader>,
  client: LedgerClient,
): Promise<boolean> {
  for (const { block, blockHash, timestamp } of events) {
    const known = blocks.get(block);
    if (known !== undefined) {
      if (known.hash !== blockHash) return false;
      continue;
    }
    const seconds = timestamp ?? Number((await client.getBlock({ blockHash })).timestamp);
    blocks.set(block, { number: block, hash: blockHash, timestamp: seconds });
  }
  return true;
}
