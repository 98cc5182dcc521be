import { type Address, BaseError, type Hex, type Log, type PublicClient } from 'viem';
import { LOCAL_CHAIN_ID } from '../lib/anvil.ts';
import { unreadable } from './errors.ts';
import type { RawLog } from './events.ts';

/** Blocks per request; doubled while the node answers, halved for good when it refuses. */
const FIRST_RANGE = 10_000;
const LARGEST_RANGE = 160_000;

/** Calls in one JSON-RPC batch and at the same time, so that no node is overloaded. */
const CALLS_AT_ONCE = 100;

interface Where {
  address: Address;
  /** The last block to read, included. */
  until: bigint;
}

/** All logs of a contract from its deployment up to a block, each with its block's time. */
export async function readLogs(client: PublicClient, where: Where): Promise<RawLog[]> {
  const logs: NodeLog[] = [];
  let from = await deploymentBlock(client, where);
  let range = FIRST_RANGE;
  let largest = LARGEST_RANGE;
  while (from <= where.until) {
    const to = min(from + BigInt(range) - 1n, where.until);
    const part = await logsOf(client, where.address, from, to, range);
    if (part === undefined) {
      range = Math.floor(range / 2);
      largest = range;
      continue;
    }
    for (const log of part) logs.push(log);
    from = to + 1n;
    range = Math.min(range * 2, largest);
  }
  return withTimes(client, logs);
}

type NodeLog = Log<bigint, number, false>;

/** The logs of a range, or undefined if the node found it too large. */
async function logsOf(
  client: PublicClient,
  address: Address,
  fromBlock: bigint,
  toBlock: bigint,
  range: number,
): Promise<NodeLog[] | undefined> {
  try {
    return await client.getLogs({ address, fromBlock, toBlock });
  } catch (error) {
    if (range > 1) return undefined;
    throw unreadable(`the logs of block ${fromBlock}`, error);
  }
}

/**
 * The first block with the contract's code, found by bisection. A node without old states does not know it, and a
 * local one may answer wrongly after a restart: then the logs are read from the first block on.
 */
async function deploymentBlock(client: PublicClient, { address, until }: Where): Promise<bigint> {
  if ((await client.getChainId()) === LOCAL_CHAIN_ID) return 0n;
  let [without, having] = [-1n, until];
  try {
    while (having - without > 1n) {
      const middle = (without + having) / 2n;
      const code = await client.getCode({ address, blockNumber: middle });
      if (code === undefined) without = middle;
      else having = middle;
    }
    return having;
  } catch (error) {
    if (error instanceof BaseError) return 0n;
    throw error;
  }
}

/** Newer nodes put the block's time into the log; otherwise the blocks are read. */
async function withTimes(client: PublicClient, logs: readonly NodeLog[]): Promise<RawLog[]> {
  const times = new Map<bigint, bigint>();
  for (const { blockNumber, blockTimestamp } of logs) {
    if (blockTimestamp !== undefined && blockTimestamp !== null) times.set(blockNumber, blockTimestamp);
  }
  const missing = [...new Set(logs.map((log) => log.blockNumber))].filter((block) => !times.has(block));
  await inChunks(missing, async (blockNumber) => {
    times.set(blockNumber, (await client.getBlock({ blockNumber })).timestamp);
  });
  return logs.map((log) => ({
    topics: log.topics as readonly Hex[],
    data: log.data,
    blockNumber: Number(log.blockNumber),
    at: Number(times.get(log.blockNumber)),
    tx: log.transactionHash,
    logIndex: log.logIndex,
  }));
}

/** Does something for each item, a chunk at a time; results are in the order of the items. */
export async function inChunks<T, R>(items: readonly T[], use: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += CALLS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + CALLS_AT_ONCE).map(use))));
  }
  return results;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
