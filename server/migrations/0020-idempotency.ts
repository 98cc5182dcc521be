import type { Kysely } from 'kysely';

/** Answers to writes that carried an `Idempotency-Key`. While `status` is null, the first request is being answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('answeredRequests')
    .addColumn('requestKey', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('requestHash', 'text', (c) => c.notNull())
    .addColumn('startedAt', 'bigint', (c) => c.notNull())
    .addColumn('status', 'integer')
    .addColumn('body', 'text')
    .execute();
  await db.schema.createIndex('answeredRequestsByAge').on('answeredRequests').column('startedAt').execute();
  await db.schema.createIndex('answeredRequestsByAccount').on('answeredRequests').column('account').execute();
}
