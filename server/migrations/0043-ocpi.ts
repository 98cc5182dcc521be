import { type Kysely, sql } from 'kysely';

/**
 * What OCPI's lists are in the order of: when the map's view of a charger changed, when a listing did, and when a booking
 * ended. And who may read them.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .alterTable('mapChargers')
    .addColumn('changedAt', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update map_chargers set changed_at = coalesce(
    (select updated_at from listings l where l.listing_id = map_chargers.listing_id and l.until_block is null), 0)`.execute(
    db,
  );
  await db.schema
    .createIndex('mapChargersByTime')
    .on('mapChargers')
    .columns(['changedAt', 'listingId'])
    .execute();
  // Each is of the rows of its list alone: an index that begins with a state would be taken by questions about others.
  await sql`create index listings_open_by_update on listings (updated_at, listing_id)
    where until_block is null and status = 1`.execute(db);
  await sql`create index listings_closed_by_update on listings (updated_at, listing_id)
    where until_block is null and status <> 1`.execute(db);
  await sql`create index bookings_by_end on bookings (ended_at, booking_id)
    where until_block is null and ended_at is not null`.execute(db);
  await db.schema
    .createTable('ocpiParties')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('tokenHash', 'text', (c) => c.notNull())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('registeredAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('ocpiPartiesByToken').unique().on('ocpiParties').column('tokenHash').execute();
}
