import type { Kysely } from 'kysely';

/** Tables of the index, and what says which ledger it is of. */
const INDEX = ['bookings', 'listings', 'terms', 'accountMoves', 'ledgerBlocks', 'ledger'] as const;

/**
 * Bookings with an allowance, and what agents and drivers say about it. A market whose bookings have none has other
 * events: its index is emptied, and the configured market is indexed from its first block. What agents and people sent
 * stays.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  for (const table of INDEX) await db.deleteFrom(table).execute();
  await db.schema.alterTable('bookings').renameColumn('firstUnsignedCost', 'allowedCost').execute();
  await db.schema
    .alterTable('bookings')
    .addColumn('contested', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('bookings').addColumn('freedFromSlot', 'bigint').execute();
  await db.schema.alterTable('connectors').addColumn('host', 'text').execute();
  await db.schema.alterTable('sessions').addColumn('neededCost', 'text').execute();
  await db.schema
    .createTable('allowances')
    .addColumn('bookingId', 'text', (c) => c.primaryKey())
    .addColumn('cost', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addColumn('acceptedAt', 'bigint')
    .execute();
}
