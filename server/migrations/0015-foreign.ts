import type { Kysely } from 'kysely';

/** Charging locations of others (OCPI), and how far each feed was read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('foreignFeeds')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('dueAt', 'bigint', (c) => c.notNull())
    .addColumn('generation', 'bigint', (c) => c.notNull())
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('etag', 'text')
    .addColumn('lastModified', 'text')
    .addColumn('readAt', 'bigint')
    .addColumn('locationCount', 'bigint', (c) => c.notNull())
    .addColumn('hiddenCount', 'bigint', (c) => c.notNull())
    .addColumn('refusedCount', 'bigint', (c) => c.notNull())
    .addColumn('refused', 'text', (c) => c.notNull())
    .addColumn('error', 'text')
    .execute();
  await createLocations(db);
}

async function createLocations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('foreignLocations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('feed', 'text', (c) => c.notNull())
    .addColumn('generation', 'bigint', (c) => c.notNull())
    .addColumn('m', 'bigint', (c) => c.notNull())
    .addColumn('latitudeE6', 'integer', (c) => c.notNull())
    .addColumn('longitudeE6', 'integer', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('maxPowerW', 'bigint')
    .addColumn('details', 'text', (c) => c.notNull())
    .addColumn('updatedAt', 'bigint')
    .execute();
  await db.schema.createIndex('foreignLocationsByKey').on('foreignLocations').column('m').execute();
  await db.schema
    .createIndex('foreignLocationsByFeed')
    .on('foreignLocations')
    .columns(['feed', 'generation'])
    .execute();
}
