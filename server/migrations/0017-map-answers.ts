import { type Kysely, sql } from 'kysely';

/**
 * What lists and quotes answer with stands in the map's rows: the summary as JSON, and the words that say when a charger
 * can be booked. Rows that are there already get what the keeper would write.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['summary', 'weeklyHours', 'bookingTerms']) {
    await db.schema
      .alterTable('mapChargers')
      .addColumn(column, 'text', (c) => c.notNull().defaultTo(''))
      .execute();
  }
  await db.schema
    .alterTable('mapChargers')
    .addColumn('isBookable', 'integer', (c) => c.notNull().defaultTo(1))
    .execute();
  await sql`
    update map_chargers set summary = ${SUMMARY},
      weekly_hours = coalesce((select weekly_hours ${LISTING}), ''),
      booking_terms = coalesce((select booking_terms ${LISTING}), ''),
      is_bookable = case when exists (select 1 ${LISTING} and exists (
        select 1 from connectors where connectors.listing_id = listings.listing_id
          and connectors.agent_key = terms.agent_key and connectors.host <> terms.host)) then 0 else 1 end`.execute(
    db,
  );
}

const LISTING = sql`from listings join terms on terms.terms_hash = listings.terms_hash
  where listings.listing_id = map_chargers.listing_id and listings.until_block is null`;

/** Millionths of a degree as degrees with six digits. */
const degrees = (column: string) => {
  const e6 = sql.ref(column);
  return sql`(case when ${e6} < 0 then '-' else '' end || (abs(${e6}) / 1000000) || '.'
    || substr(cast(1000000 + abs(${e6}) % 1000000 as text), 2))`;
};

const SUMMARY = sql`'{"listingId":"' || listing_id || '","status":"' || status || '","freshness":"' || freshness
  || '","h3Cell":"' || h3_cell || '","latitude":"' || ${degrees('latitude_e6')}
  || '","longitude":"' || ${degrees('longitude_e6')} || '","connectorStandard":"' || connector_standard
  || '","powerType":"' || power_type || '","maxPowerW":' || max_power_w || ',"pricePerKwh":"' || price_per_kwh
  || '","pricePerHour":"' || price_per_hour || '","flatFee":"' || flat_fee || '"}'`;
