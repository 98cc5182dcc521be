import { type Kysely, sql } from 'kysely';

/**
 * What is looked up by another column than the key: the terms of an agent that connects, sign-ins that expired, and
 * readings that both have signed.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema.createIndex('termsOfAgent').on('terms').column('agentKey').execute();
  for (const table of ['signInNonces', 'signIns'])
    await db.schema.createIndex(`${table}ByExpiry`).on(table).column('expiresAt').execute();
  await db.schema
    .createIndex('readingsCosigned')
    .on('readings')
    .columns(['bookingId', 'seq'])
    .where(sql.ref('sessionSignature'), 'is not', null)
    .execute();
}
