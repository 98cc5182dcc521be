import { type Address, type Hex, hexToBigInt, type PublicClient } from 'viem';
import type { Finding } from '../lib/discrepancy.ts';
import { AuditError } from '../lib/errors.ts';
import type { Progress } from '../lib/progress.ts';
import type { RawLog, Stamp } from '../rules/events.ts';
import { confirmLogs } from './blocks.ts';
import { ledgerClient } from './client.ts';
import { checkHasPin, checkNotBehind, compareSpan, type NamedNode } from './compare-nodes.ts';
import { deploymentBlock } from './deployment-block.ts';
import { type Filters, filtersOf } from './filters.ts';
import { type ReadConstants, readConstants, type Token } from './market-constants.ts';
import { Faults } from './node-faults.ts';
import { type Pin, pinBlock, requirePinned } from './pin.ts';
import { NodeLimits } from './ranges.ts';
import type { NodeLog } from './raw-log.ts';
import { type LogReader, readSpan, type Span, type SpanLogs } from './read-logs.ts';
import { confirmByReceipts } from './receipts.ts';
import { readTransactions, type Transaction } from './transactions.ts';

export { ledgerClient, type Pin, requirePinned };

/** A transfer of the payment token from or to the market. */
export interface TokenTransfer extends Stamp {
  from: Address;
  to: Address;
  /** Token units. */
  value: bigint;
}

/** The logs and constants, before anything is recomputed. */
export interface LedgerReading {
  pin: Pin;
  constants: ReadConstants;
  token: Token;
  logs: RawLog[];
  /** Transfers of the token from and to the market. */
  transfers: TokenTransfer[];
  /** What the nodes got wrong; reading transactions adds to it. */
  faults: Faults;
  findings: Finding[];
  /** Addresses of nodes without the pinned block: nothing else of theirs can be compared. */
  incomparable: Set<string>;
  /** The first block that was read. */
  fromBlock: number;
  /** Each transaction once; what the node got wrong goes into `faults`. */
  transactions(hashes: Iterable<Hex>): AsyncIterable<Transaction>;
}

/** How a ledger is read; nothing has to be given. */
export interface ReadOptions {
  /** Other nodes, which must say the same as the first. */
  others?: readonly NamedNode[];
  /** The address of the first node, for people. */
  url?: string;
  /** The chain that each node must be of. */
  chainId?: number | undefined;
  /** The block to pin in place of the newest one. */
  toBlock?: bigint | undefined;
  /** Every receipt and every bloom is looked at. */
  receipts?: boolean | undefined;
  progress?: Progress | undefined;
}

/** A node that mined more than this meanwhile is read on, so that storage is read at a fresh block. */
const FRESH_BLOCKS = 16;

/** Each time less is left to read; a ledger that grows faster than it is read is pinned as it is. */
const MOST_EXTENSIONS = 8;

/**
 * Reads the market's constants and all its logs up to the newest block, which becomes the pinned one. While that takes,
 * the ledger goes on: what came meanwhile is read as well, since a node may forget the state of an older block.
 *
 * @throws AuditError `audit.noMarket`; `audit.unreadable`, `node.…` when a node does not answer as it has to.
 */
export async function readLedger(
  client: PublicClient,
  market: Address,
  options: ReadOptions = {},
): Promise<LedgerReading> {
  const first: NamedNode = { client, url: options.url ?? 'the first node' };
  const nodes = [first, ...(options.others ?? [])];
  for (const node of nodes) await requireChain(node, options.chainId);
  const start = await pinBlock(client, options.toBlock);
  const { constants, token } = await readConstants(client, market, start);
  const fromBlock = await deploymentBlock(client, market, {
    chainId: constants.chainId,
    until: start.blockNumber,
  });
  const filters = filtersOf(market, token.address);
  const reader = readerOf(client, options, Number(start.blockNumber));
  const { logs, pin } = await readToPin(reader, { first, filters, from: fromBlock, start }, options);
  const { faults } = reader;
  const incomparable = new Set<string>();
  const span = { from: fromBlock, until: Number(pin.blockNumber) };
  for (const other of nodes.slice(1)) {
    await checkNotBehind(first, other, pin, faults);
    const isComparable = await checkHasPin(other, first, pin, faults);
    if (!isComparable) incomparable.add(other.url);
    else await compareSpan(first, other, { filters, span, logs }, faults);
  }
  return {
    ...{ pin, constants, token, faults, fromBlock, incomparable },
    logs: logs.market.map((log) => rawLogOf(log, logs.times)),
    transfers: logs.transfers.map((log) => transferOf(log, logs.times)),
    findings: findingsOf(reader, logs.undecided),
    transactions: (hashes) => readTransactions(client, hashes, faults),
  };
}

