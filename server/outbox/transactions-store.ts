import type { Selectable } from 'kysely';
import type { Address, Hex } from 'viem';
import type { Db, Tx } from '../db.ts';
import type { OutboxTransactionsTable } from '../tables/outbox.ts';

export type OutboxTransaction = Selectable<OutboxTransactionsTable>;

export async function addTransaction(tx: Tx, transaction: OutboxTransaction): Promise<void> {
  await tx.insertInto('outboxTransactions').values(transaction).execute();
}

/** Signed and not known to be mined, by nonce, the newest of a nonce last. */
export const sentTransactions = (db: Db | Tx, sender: Address): Promise<OutboxTransaction[]> =>
  db
    .selectFrom('outboxTransactions')
    .selectAll()
    .where('sender', '=', sender)
    .where('status', '=', 'SENT')
    .orderBy('nonce')
    .orderBy('signedAt')
    .execute();

export const transactionsOf = (db: Db, sender: Address, nonce: number): Promise<OutboxTransaction[]> =>
  db
    .selectFrom('outboxTransactions')
    .selectAll()
    .where('sender', '=', sender)
    .where('nonce', '=', nonce)
    .execute();

/** Nonces that are not below this one and belong to transactions kept here, mined ones that a reorg undid included. */
export async function noncesFrom(db: Db, sender: Address, nonce: number): Promise<Set<number>> {
  const rows = await db
    .selectFrom('outboxTransactions')
    .select('nonce')
    .where('sender', '=', sender)
    .where('nonce', '>=', nonce)
    .where('status', 'in', ['SENT', 'MINED'])
    .execute();
  return new Set(rows.map((row) => row.nonce));
}

type Change = Partial<Pick<OutboxTransaction, 'status' | 'blockNumber' | 'blockHash' | 'cost'>>;

/** Changes all transactions of a nonce. */
export async function changeNonce(tx: Tx, sender: Address, nonce: number, change: Change): Promise<void> {
  await tx
    .updateTable('outboxTransactions')
    .set(change)
    .where('sender', '=', sender)
    .where('nonce', '=', nonce)
    .execute();
}

export async function changeTransaction(tx: Tx, transactionHash: Hex, change: Change): Promise<void> {
  await tx
    .updateTable('outboxTransactions')
    .set(change)
    .where('transactionHash', '=', transactionHash)
    .execute();
}

/** The mined ones above a block. */
export const minedAbove = (db: Db, sender: Address, blockNumber: number): Promise<OutboxTransaction[]> =>
  db
    .selectFrom('outboxTransactions')
    .selectAll()
    .where('sender', '=', sender)
    .where('status', '=', 'MINED')
    .where('blockNumber', '>', blockNumber)
    .execute();
