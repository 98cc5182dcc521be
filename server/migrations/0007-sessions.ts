import type { Kysely } from 'kysely';

/** Renames: a driver's charge is a session, as in OCPI; what a signed-in browser holds is a sign-in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').renameTo('signIns').execute();
  await db.schema.alterTable('visits').renameTo('sessions').execute();
  await db.schema.alterTable('sessions').renameColumn('tier', 'assuranceLevel').execute();
}
