import { type Kysely, sql } from 'kysely';

/** Webhooks and web push: who hears of what, and what waits to be sent. */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('subscriptions')
    .addColumn('subscriptionHash', 'text', (c) => c.primaryKey())
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('bookingId', 'text')
    .addColumn('endpoint', 'text', (c) => c.notNull())
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint')
    .addColumn('dueAt', 'bigint')
    .addColumn('queued', 'bigint', (c) => c.notNull())
    .addColumn('missed', 'bigint', (c) => c.notNull())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('endedAt', 'bigint')
    .addColumn('endedBecause', 'text')
    .execute();
  await db.schema.createIndex('subscriptionsOfAccount').on('subscriptions').column('account').execute();
  for (const column of ['bookingId', 'expiresAt', 'dueAt', 'endedAt'])
    await db.schema
      .createIndex(`subscriptionsBy${column[0]!.toUpperCase()}${column.slice(1)}`)
      .on('subscriptions')
      .column(column)
      .where(sql.ref(column), 'is not', null)
      .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('deliveryId', 'text', (c) => c.primaryKey())
    .addColumn('subscriptionHash', 'text', (c) => c.notNull())
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('doneAt', 'bigint')
    .execute();
  await db.schema
    .createIndex('deliveriesOfSubscription')
    .on('deliveries')
    .columns(['subscriptionHash', 'createdAt', 'deliveryId'])
    .execute();
  await db.schema
    .createIndex('deliveriesDone')
    .on('deliveries')
    .column('doneAt')
    .where(sql.ref('doneAt'), 'is not', null)
    .execute();
}
