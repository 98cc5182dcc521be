import type { PublicClient } from 'viem';
import { unreadable } from '../lib/errors.ts';
import { checkRange } from './check-logs.ts';
import { nodeError, notAnAnswer } from './client.ts';
import type { Filters, LogFilter } from './filters.ts';
import type { Faults } from './node-faults.ts';
import { type NodeLimits, RangePlan } from './ranges.ts';
import { type NodeLog, nodeLogs } from './raw-log.ts';
import { limitsNamedIn, type NodeRefusal, refusalOf } from './refusals.ts';
import { ask, blockTag } from './requests.ts';

/** The first and the last block to read. */
export interface Span {
  from: number;
  until: number;
}

/** Reads logs of one node. */
export interface LogReader {
  client: PublicClient;
  limits: NodeLimits;
  faults: Faults;
  /** Requests whose logs came in another order than the ledger's. */
  shuffled: number;
  /** Called with each answered range. */
  onRange?: (span: Span) => void;
}

/** The market's logs and the token's transfers to and from it, each list in the order of the ledger. */
export interface SpanLogs {
  market: NodeLog[];
  transfers: NodeLog[];
}

/** All logs that the audit reads of a span of blocks. */
export async function readSpan(reader: LogReader, filters: Filters, span: Span): Promise<SpanLogs> {
  const market = await readFiltered(reader, filters.market, span);
  const to = await readFiltered(reader, filters.transfersTo, span);
  const from = await readFiltered(reader, filters.transfersFrom, span);
  return { market, transfers: joinedTransfers(to, from) };
}

/** A transfer from the market to itself is found by both filters. */
export function joinedTransfers(to: readonly NodeLog[], from: readonly NodeLog[]): NodeLog[] {
  const keyOf = ({ blockNumber, logIndex }: NodeLog) => `${blockNumber}:${logIndex}`;
  const known = new Set(to.map(keyOf));
  const all = [...to, ...from.filter((log) => !known.has(keyOf(log)))];
  return all.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
}

/** Goes through a span range by range, each as large as the node answers. */
async function readFiltered(reader: LogReader, filter: LogFilter, span: Span): Promise<NodeLog[]> {
  const plan = new RangePlan(reader.limits);
  const logs: NodeLog[] = [];
  let { from } = span;
  while (from <= span.until) {
    const until = Math.min(from + plan.blocks - 1, span.until);
    const blocks = until - from + 1;
    const answer = await askRange(reader.client, filter, { from, until });
    if (!Array.isArray(answer)) {
      const isSmaller = plan.refused(blocks, limitsNamedIn(answer.message));
      if (!isSmaller) throw nodeError(`the logs of block ${from}`, answer) ?? answer;
      continue;
    }
    const checked = checkRange(answer, { from, until }, filter, reader.faults);
    if (checked.isShuffled) reader.shuffled += 1;
    for (const log of checked.logs) logs.push(log);
    plan.answered(blocks, answer.length);
    reader.onRange?.({ from, until });
    from = until + 1;
  }
  return logs;
}

/** The logs of a range, or the refusal of a node that finds it too large. */
async function askRange(
  client: PublicClient,
  { address, topics }: LogFilter,
  { from, until }: Span,
): Promise<NodeLog[] | NodeRefusal> {
  const what = `the logs of blocks ${from} to ${until}`;
  const filter = { address, fromBlock: blockTag(from), toBlock: blockTag(until) };
  const query = topics.length === 0 ? filter : { ...filter, topics };
  try {
    const answer = await ask(client, 'eth_getLogs', [query]);
    const parsed = nodeLogs.safeParse(answer);
    if (!parsed.success) throw notAnAnswer(what, answer);
    return parsed.data;
  } catch (error) {
    const refusal = refusalOf(error);
    // Providers have many words for "too many", and none of them for a busy node that was asked often enough.
    if (refusal?.kind === 'tooMany' || refusal?.kind === 'refused') return refusal;
    if (refusal !== undefined) throw nodeError(what, refusal) ?? error;
    throw error instanceof Error && error.name === 'AuditError' ? error : unreadable(what, error);
  }
}
