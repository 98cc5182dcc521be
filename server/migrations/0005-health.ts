import type { Kysely } from 'kysely';

/** What agents tell of their connectors' health, as JSON. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('connectors').addColumn('health', 'text').execute();
}
