import type { Kysely } from 'kysely';

/** Tables of the index, and what says which ledger it is of. */
const INDEX = ['bookings', 'listings', 'terms', 'accountMoves', 'ledgerBlocks', 'ledger'] as const;

/**
 * What a second reading of the ledger is compared with: a digest of all events up to each stored block. An index that was
 * made without it may have missed events that nothing would find, so it is emptied and made again. What agents and
 * people sent stays.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  for (const table of INDEX) await db.deleteFrom(table).execute();
  await db.schema
    .alterTable('ledgerBlocks')
    .addColumn('digest', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('ledger')
    .addColumn('verifiedTo', 'bigint', (c) => c.notNull().defaultTo(-1))
    .execute();
  await db.schema.alterTable('ledger').addColumn('contradiction', 'text').execute();
}
