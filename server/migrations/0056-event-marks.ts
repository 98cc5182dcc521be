import type { Kysely } from 'kysely';

/** What is to be told by webhook and push, noted where it changes. */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('eventMarks')
    .addColumn('markId', 'text', (c) => c.primaryKey())
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('messageSeq', 'integer')
    .execute();
}
