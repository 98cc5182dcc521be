import { type Kysely, sql } from 'kysely';

/** Tables of the index, and what says which ledger it is of. */
const INDEX = ['bookings', 'listings', 'terms', 'accountMoves', 'ledgerBlocks', 'ledger'] as const;

/**
 * Who cancelled a booking, which only its event says: the index is emptied, and the market is indexed from its first
 * block. What agents and people sent stays. And what answers how a listing's bookings ended without reading them.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  for (const table of INDEX) await db.deleteFrom(table).execute();
  await db.schema.alterTable('bookings').addColumn('canceledBy', 'text').execute();
  await db.schema
    .createIndex('bookingsEnded')
    .on('bookings')
    .columns(['listingId', 'reservationStatus', 'canceledBy', 'contested', 'energyWh'])
    .where(sql.ref('endedAt'), 'is not', null)
    .where(sql.ref('untilBlock'), 'is', null)
    .execute();
}
