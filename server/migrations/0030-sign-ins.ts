import { type Kysely, sql } from 'kysely';

/** When a sign-in's token is replaced: null once it was. Those that exist already are replaced when they are used next. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('signIns').addColumn('renewAt', 'bigint').execute();
  await sql`update sign_ins set renew_at = 0`.execute(db);
  await db.schema.createIndex('signInsOf').on('signIns').column('address').execute();
}
