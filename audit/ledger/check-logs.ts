import { type Hex, isAddressEqual } from 'viem';
import type { LogFilter } from './filters.ts';
import { matches } from './filters.ts';
import { bloomHolds, type NodeHeader } from './header.ts';
import type { Faults } from './node-faults.ts';
import type { NodeLog } from './raw-log.ts';

/** The order of the ledger. */
export const inLedgerOrder = (a: NodeLog, b: NodeLog): number =>
  a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;

const whereOf = ({ blockNumber, logIndex }: NodeLog): string => `log ${logIndex} of block ${blockNumber}`;

const contentOf = ({ blockHash, transactionHash, address, topics, data }: NodeLog): string =>
  JSON.stringify([blockHash, transactionHash, address, topics, data]).toLowerCase();

/** Whether two logs are the same one. */
export const isSameLog = (a: NodeLog, b: NodeLog): boolean =>
  a.blockNumber === b.blockNumber && a.logIndex === b.logIndex && contentOf(a) === contentOf(b);

/**
 * What a node answered to a request for the logs of a range: without what it should not have sent, each log once, in the
 * order of the ledger. `isShuffled` when the node's order was another.
 */
export function checkRange(
  answer: readonly NodeLog[],
  { from, until }: { from: number; until: number },
  filter: LogFilter,
  faults: Faults,
): { logs: NodeLog[]; isShuffled: boolean } {
  const kept = answer.filter((log) => isAskedFor(log, from, until, filter, faults));
  const isShuffled = kept.some((log, index) => index > 0 && inLedgerOrder(kept[index - 1]!, log) > 0);
  if (isShuffled) kept.sort(inLedgerOrder);
  return { logs: withoutRepeated(kept, faults), isShuffled };
}

function isAskedFor(log: NodeLog, from: number, until: number, filter: LogFilter, faults: Faults): boolean {
  const { address, blockNumber, removed, transactionHash: tx } = log;
  const refuse = (code: string, expected: string, found: string) => {
    faults.add(code, expected, found, tx);
    return false;
  };
  if (!isAddressEqual(address, filter.address)) {
    return refuse('node.foreignLog', `logs of ${filter.address}`, `${whereOf(log)} of ${address}`);
  }
  if (blockNumber < from || blockNumber > until) {
    return refuse('node.outOfRange', `logs of blocks ${from} to ${until}`, whereOf(log));
  }
  if (removed === true) return refuse('node.removedLog', 'logs of the ledger', `${whereOf(log)}, removed`);
  if (!matches(filter, log)) return refuse('node.otherTopic', `topics ${filter.topics}`, `${log.topics}`);
  return true;
}

/** A log's position is its own: the same again is a repetition, and another one there contradicts the first. */
function withoutRepeated(sorted: readonly NodeLog[], faults: Faults): NodeLog[] {
  const kept: NodeLog[] = [];
  for (const log of sorted) {
    const last = kept.at(-1);
    if (last === undefined || inLedgerOrder(last, log) !== 0) kept.push(log);
    else {
      const found = isSameLog(last, log) ? 'the same again' : 'two that differ';
      faults.add('node.duplicate', `one ${whereOf(log)}`, found, log.transactionHash);
    }
  }
  return kept;
}

/**
 * Holds the logs of a block against its header: hash, time, bloom, transactions. Gives those that are of this block.
 */
export function checkAgainstHeader(logs: readonly NodeLog[], header: NodeHeader, faults: Faults): NodeLog[] {
  const transactions = new Set(header.transactions);
  return logs.filter((log) => {
    const { blockHash, blockTimestamp, transactionHash: tx, blockNumber, address, topics } = log;
    const add = (code: string, expected: string, found: string) => faults.add(code, expected, found, tx);
    if (blockHash.toLowerCase() !== header.hash.toLowerCase()) {
      add('node.fork', `block ${blockNumber} with the hash ${header.hash}`, `a log of ${blockHash}`);
      return false;
    }
    if (typeof blockTimestamp === 'number' && blockTimestamp !== header.timestamp) {
      add('node.time', `${header.timestamp}, the time of block ${blockNumber}`, `${blockTimestamp}`);
    }
    if (transactions.size > 0 && !transactions.has(tx)) {
      add('node.foreignTransaction', `a transaction of block ${blockNumber}`, `${whereOf(log)} of another`);
    }
    const missing = [address, ...topics.slice(0, 1)].filter(
      (value) => !bloomHolds(header.logsBloom, value as Hex),
    );
    if (missing.length > 0) add('node.bloom', `a log in the bloom of block ${blockNumber}`, whereOf(log));
    return true;
  });
}
