import { type Kysely, sql } from 'kysely';

/**
 * What makes writing the index dear without need. Versions that ended are found by their ids, through the versions that
 * followed them; only a booking that is open changes at its start or end. And the map of a market that is
 * indexed for the first time is drawn at the end, once for each listing: see `redrawFrom` in server/db.ts.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  for (const name of ['listingsUntilBlock', 'bookingsUntilBlock', 'bookingsOpening', 'bookingsEnding'])
    await db.schema.dropIndex(name).execute();
  await db.schema
    .createIndex('openBookingsByEnd')
    .on('bookings')
    .column('endsAt')
    .where(sql.ref('untilBlock'), 'is', null)
    .where(sql.ref('endedAt'), 'is', null)
    .execute();
  await db.schema.alterTable('mapState').addColumn('redrawFrom', 'text').execute();
}
