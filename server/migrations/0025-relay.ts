import type { Kysely } from 'kysely';

/**
 * Calls that this server sends and pays for, kept before they are sent; the transactions that carry them; how often a
 * relayer was used and what it gave away, by day; and what calls cost in gas. Wei is decimal text: it may exceed 64 bits.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createCalls(db);
  await createTransactions(db);
  await db.schema
    .createTable('relayCounts')
    .addColumn('day', 'bigint', (c) => c.notNull())
    .addColumn('countKey', 'text', (c) => c.notNull())
    .addColumn('calls', 'bigint', (c) => c.notNull())
    .addColumn('spentGwei', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('relayCountOfDay', ['day', 'countKey'])
    .execute();
  await db.schema
    .createTable('relayGas')
    .addColumn('functionName', 'text', (c) => c.primaryKey())
    .addColumn('gas', 'bigint', (c) => c.notNull())
    .execute();
}

async function createCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outboxCalls')
    .addColumn('callId', 'text', (c) => c.primaryKey())
    .addColumn('sender', 'text', (c) => c.notNull())
    .addColumn('toAddress', 'text', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .addColumn('functionName', 'text', (c) => c.notNull())
    .addColumn('gas', 'bigint', (c) => c.notNull())
    .addColumn('dataFee', 'text', (c) => c.notNull())
    .addColumn('cover', 'text', (c) => c.notNull())
    .addColumn('allowance', 'text')
    .addColumn('reservedGwei', 'bigint', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('attempts', 'bigint', (c) => c.notNull())
    .addColumn('checkedAt', 'bigint', (c) => c.notNull())
    .addColumn('receivedAt', 'bigint', (c) => c.notNull())
    .addColumn('planHash', 'text')
    .addColumn('itemIndex', 'bigint')
    .addColumn('transactionHash', 'text')
    .addColumn('blockNumber', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await index(db, 'outboxCalls', 'outboxCallsByStatus', ['sender', 'status', 'receivedAt']);
  await index(db, 'outboxCalls', 'outboxCallsByPlan', ['planHash']);
  await index(db, 'outboxCalls', 'outboxCallsByAge', ['receivedAt']);
}

async function createTransactions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outboxTransactions')
    .addColumn('transactionHash', 'text', (c) => c.primaryKey())
    .addColumn('sender', 'text', (c) => c.notNull())
    .addColumn('nonce', 'bigint', (c) => c.notNull())
    .addColumn('planHash', 'text', (c) => c.notNull())
    .addColumn('raw', 'text', (c) => c.notNull())
    .addColumn('gas', 'bigint', (c) => c.notNull())
    .addColumn('dataFee', 'text', (c) => c.notNull())
    .addColumn('maxFeePerGas', 'text', (c) => c.notNull())
    .addColumn('maxPriorityFeePerGas', 'text', (c) => c.notNull())
    .addColumn('cover', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('signedAt', 'bigint', (c) => c.notNull())
    .addColumn('signedBlock', 'bigint', (c) => c.notNull())
    .addColumn('blockNumber', 'bigint')
    .addColumn('blockHash', 'text')
    .addColumn('cost', 'text')
    .execute();
  await index(db, 'outboxTransactions', 'outboxTransactionsByStatus', ['sender', 'status', 'blockNumber']);
  await index(db, 'outboxTransactions', 'outboxTransactionsByNonce', ['sender', 'nonce']);
  await index(db, 'outboxTransactions', 'outboxTransactionsByAge', ['signedAt']);
}

const index = (db: Kysely<unknown>, table: string, name: string, columns: string[]) =>
  db.schema.createIndex(name).on(table).columns(columns).execute();
