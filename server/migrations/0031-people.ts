import type { Kysely } from 'kysely';

/** What people tell about themselves and each other: never part of the index, erased on demand. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createProfiles(db);
  await createVaults(db);
  await createRatings(db);
  await createMessages(db);
  await createFaultReports(db);
}

async function createProfiles(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('profiles')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('about', 'text', (c) => c.notNull())
    .addColumn('photoId', 'text')
    .addColumn('updatedAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('photos')
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('photoId', 'text', (c) => c.notNull())
    .addColumn('listingId', 'text')
    .addColumn('contentType', 'text', (c) => c.notNull())
    .addColumn('width', 'integer', (c) => c.notNull())
    .addColumn('height', 'integer', (c) => c.notNull())
    .addColumn('bytes', 'bytea', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('photoOfAccount', ['account', 'photoId'])
    .execute();
  await db.schema.createIndex('photosById').on('photos').column('photoId').execute();
  await db.schema.createIndex('photosOfListing').on('photos').column('listingId').execute();
}

async function createVaults(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('vaults')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('bytes', 'bytea', (c) => c.notNull())
    .addColumn('updatedAt', 'bigint', (c) => c.notNull())
    .execute();
}

async function createRatings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ratings')
    .addColumn('bookingId', 'text', (c) => c.primaryKey())
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('driver', 'text', (c) => c.notNull())
    .addColumn('stars', 'integer', (c) => c.notNull())
    .addColumn('comment', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addColumn('ratedAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('ratingsOfListing')
    .on('ratings')
    .columns(['listingId', 'ratedAt', 'bookingId'])
    .execute();
  await db.schema.createIndex('ratingsOfDriver').on('ratings').column('driver').execute();
}

async function createMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('messages')
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('sender', 'text', (c) => c.notNull())
    .addColumn('toDriver', 'text', (c) => c.notNull())
    .addColumn('toHost', 'text', (c) => c.notNull())
    .addColumn('sentAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('messageOfBooking', ['bookingId', 'seq'])
    .execute();
  await db.schema.createIndex('messagesByAge').on('messages').column('sentAt').execute();
  await db.schema
    .createTable('messageKeys')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('publicKey', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('driverKeys')
    .addColumn('bookingId', 'text', (c) => c.primaryKey())
    .addColumn('driver', 'text', (c) => c.notNull())
    .addColumn('publicKey', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('driverKeysOf').on('driverKeys').column('driver').execute();
}

async function createFaultReports(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('faultReports')
    .addColumn('faultId', 'text', (c) => c.primaryKey())
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('reporter', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('comment', 'text', (c) => c.notNull())
    .addColumn('reportedAt', 'bigint', (c) => c.notNull())
    .addColumn('resolvedAt', 'bigint')
    .execute();
  await db.schema
    .createIndex('faultReportsOfListing')
    .on('faultReports')
    .columns(['listingId', 'reportedAt'])
    .execute();
  await db.schema.createIndex('faultReportsOfBooking').on('faultReports').column('bookingId').execute();
  await db.schema.createIndex('faultReportsOf').on('faultReports').column('reporter').execute();
}
