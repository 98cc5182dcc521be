import type { Kysely } from 'kysely';

/**
 * Indexes that a back-fill has taken away and builds at its end: see server/chain/deferred-indexes.ts. A later migration
 * that drops or replaces one of the index's tables may find it here instead: `drop index if exists`, and delete its row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deferredIndexes')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('definition', 'text', (c) => c.notNull())
    .execute();
}
