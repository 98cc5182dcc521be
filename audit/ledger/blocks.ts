import type { Hex, PublicClient } from 'viem';
import { inChunks } from '../lib/concurrency.ts';
import { MARKET_EVENTS } from '../rules/abi.ts';
import { checkAgainstHeader, inLedgerOrder } from './check-logs.ts';
import { type Filters, matches, TRANSFER_TOPIC } from './filters.ts';
import { bloomHolds, headerHash, type NodeHeader } from './header.ts';
import type { Faults } from './node-faults.ts';
import type { NodeLog, NodeReceipt } from './raw-log.ts';
import type { Span, SpanLogs } from './read-logs.ts';
import { readBlockReceipts, readHeader } from './requests.ts';

/** Blocks without logs whose blooms are looked at, unless all are asked for; a longer span is sampled. */
const SAMPLED_BLOCKS = 4_000;

/** The newest blocks are always looked at: a log index lags there first. */
const NEWEST_BLOCKS = 128;

/** Blocks whose receipts are read because their bloom says that logs are missing. */
const MOST_SUSPECTED = 400;

/** What the audit does with the blocks of a span. */
export interface BlockTask {
  client: PublicClient;
  filters: Filters;
  faults: Faults;
  /** All blooms are looked at. */
  isThorough: boolean;
  onBlocks?: (done: number, total: number) => void;
}

/** The logs of a span as its headers confirm them, and the times of their blocks. */
export interface ConfirmedLogs extends SpanLogs {
  times: Map<number, number>;
  /** Blocks that may hold more logs, and whose receipts the node does not give. */
  undecided: number[];
}

/**
 * Holds all logs of a span against the headers of their blocks, and the blooms of other blocks against the logs. Logs that
 * the node left out are taken from its receipts, so that one lie is one discrepancy.
 */
export async function confirmLogs(task: BlockTask, logs: SpanLogs, span: Span): Promise<ConfirmedLogs> {
  const byBlock = new Map<number, BlockLogs>();
  const logsOf = (block: number) => {
    const known = byBlock.get(block) ?? { market: [], transfers: [] };
    byBlock.set(block, known);
    return known;
  };
  for (const log of logs.market) logsOf(log.blockNumber).market.push(log);
  for (const log of logs.transfers) logsOf(log.blockNumber).transfers.push(log);
  const blocks = [...byBlock.keys(), ...otherBlocks(span, byBlock, task.isThorough)].sort((a, b) => a - b);
  const confirmed: ConfirmedLogs = { market: [], transfers: [], times: new Map(), undecided: [] };
  let suspected = 0;
  for (let at = 0; at < blocks.length; at += HEADERS_AT_ONCE) {
    const part = blocks.slice(at, at + HEADERS_AT_ONCE);
    const headers = await inChunks(part, (block) => readHeader(task.client, block));
    for (const header of headers) {
      const found = confirmBlock(task, header, byBlock.get(header.number) ?? { market: [], transfers: [] });
      const isSuspect = bloomHasMore(task.filters, header, found) && suspected < MOST_SUSPECTED;
      if (isSuspect) suspected += 1;
      const all = isSuspect ? await withMissing(task, header, found, confirmed) : found;
      confirmed.market.push(...all.market);
      confirmed.transfers.push(...all.transfers);
      confirmed.times.set(header.number, header.timestamp);
    }
    task.onBlocks?.(Math.min(at + HEADERS_AT_ONCE, blocks.length), blocks.length);
  }
  return confirmed;
}

type BlockLogs = SpanLogs;

const HEADERS_AT_ONCE = 200;

/** Blocks that gave no log: the newest ones, and others by chance, so that no node knows which. */
function otherBlocks({ from, until }: Span, known: ReadonlyMap<number, unknown>, all: boolean): number[] {
  const length = until - from + 1;
  const some = new Set<number>();
  if (all || length <= SAMPLED_BLOCKS) for (let block = from; block <= until; block++) some.add(block);
  else {
    for (let block = until; block > until - NEWEST_BLOCKS && block >= from; block--) some.add(block);
    while (some.size < SAMPLED_BLOCKS) some.add(from + Math.floor(Math.random() * length));
  }
  return [...some].filter((block) => !known.has(block));
}

