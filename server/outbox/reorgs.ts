import { callsOf, changeCall } from './calls-store.ts';
import type { OutboxParts } from './parts.ts';
import { changeTransaction, minedAbove, type OutboxTransaction } from './transactions-store.ts';

/** What is so many blocks below the head is not looked at any more. */
const LOOKED_AT_BLOCKS = 128;

/** Looks whether the blocks of mined transactions are still the ledger's, and takes those that are not as sent only. */
export async function undoReorged(parts: OutboxParts, headNumber: number): Promise<void> {
  const { db, sender } = parts;
  const mined = await minedAbove(db, sender, headNumber - LOOKED_AT_BLOCKS);
  for (const [blockNumber, inBlock] of Map.groupBy(mined, (transaction) => transaction.blockNumber!)) {
    const hash = await hashAt(parts, blockNumber, headNumber);
    for (const transaction of inBlock) {
      if (transaction.blockHash !== hash) await undo(parts, transaction);
    }
  }
}

async function hashAt({ client }: OutboxParts, blockNumber: number, headNumber: number) {
  if (blockNumber > headNumber) return undefined;
  const { hash } = await client.getBlock({ blockNumber: BigInt(blockNumber) });
  return hash;
}

async function undo({ db, log }: OutboxParts, transaction: OutboxTransaction): Promise<void> {
  const { nonce, transactionHash, planHash } = transaction;
  log.warn({ nonce, transactionHash }, 'outbox: the ledger lost a transaction: it is sent again');
  await db.transaction().execute(async (tx) => {
    await changeTransaction(tx, transactionHash, { status: 'SENT', blockNumber: null, blockHash: null });
    for (const { callId } of await callsOf(tx, planHash)) {
      await changeCall(tx, callId, { status: 'SENT', blockNumber: null, error: null, transactionHash });
    }
  });
}
