import type { Hex, TransactionReceipt } from 'viem';
import type { Tx } from '../db.ts';
import { callsOf, changeCall, requeue } from './calls-store.ts';
import { broadcast, type OutboxParts } from './parts.ts';
import { undoReorged } from './reorgs.ts';
import { replace } from './replace.ts';
import {
  changeNonce,
  changeTransaction,
  type OutboxTransaction,
  sentTransactions,
  transactionsOf,
} from './transactions-store.ts';
import type { OutboxCall, Outcome } from './types.ts';

/** A node may know the number of an account's transactions before their receipts. */
const LOST_SEC = 30;
/** Blocks that a transaction must have missed before it is replaced: a ledger that halts asks for no higher fee. */
const MISSED_BLOCKS = 2;
/** A call whose transaction failed is tried so often, each time after the ledger was asked again. */
const MAX_ATTEMPTS = 3;

/** The head of the ledger. */
export interface Head {
  number: number;
  hash: Hex;
}

/** Brings what was sent to its end: mined, replaced by what offers more, handed over again, or queued again. */
export async function track(parts: OutboxParts, last: Head | undefined): Promise<Head> {
  const { db, client, sender, account } = parts;
  const block = await client.getBlock({ blockTag: 'latest' });
  const head = { number: Number(block.number), hash: block.hash };
  if (block.hash !== last?.hash && block.parentHash !== last?.hash) await undoReorged(parts, head.number);
  const sent = await sentTransactions(db, sender);
  if (sent.length === 0) return head;
  const mined = await client.getTransactionCount({ address: account.address, blockTag: 'latest' });
  for (const [nonce, ofNonce] of Map.groupBy(sent, (transaction) => transaction.nonce)) {
    if (nonce < mined) await settle(parts, nonce);
    else await push(parts, ofNonce.at(-1)!, head.number);
  }
  return head;
}

const receiptOf = ({ client }: OutboxParts, hash: Hex): Promise<TransactionReceipt | undefined> =>
  client.getTransactionReceipt({ hash }).catch((error: Error) => {
    if (error.name === 'TransactionReceiptNotFoundError') return undefined;
    throw error;
  });

/** The nonce is used: by one of our transactions, or by a stranger to this outbox with the same key. */
async function settle(parts: OutboxParts, nonce: number): Promise<void> {
  const { db, sender, log, now } = parts;
  const all = await transactionsOf(db, sender, nonce);
  for (const transaction of all) {
    const receipt = await receiptOf(parts, transaction.transactionHash);
    if (receipt !== undefined) return end(parts, transaction, receipt, all);
  }
  if (all.some(({ signedAt }) => now() - signedAt < LOST_SEC)) return;
  log.warn({ nonce }, 'outbox: another transaction of this key has the nonce: its calls are sent again');
  await db.transaction().execute(async (tx) => {
    await changeNonce(tx, sender, nonce, { status: 'LOST' });
    await requeuePlans(tx, all);
  });
}

/** What these transactions were to do, others did not do in their place. */
async function requeuePlans(tx: Tx, lost: readonly OutboxTransaction[]): Promise<void> {
  for (const planHash of new Set(lost.map((transaction) => transaction.planHash))) {
    const calls = await callsOf(tx, planHash);
    await requeue(
      tx,
      calls.filter(({ status }) => status === 'SENT'),
    );
  }
}

/** What a receipt says of the costs; on rollups of the OP Stack with the fee for the bytes. */
function costOf({ gasUsed, effectiveGasPrice, ...more }: TransactionReceipt): bigint {
  const { l1Fee } = more as { l1Fee?: string };
  return gasUsed * effectiveGasPrice + BigInt(l1Fee ?? 0);
}

async function end(
  { db, sender, rules, log }: OutboxParts,
  { nonce, planHash }: OutboxTransaction,
  receipt: TransactionReceipt,
  ofNonce: readonly OutboxTransaction[],
): Promise<void> {
  const calls = await callsOf(db, planHash);
  const outcomes = rules.outcomesOf(receipt, calls);
  const cost = costOf(receipt);
  const parts = BigInt(Math.max(1, calls.length));
  const share = { cost: cost / parts, gasUsed: receipt.gasUsed / parts };
  const blockNumber = Number(receipt.blockNumber);
  await db.transaction().execute(async (tx) => {
    await changeNonce(tx, sender, nonce, { status: 'REPLACED' });
    const mined = { blockNumber, blockHash: receipt.blockHash, cost: String(cost) };
    await changeTransaction(tx, receipt.transactionHash, { status: 'MINED', ...mined });
    await requeuePlans(
      tx,
      ofNonce.filter((other) => other.planHash !== planHash),
    );
    for (const [i, call] of calls.entries()) {
      const outcome = outcomes[i]!;
      if (isTriedAgain(call, outcome)) {
        await requeue(tx, [call]);
        continue;
      }
      const { transactionHash } = receipt;
      await changeCall(tx, call.callId, { ...ended(outcome), blockNumber, transactionHash });
      await rules.onEnd(tx, call, share);
    }
  });
  log.debug({ nonce, transactionHash: receipt.transactionHash, status: receipt.status }, 'outbox: mined');
}

/** Without a cause from the ledger the next estimate shows whether it can be done. */
const isTriedAgain = ({ attempts }: OutboxCall, { isDone, error }: Outcome): boolean =>
  !isDone && error === undefined && attempts + 1 < MAX_ATTEMPTS;

const ended = ({ isDone, error }: Outcome) => ({
  status: isDone ? ('DONE' as const) : ('REVERTED' as const),
  error: error === undefined ? null : JSON.stringify(error),
});

/** A transaction that waits: nodes may have dropped it, and it may offer too little. */
async function push(parts: OutboxParts, newest: OutboxTransaction, headNumber: number): Promise<void> {
  const { client, settings, market, now } = parts;
  const { transactionHash: hash, signedAt, signedBlock } = newest;
  const known = await client.getTransaction({ hash }).catch((error: Error) => {
    if (error.name === 'TransactionNotFoundError') return undefined;
    throw error;
  });
  if (known === undefined) await broadcast(parts, newest);
  const isStuck = now() - signedAt >= settings.stuckSec && headNumber >= signedBlock + MISSED_BLOCKS;
  if (isStuck) await replace(parts, newest, await market.price(), headNumber);
}