function confirmBlock({ faults }: BlockTask, header: NodeHeader, logs: BlockLogs): BlockLogs {
  checkHeader(header, faults);
  return {
    market: checkAgainstHeader(logs.market, header, faults),
    transfers: checkAgainstHeader(logs.transfers, header, faults),
  };
}

/** What a node may write beside the fields that a hash is made of. */
const BESIDE =
  /^(?:hash|size|totalDifficulty|uncles|transactions|withdrawals|l1BlockNumber|sendCount|sendRoot)$/;
const HASHED =
  /^(?:parentHash|sha3Uncles|miner|(?:state|transactions|receipts|withdrawals)Root|logsBloom|difficulty|number|gasLimit|gasUsed|timestamp|extraData|mixHash|nonce|baseFeePerGas|blobGasUsed|excessBlobGas|parentBeaconBlockRoot|requestsHash|blockAccessListHash|slotNumber)$/;

/** A header is bound by its hash. A chain whose headers have fields of their own is left to its node. */
function checkHeader(header: NodeHeader, faults: Faults): void {
  const raw = header.raw;
  const computed = headerHash(raw);
  if (computed === header.hash) return;
  if (Object.keys(raw).some((name) => !BESIDE.test(name) && !HASHED.test(name))) return;
  const found = computed === undefined ? 'fields are missing' : `they make ${computed}`;
  faults.add('node.headerHash', `fields of block ${header.number} that make its hash ${header.hash}`, found);
}

/** Whether the bloom says that the block holds events or transfers that the node did not give. */
export function bloomHasMore({ market, transfersTo }: Filters, header: NodeHeader, logs: BlockLogs): boolean {
  const has = (value: Hex) => bloomHolds(header.logsBloom, value);
  const given = new Set(logs.market.map(({ topics }) => topics[0]));
  if (has(market.address) && [...MARKET_EVENTS.keys()].some((topic) => !given.has(topic) && has(topic))) {
    return true;
  }
  if (logs.transfers.length > 0) return false;
  return has(transfersTo.address) && has(TRANSFER_TOPIC) && has(transfersTo.topics[2]!);
}

/** The logs of a block as its receipts have them; the ones that were missing are faults. */
async function withMissing(
  { client, filters, faults }: BlockTask,
  header: NodeHeader,
  given: BlockLogs,
  confirmed: ConfirmedLogs,
): Promise<BlockLogs> {
  const receipts = await readBlockReceipts(client, header.number).catch(() => undefined);
  if (receipts === undefined) {
    confirmed.undecided.push(header.number);
    return given;
  }
  return addMissing(filters, logsOfReceipts(receipts, header.hash), given, faults);
}

const logsOfReceipts = (receipts: readonly NodeReceipt[], blockHash: Hex): NodeLog[] =>
  receipts.filter((receipt) => receipt.blockHash === blockHash).flatMap(({ logs }) => logs);

/** Adds what receipts hold and the node's answers to `eth_getLogs` lacked. */
export function addMissing(
  filters: Filters,
  inReceipts: readonly NodeLog[],
  given: SpanLogs,
  faults: Faults,
): SpanLogs {
  const isTransfer = (log: NodeLog) =>
    matches(filters.transfersTo, log) || matches(filters.transfersFrom, log);
  const complete = (has: readonly NodeLog[], isWanted: (log: NodeLog) => boolean): NodeLog[] => {
    const known = new Set(has.map(({ blockNumber, logIndex }) => `${blockNumber}:${logIndex}`));
    const missing = inReceipts.filter(
      (log) => isWanted(log) && !known.has(`${log.blockNumber}:${log.logIndex}`),
    );
    for (const { blockNumber, logIndex, transactionHash } of missing) {
      const expected = `log ${logIndex} of block ${blockNumber}, which its receipt holds`;
      faults.add('node.logsMissing', expected, 'not among the logs of its range', transactionHash);
    }
    return missing.length === 0 ? [...has] : [...has, ...missing].sort(inLedgerOrder);
  };
  return {
    market: complete(given.market, (log) => matches(filters.market, log)),
    transfers: complete(given.transfers, isTransfer),
  };
}
