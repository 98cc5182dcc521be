import type { Kysely } from 'kysely';

/** What a host states of VAT, and since when: a receipt takes it only for what was booked afterwards. */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('profiles').addColumn('vatBasisPoints', 'integer').execute();
  await db.schema.alterTable('profiles').addColumn('vatNumber', 'text').execute();
  await db.schema.alterTable('profiles').addColumn('vatSince', 'bigint').execute();
}
