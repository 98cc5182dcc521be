import type { Kysely } from 'kysely';

/** Several events of one second are sent in the order in which they were queued. */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .alterTable('deliveries')
    .addColumn('number', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.dropIndex('deliveriesOfSubscription').execute();
  await db.schema
    .createIndex('deliveriesInOrder')
    .on('deliveries')
    .columns(['subscriptionHash', 'number', 'createdAt', 'deliveryId'])
    .execute();
}
