import { type Kysely, sql } from 'kysely';

/** Indexes of before, which also hold the versions that ended. */
const REPLACED = [
  'listingsOnMap',
  'listingsOfTerms',
  'bookingsOfListing',
  'bookingsOfDriver',
  'bookingsOpening',
  'bookingsEnding',
] as const;

/**
 * Current versions have indexes of their own, so that reading them does not become slower with the history. A rolled
 * back block is found by the blocks in which versions began and ended.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  for (const name of REPLACED) await db.schema.dropIndex(name).execute();
  const current = sql.ref('untilBlock');
  await db.schema
    .createIndex('listingsCurrent')
    .unique()
    .on('listings')
    .column('listingId')
    .where(current, 'is', null)
    .execute();
  await indexCurrent(db, 'listings', 'listingsOnMap', ['latitudeE6', 'longitudeE6']);
  await indexCurrent(db, 'listings', 'listingsOfTerms', ['termsHash']);
  await indexCurrent(db, 'bookings', 'bookingsOfListing', ['listingId', 'endsAt']);
  await indexCurrent(db, 'bookings', 'bookingsOfDriver', ['driver', 'bookedAt']);
  await indexCurrent(db, 'bookings', 'bookingsOpening', ['opensAt']);
  await indexCurrent(db, 'bookings', 'bookingsEnding', ['endsAt']);
  for (const [name, column] of [
    ['openBookingsByStart', 'opensAt'],
    ['openBookingsOfTerms', 'termsHash'],
  ] as const) {
    await db.schema
      .createIndex(name)
      .on('bookings')
      .column(column)
      .where(current, 'is', null)
      .where(sql.ref('endedAt'), 'is', null)
      .execute();
  }
  for (const table of ['listings', 'bookings'] as const) {
    await db.schema.createIndex(`${table}FromBlock`).on(table).column('fromBlock').execute();
    await db.schema
      .createIndex(`${table}UntilBlock`)
      .on(table)
      .column('untilBlock')
      .where(current, 'is not', null)
      .execute();
  }
  await db.schema.createIndex('termsFromBlock').on('terms').column('fromBlock').execute();
}

/** An index of current versions only. */
// biome-ignore lint/suspicious/noExplicitAny: as above
async function indexCurrent(db: Kysely<any>, table: string, name: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex(name)
    .on(table)
    .columns(columns)
    .where(sql.ref('untilBlock'), 'is', null)
    .execute();
}
