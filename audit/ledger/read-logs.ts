import {
  type Address,
  BaseError,
  erc20Abi,
  getAbiItem,
  type Hex,
  type Log,
  type PublicClient,
  parseEventLogs,
} from 'viem';
import { unreadable } from '../lib/errors.ts';
import type { TokenTransfer } from '../money/transfers.ts';
import { min } from '../rules/bits.ts';
import type { RawLog } from '../rules/events.ts';
import { LOCAL_CHAIN_ID } from '../rules/networks.ts';

/** Blocks per request; doubled while the node answers, halved for good when it refuses. */
const FIRST_RANGE = 10_000;
const LARGEST_RANGE = 160_000;

/** Calls in one JSON-RPC batch and at the same time, so that no node is overloaded. */
const CALLS_AT_ONCE = 100;

interface Where {
  address: Address;
  /** The first and the last block to read. */
  from: bigint;
  until: bigint;
}

/** All logs of a contract in a span of blocks, each with its block's time. */
export const readLogs = async (client: PublicClient, where: Where): Promise<RawLog[]> =>
  withTimes(client, await collect(client, where, {}));

const TRANSFER = getAbiItem({ abi: erc20Abi, name: 'Transfer' });

/** Transfers of the token from and to an account. */
export async function readTransfers(
  client: PublicClient,
  where: Where,
  account: Address,
): Promise<TokenTransfer[]> {
  const both = [{ to: account }, { from: account }];
  const found = await Promise.all(both.map((args) => collect(client, where, { event: TRANSFER, args })));
  const logs = await withTimes(client, found.flat());
  return parseEventLogs({ abi: [TRANSFER], logs: logs as never }).map(
    (log) => ({ ...(log as unknown as RawLog), ...log.args }) as TokenTransfer,
  );
}

/** What narrows a request for logs to one event. */
interface LogFilter {
  event?: typeof TRANSFER;
  args?: { from?: Address; to?: Address };
}

async function collect(client: PublicClient, where: Where, filter: LogFilter): Promise<NodeLog[]> {
  const logs: NodeLog[] = [];
  let { from } = where;
  let range = FIRST_RANGE;
  let largest = LARGEST_RANGE;
  while (from <= where.until) {
    const to = min(from + BigInt(range) - 1n, where.until);
    const part = await logsOf(client, { ...where, from, until: to }, filter, range);
    if (part === undefined) {
      range = Math.floor(range / 2);
      largest = range;
      continue;
    }
    for (const log of part) logs.push(log);
    from = to + 1n;
    range = Math.min(range * 2, largest);
  }
  return logs;
}

type NodeLog = Log<bigint, number, false>;

/** The logs of a range, or undefined if the node found it too large. */
async function logsOf(
  client: PublicClient,
  { address, from, until }: Where,
  filter: LogFilter,
  range: number,
): Promise<NodeLog[] | undefined> {
  try {
    const span = { address, fromBlock: from, toBlock: until };
    return (await client.getLogs({ ...span, ...filter } as typeof span)) as NodeLog[];
  } catch (error) {
    if (range > 1) return undefined;
    throw unreadable(`the logs of block ${from}`, error);
  }
}

/**
 * The first block with the contract's code, found by bisection. A node without old states does not know it, and a
 * local one may answer wrongly after a restart: then the logs are read from the first block on.
 */
export async function deploymentBlock(
  client: PublicClient,
  address: Address,
  until: bigint,
): Promise<bigint> {
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
