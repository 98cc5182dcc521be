import type { Address } from 'viem';
import type { LedgerLog } from './answers.ts';
import { BranchMoved, ContradictoryAnswer } from './faults.ts';

/**
 * The logs in ledger order, each once; order and repeats are put right.
 *
 * @throws ContradictoryAnswer for logs of another contract, outside of the blocks, or different ones at one position.
 * @throws BranchMoved when one block has two hashes, or a log was removed.
 */
export function orderLogs(
  logs: readonly LedgerLog[],
  { market, from, to }: { market: Address; from: number; to: number },
): LedgerLog[] {
  const address = market.toLowerCase();
  for (const log of logs) {
    if (log.address.toLowerCase() !== address) {
      throw new ContradictoryAnswer(`a log of ${log.address} was answered`, from, to);
    }
    if (log.blockNumber < from || log.blockNumber > to) {
      throw new ContradictoryAnswer(`a log of block ${log.blockNumber} was answered`, from, to);
    }
  }
  return isOrdered(logs) ? withoutMoved([...logs], from, to) : withoutMoved(sorted(logs), from, to);
}

const compare = (a: LedgerLog, b: LedgerLog): number =>
  a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;

const isOrdered = (logs: readonly LedgerLog[]): boolean =>
  logs.every((log, i) => i === 0 || compare(logs[i - 1]!, log) < 0);

function sorted(logs: readonly LedgerLog[]): LedgerLog[] {
  const once: LedgerLog[] = [];
  for (const log of logs.toSorted(compare)) {
    const last = once.at(-1);
    if (last === undefined || compare(last, log) !== 0) once.push(log);
    else if (last.blockHash !== log.blockHash) throw new BranchMoved(log.blockNumber, log.blockNumber);
    else if (last.data !== log.data || last.topics.join() !== log.topics.join()) {
      throw new ContradictoryAnswer(`two logs at index ${log.logIndex} were answered`, log.blockNumber);
    }
  }
  return once;
}

function withoutMoved(logs: LedgerLog[], from: number, to: number): LedgerLog[] {
  for (const [i, log] of logs.entries()) {
    const before = logs[i - 1];
    const isOtherBranch = before?.blockNumber === log.blockNumber && before.blockHash !== log.blockHash;
    if (isOtherBranch || log.removed === true) throw new BranchMoved(from, to);
  }
  return logs;
}
