import type { PublicClient } from 'viem';
import { holdsWithin } from '../lib/concurrency.ts';
import { isSameLog } from './check-logs.ts';
import type { Filters } from './filters.ts';
import { Faults } from './node-faults.ts';
import type { Pin } from './pin.ts';
import { NodeLimits } from './ranges.ts';
import type { NodeLog } from './raw-log.ts';
import { readSpan, type Span, type SpanLogs } from './read-logs.ts';
import { ask, blockTag, readHeader } from './requests.ts';

/** A node by the address after --rpc. */
export interface NamedNode {
  url: string;
  client: PublicClient;
}

/** What nodes may differ by because a block needs time to reach both. */
const CATCH_UP_MS = 3_000;

/**
 * Waits for a node that is a little behind, until it has the pinned block. One that stays behind, or has another block
 * there, is a fault with both answers.
 */
export async function checkHasPin(
  { url, client }: NamedNode,
  first: NamedNode,
  { blockNumber, blockHash }: Pin,
  faults: Faults,
): Promise<boolean> {
  const look = () => ask(client, 'eth_getBlockByNumber', [blockTag(blockNumber), false]);
  const hasIt = await holdsWithin(CATCH_UP_MS, async () => (await look()) !== null, 250);
  if (!hasIt) {
    const { number } = await readHeader(client, 'latest');
    faults.add(
      'node.behind',
      `block ${blockNumber}, the newest of ${first.url}`,
      `block ${number} of ${url}`,
    );
    return false;
  }
  const { hash } = await readHeader(client, blockNumber);
  if (hash === blockHash) return true;
  const where = `block ${blockNumber}`;
  faults.add('node.differ', `${where} is ${blockHash} by ${first.url}`, `${hash} by ${url}`);
  return false;
}

/** The first node is itself behind when another one has newer blocks that it does not come to know. */
export async function checkNotBehind(
  first: NamedNode,
  other: NamedNode,
  { blockNumber }: Pin,
  faults: Faults,
): Promise<void> {
  const newest = await readHeader(other.client, 'latest');
  if (BigInt(newest.number) <= blockNumber) return;
  const look = () => ask(first.client, 'eth_getBlockByNumber', [blockTag(newest.number), false]);
  if (await holdsWithin(CATCH_UP_MS, async () => (await look()) !== null, 250)) return;
  const found = `block ${blockNumber} of ${first.url}`;
  faults.add('node.behind', `block ${newest.number}, the newest of ${other.url}`, found);
}

/** Reads the same span from another node: every difference is a fault with both answers. */
export async function compareSpan(
  first: NamedNode,
  other: NamedNode,
  { filters, span, logs }: { filters: Filters; span: Span; logs: SpanLogs },
  faults: Faults,
): Promise<void> {
  const own = new Faults();
  const reader = { client: other.client, limits: new NodeLimits(), faults: own, shuffled: 0 };
  const theirs = await readSpan(reader, filters, span);
  for (const { code, tx, expected, found } of own.list())
    faults.add(code, expected, `${found} (${other.url})`, tx);
  for (const name of ['market', 'transfers'] as const) {
    for (const { log, isOfFirst } of differences(logs[name], theirs[name])) {
      const where = `log ${log.logIndex} of block ${log.blockNumber}`;
      const [has, lacks] = isOfFirst ? [first, other] : [other, first];
      faults.add(
        'node.differ',
        `${where} by ${has.url}`,
        `not, or another, by ${lacks.url}`,
        log.transactionHash,
      );
    }
  }
}

/** Logs of one list that the other does not have, or has otherwise; both are in the order of the ledger. */
export function differences(
  ours: readonly NodeLog[],
  theirs: readonly NodeLog[],
): { log: NodeLog; isOfFirst: boolean }[] {
  const keyOf = ({ blockNumber, logIndex }: NodeLog) => `${blockNumber}:${logIndex}`;
  const known = new Map(theirs.map((log) => [keyOf(log), log]));
  const found: { log: NodeLog; isOfFirst: boolean }[] = [];
  for (const log of ours) {
    const same = known.get(keyOf(log));
    known.delete(keyOf(log));
    if (same === undefined || !isSameLog(log, same)) found.push({ log, isOfFirst: true });
  }
  for (const log of known.values()) found.push({ log, isOfFirst: false });
  return found;
}
