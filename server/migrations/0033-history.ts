import type { Kysely } from 'kysely';

/** How connectors were, for their hosts, and where people searched without a match. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connectorHistory')
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('health', 'text')
    .addPrimaryKeyConstraint('connectorAt', ['listingId', 'at'])
    .execute();
  await db.schema
    .createTable('demand')
    .addColumn('day', 'bigint', (c) => c.notNull())
    .addColumn('cell', 'text', (c) => c.notNull())
    .addColumn('searchCount', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('demandOfDay', ['day', 'cell'])
    .execute();
}
