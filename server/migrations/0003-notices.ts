import type { Kysely } from 'kysely';

/** What agents tell people: never part of the index, kept when the index is made anew. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('notices')
    .addColumn('noticeId', 'text', (c) => c.primaryKey())
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('bookingId', 'text')
    .addColumn('to', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('noticesOfListing').on('notices').columns(['listingId', 'at']).execute();
  await db.schema.createIndex('noticesOfBooking').on('notices').columns(['bookingId', 'at']).execute();
}
