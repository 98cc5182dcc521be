import type { Hex, PublicClient } from 'viem';
import { inChunks } from '../lib/concurrency.ts';
import { addMissing } from './blocks.ts';
import { isSameLog } from './check-logs.ts';
import type { Filters } from './filters.ts';
import type { Faults } from './node-faults.ts';
import type { NodeLog, NodeReceipt } from './raw-log.ts';
import type { SpanLogs } from './read-logs.ts';
import { readReceipt } from './requests.ts';

/** Of so many transactions one is held against its receipt, unless all are asked for; of few all are. */
const EVERY_NTH = 20;
const FEW = 200;

export interface ReceiptTask {
  client: PublicClient;
  filters: Filters;
  faults: Faults;
  /** All receipts are read. */
  isThorough: boolean;
  onReceipts?: (done: number, total: number) => void;
}

/** Holds logs against the receipts of their transactions: gives them without what no receipt holds, and with what was missing. */
export async function confirmByReceipts(task: ReceiptTask, logs: SpanLogs): Promise<SpanLogs> {
  const hashes = [...new Set([...logs.market, ...logs.transfers].map((log) => log.transactionHash))];
  const nth = task.isThorough ? 1 : Math.min(EVERY_NTH, Math.ceil(hashes.length / FEW));
  // No node knows which ones.
  const first = Math.floor(Math.random() * nth);
  const chosen = hashes.filter((_, index) => index % nth === first);
  let confirmed = logs;
  for (let at = 0; at < chosen.length; at += RECEIPTS_AT_ONCE) {
    const part = chosen.slice(at, at + RECEIPTS_AT_ONCE);
    const receipts = await inChunks(part, (tx) => receiptOf(task, tx));
    confirmed = holdAgainst(
      task,
      confirmed,
      receipts.filter((each) => each !== undefined),
    );
    task.onReceipts?.(at + part.length, chosen.length);
  }
  return confirmed;
}

const RECEIPTS_AT_ONCE = 1_000;

/** A receipt that the node does not give is a fault: it gave the log. */
async function receiptOf({ client, faults }: ReceiptTask, tx: Hex): Promise<NodeReceipt | undefined> {
  try {
    return await readReceipt(client, tx);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'node.nullAnswer' && code !== 'node.malformed') throw error;
    faults.add('node.receiptMissing', 'the receipt of a transaction that has logs', 'null', tx);
    return undefined;
  }
}

function holdAgainst({ filters, faults }: ReceiptTask, logs: SpanLogs, receipts: NodeReceipt[]): SpanLogs {
  const byTx = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]));
  const isConfirmed = (log: NodeLog): boolean => {
    const receipt = byTx.get(log.transactionHash);
    if (receipt === undefined || isIn(receipt, log)) return true;
    const where = `log ${log.logIndex} of block ${log.blockNumber}`;
    const found = receipt.status === '0x0' ? `${where} of a reverted one` : `${where}, which is not`;
    faults.add(
      'node.receipt',
      'logs that the receipt of their transaction holds',
      found,
      log.transactionHash,
    );
    return false;
  };
  const given = { market: logs.market.filter(isConfirmed), transfers: logs.transfers.filter(isConfirmed) };
  return addMissing(
    filters,
    receipts.flatMap(({ logs: held }) => held),
    given,
    faults,
  );
}

const isIn = ({ logs, status }: NodeReceipt, log: NodeLog): boolean =>
  status !== '0x0' && logs.some((each) => isSameLog(each, log));
