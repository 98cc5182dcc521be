import type { Address, Hex } from 'viem';
import type { LedgerHeader, LedgerLog } from './answers.ts';
import { type BloomFilter, bloomFilter, isEmptyBloom, isSaturatedBloom } from './bloom.ts';
import { eventTopics, type MarketEventName } from './events.ts';
import { BranchMoved, ContradictoryAnswer } from './faults.ts';
import type { LedgerNode } from './node.ts';
import { orderLogs } from './order-logs.ts';
import type { BlockHeader, BlockSpan } from './range.ts';
import type { AnswerSize } from './range-size.ts';

/** What a log weighs in an answer beside its data and topics: its other fields as JSON. */
const LOG_BYTES = 500;

/** The logs to read: of one market, all its events or those named. */
export interface MarketFilter {
  market: Address;
  topics: ReadonlySet<string>;
  /** Given where not all events are read. */
  topicFilter: { topics?: [Hex[]] };
  bloom: BloomFilter;
}

export function marketFilter(market: Address, names?: ReadonlySet<MarketEventName>): MarketFilter {
  const topics = eventTopics(names);
  return {
    market,
    topics: new Set(topics),
    topicFilter: names === undefined ? {} : { topics: [topics] },
    bloom: bloomFilter(market, topics),
  };
}

/** The blocks of a span as a node gave them: checked, in order, not decoded yet. */
export interface ReadSpan extends BlockSpan {
  parentHash: Hex;
  blocks: Omit<BlockHeader, 'digest'>[];
  logs: LedgerLog[];
  size: AnswerSize;
}

/**
 * Reads a span from one node. What it answers is held against its headers: each log's block hash, and near the head each
 * block's bloom filter.
 *
 * @param head The newest header, which need not be asked for again.
 * @throws ContradictoryAnswer, BranchMoved; viem's errors where the node is unreachable or refuses the span.
 */
export async function readSpan(
  node: LedgerNode,
  filter: MarketFilter,
  span: BlockSpan,
  head: LedgerHeader,
): Promise<ReadSpan> {
  const { from, to, isFinal } = span;
  const numbers = isFinal ? [...new Set([from, to])] : numbersOf(span);
  const [headers, answer] = await Promise.all([
    headersOf(node, numbers, head),
    logsOf(node, filter, span, head),
  ]);
  const logs = orderLogs(answer.logs, { market: filter.market, from, to });
  if (!isFinal) {
    demandOneBranch(headers, span);
    await checkBlooms(node, filter, headers, logs);
  }
  const blocks = await blocksOf(node, headers, logs, span);
  const bytes = logs.reduce((sum, { data, topics }) => sum + LOG_BYTES + data.length + 69 * topics.length, 0);
  const size = { blocks: to - from + 1, events: logs.length, bytes, elapsedMs: answer.elapsedMs };
  return { ...span, parentHash: headers[0]!.parentHash, blocks, logs, size };
}

const numbersOf = ({ from, to }: BlockSpan): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function headersOf(node: LedgerNode, numbers: number[], head: LedgerHeader): Promise<LedgerHeader[]> {
  const asked = numbers.filter((number) => number !== head.number);
  const found = new Map([[head.number, head]]);
  for (const header of await node.headers(asked)) if (header !== undefined) found.set(header.number, header);
  return numbers.map((number) => {
    const header = found.get(number);
    if (header === undefined) throw new BranchMoved(number, number);
    return header;
  });
}

/** The head alone is asked by its hash: such logs cannot belong to another branch. */
async function logsOf(
  node: LedgerNode,
  { market: address, topicFilter }: MarketFilter,
  { from, to }: BlockSpan,
  head: LedgerHeader,
): Promise<{ logs: LedgerLog[]; elapsedMs: number }> {
  const startedMs = performance.now();
  const where = from === head.number ? { blockHash: head.hash } : { fromBlock: from, toBlock: to };
  const logs = await node.logs({ address, ...topicFilter, ...where });
  return { logs, elapsedMs: performance.now() - startedMs };
}

function demandOneBranch(headers: readonly LedgerHeader[], { from, to }: BlockSpan): void {
  const isOne = headers.every((header, i) => i === 0 || header.parentHash === headers[i - 1]?.hash);
  if (!isOne) throw new BranchMoved(from, to);
}

/**
 * Holds logs against the bloom filters of their headers. A block that may have logs and has none is asked for by its hash,
 * and where the filter is not saturated, by its receipts.
 */
async function checkBlooms(
  node: LedgerNode,
  filter: MarketFilter,
  headers: readonly LedgerHeader[],
  logs: readonly LedgerLog[],
): Promise<void> {
  const withLogs = new Set(logs.map(({ blockNumber }) => blockNumber));
  const doubted: LedgerHeader[] = [];
  for (const header of headers) {
    const { number, logsBloom } = header;
    if (logsBloom === undefined || logsBloom === null || isEmptyBloom(logsBloom)) continue;
    const mayHave = filter.bloom.mayHaveLogs(logsBloom);
    if (withLogs.has(number) && !mayHave) {
      throw new ContradictoryAnswer('the header excludes the logs that were answered', number);
    }
    if (!withLogs.has(number) && mayHave) doubted.push(header);
  }
  await Promise.all(doubted.map((header) => demandNoLogs(node, filter, header)));
}

async function demandNoLogs(node: LedgerNode, filter: MarketFilter, header: LedgerHeader): Promise<void> {
  const { number, hash, logsBloom } = header;
  const { market, topics, topicFilter } = filter;
  const isOurs = ({ address, topics: [topic] }: LedgerLog) =>
    address.toLowerCase() === market.toLowerCase() && topic !== undefined && topics.has(topic);
  const byHash = await node.logs({ address: market, ...topicFilter, blockHash: hash });
  const isOmitted =
    byHash.length > 0 ||
    (!isSaturatedBloom(logsBloom!) && ((await node.receiptLogs(header))?.some(isOurs) ?? false));
  if (isOmitted) throw new ContradictoryAnswer('logs were left out', number);
}

/** The headers that were asked for, and those of the blocks with logs; all in order. */
async function blocksOf(
  node: LedgerNode,
  headers: readonly LedgerHeader[],
  logs: readonly LedgerLog[],
  { from, to }: BlockSpan,
): Promise<ReadSpan['blocks']> {
  const blocks = new Map<number, ReadSpan['blocks'][number]>();
  const add = ({ number, hash, timestamp }: ReadSpan['blocks'][number]) =>
    blocks.set(number, { number, hash, timestamp });
  headers.forEach(add);
  const asked = new Set<number>();
  for (const { blockNumber: number, blockHash: hash, blockTimestamp } of logs) {
    if (blocks.has(number)) continue;
    if (blockTimestamp === undefined || blockTimestamp === null) asked.add(number);
    else add({ number, hash, timestamp: blockTimestamp });
  }
  for (const header of await node.headers([...asked])) if (header !== undefined) add(header);
  if (logs.some(({ blockNumber, blockHash }) => blocks.get(blockNumber)?.hash !== blockHash)) {
    throw new BranchMoved(from, to);
  }
  const ordered = [...blocks.values()].sort((a, b) => a.number - b.number);
  const isBack = ordered.some(({ timestamp }, i) => i > 0 && timestamp < ordered[i - 1]!.timestamp);
  if (isBack) throw new ContradictoryAnswer('the times of the blocks go back', from, to);
  return ordered;
}