type TimedLogs = SpanLogs & { times: Map<number, number>; undecided: number[] };

interface ReadTask {
  first: NamedNode;
  filters: Filters;
  from: number;
  start: Pin;
}

/** Reads from a block on, until the pinned block is fresh. */
async function readToPin(
  reader: LogReader,
  { filters, from, start }: ReadTask,
  options: ReadOptions,
): Promise<{ logs: TimedLogs; pin: Pin }> {
  const logs: TimedLogs = { market: [], transfers: [], times: new Map(), undecided: [] };
  let pin = start;
  let next = from;
  for (let extension = 0; ; extension++) {
    const span = { from: next, until: Number(pin.blockNumber) };
    append(logs, await readConfirmed(reader, filters, span, options));
    next = span.until + 1;
    if (options.toBlock !== undefined || extension === MOST_EXTENSIONS) return { logs, pin };
    const newest = await pinBlock(reader.client, undefined);
    await requirePinned(reader.client, pin);
    if (newest.blockNumber - pin.blockNumber <= FRESH_BLOCKS) return { logs, pin };
    pin = newest;
  }
}

async function readConfirmed(
  reader: LogReader,
  filters: Filters,
  span: Span,
  { receipts: isThorough = false, progress }: ReadOptions,
): Promise<TimedLogs> {
  const { client, faults } = reader;
  const found = await readSpan(reader, filters, span);
  const ofBlocks = (done: number, total: number) => progress?.('checking blocks', done, total);
  const confirmed = await confirmLogs(
    { client, filters, faults, isThorough, onBlocks: ofBlocks },
    found,
    span,
  );
  const onReceipts = (done: number, total: number) => progress?.('checking receipts', done, total);
  const logs = await confirmByReceipts({ client, filters, faults, isThorough, onReceipts }, confirmed);
  return { ...logs, times: confirmed.times, undecided: confirmed.undecided };
}

function append(all: TimedLogs, part: TimedLogs): void {
  for (const log of part.market) all.market.push(log);
  for (const log of part.transfers) all.transfers.push(log);
  for (const [block, at] of part.times) all.times.set(block, at);
  all.undecided.push(...part.undecided);
}

const readerOf = (client: PublicClient, { progress }: ReadOptions, until: number): LogReader => ({
  client,
  limits: new NodeLimits(),
  faults: new Faults(),
  shuffled: 0,
  onRange: ({ until: done }) => progress?.('reading logs', done, until),
});

async function requireChain({ client, url }: NamedNode, chainId: number | undefined): Promise<void> {
  if (chainId === undefined) return;
  const found = await client.getChainId();
  if (found === chainId) return;
  throw new AuditError({
    code: 'node.otherChain',
    value: `chain ${found} from ${url}`,
    rule: `The node has to be of chain ${chainId}, as --chain says.`,
    remedy: 'Name a node of that chain after --rpc, or its own number after --chain.',
  });
}

function findingsOf({ shuffled }: LogReader, undecided: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  if (shuffled > 0) {
    const detail = `${shuffled} answers had their logs in another order than the ledger's: they were sorted`;
    findings.push({ code: 'node.order', detail });
  }
  if (undecided.length > 0) {
    const detail = `${undecided.length} blocks, the first ${undecided[0]}, may hold logs that the node did not give, and it gives no receipts of a block`;
    findings.push({ code: 'node.noReceipts', detail });
  }
  return findings;
}

const rawLogOf = (log: NodeLog, times: ReadonlyMap<number, number>): RawLog => ({
  topics: log.topics,
  data: log.data,
  blockNumber: log.blockNumber,
  at: times.get(log.blockNumber)!,
  tx: log.transactionHash,
  logIndex: log.logIndex,
});

function transferOf(log: NodeLog, times: ReadonlyMap<number, number>): TokenTransfer {
  const { topics, data, ...stamp } = rawLogOf(log, times);
  const accountIn = (topic: Hex | undefined): Address => `0x${(topic ?? '0x').slice(-40)}`;
  return {
    ...stamp,
    from: accountIn(topics[1]),
    to: accountIn(topics[2]),
    value: data === '0x' ? 0n : hexToBigInt(data),
  };
}
