import type { Kysely } from 'kysely';

/** Who stands behind a visit's energy. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('visits')
    .addColumn('tier', 'text', (c) => c.notNull().defaultTo('agent-signed'))
    .execute();
}
