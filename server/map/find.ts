import { type RawBuilder, sql } from 'kysely';
import type { Hex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { ConnectorStandard } from '../../protocol/listing.ts';
import type { Db } from '../db.ts';
import type { BoundingBox } from './bounding-box.ts';
import { freeAmong } from './free-among.ts';
import type { BookableWords, Span } from './free-slots.ts';
import { inside } from './inside.ts';
import { type KeyRange, keyRanges } from './morton.ts';

/** The most rows that one request looks at; a filter that few fit is answered over several pages. */
const MOST_LOOKED_AT = 5_000;

/** What a charger must have. */
export interface Filters {
  connectors?: readonly ConnectorStandard[] | undefined;
  minPowerW?: number | undefined;
  /** Token units. */
  maxPricePerKwh?: number | undefined;
  assuranceLevels?: readonly AssuranceLevel[] | undefined;
  /** Its agent reports it as available now. */
  isAvailable?: boolean | undefined;
  /** One booking could hold it during this time. */
  free?: Span | undefined;
}

/** Where a page ended: pages are in the order of key and id. */
export interface Position {
  m: number;
  listingId: Hex;
}

export interface Page {
  chargers: FoundCharger[];
  /** Where the next page begins; null at the end. */
  next: Position | null;
}

/** A charger as a list has it: its position in the order of pages, and its ChargerSummary as JSON. */
export interface FoundCharger extends Position {
  summary: string;
}

type Found = FoundCharger & BookableWords;

export interface PageOptions {
  limit: number;
  /** Where the page before ended. */
  after?: Position | undefined;
  /** The most rows to look at. */
  lookAt?: number;
}

/** Open chargers in a box that fit, at most `limit`. A page may hold fewer, and none, though others follow. */
export async function findInBox(
  db: Db,
  box: BoundingBox,
  filters: Filters,
  { limit, after, lookAt = MOST_LOOKED_AT }: PageOptions,
): Promise<Page> {
  const looked = lookedAt(keyRanges(box), after);
  if (looked === undefined) return { chargers: [], next: null };
  const { free } = filters;
  const { columns, conditions } = fitting(filters);
  const words =
    free === undefined ? sql`` : sql`, weekly_hours as "weeklyHours", booking_terms as "bookingTerms"`;
  const { rows } = await sql<Found>`
    with looked as (${looked(columns)} limit ${lookAt})
    select m, listing_id as "listingId", summary ${words} from looked
    where ${sql.join([...inside(box), ...conditions], sql` and `)}
    order by m, listing_id limit ${limit + 1}`.execute(db.withoutPlugins());
  const page = rows.length > limit ? rows.slice(0, limit) : rows;
  const next = rows.length > limit ? page.at(-1)! : await endOf(db, looked(KEY), lookAt);
  return {
    chargers: free === undefined ? page : await freeOf(db, page, free),
    next: next === null ? null : { m: next.m, listingId: next.listingId },
  };
}

const KEY = sql`m, listing_id`;
const ALWAYS_READ = sql`m, listing_id, latitude_e6, longitude_e6, summary`;

/**
 * These columns of all rows of the ranges after a position, in order: the database merges the ranges, and stops where it
 * is told.
 */
function lookedAt(ranges: readonly KeyRange[], after: Position | undefined) {
  const left = ranges.filter(({ until }) => after === undefined || until > after.m);
  if (left.length === 0) return undefined;
  return (columns: RawBuilder<unknown>): RawBuilder<unknown> => {
    const branches = left.map(({ from, until }) =>
      after !== undefined && from <= after.m
        ? sql`select ${columns} from map_chargers
            where (m, listing_id) > (${after.m}, ${after.listingId}) and m < ${until}`
        : sql`select ${columns} from map_chargers where m >= ${from} and m < ${until}`,
    );
    return sql`${sql.join(branches, sql` union all `)} order by m, listing_id`;
  };
}

/** The last row that may be looked at, where more could follow. */
async function endOf(db: Db, looked: RawBuilder<unknown>, lookAt: number): Promise<Position | null> {
  const { rows } = await sql<Position>`
    with looked as (${looked} limit 1 offset ${lookAt - 1}) select m, listing_id as "listingId" from looked`.execute(
    db.withoutPlugins(),
  );
  return rows[0] ?? null;
}

/** The columns that a page with these filters reads: others would be copied at each merge. And its conditions. */
function fitting(filters: Filters) {
  const asked = askedOf(filters);
  const columns = [ALWAYS_READ, ...asked.map(([column]) => sql.ref(column))];
  if (filters.free !== undefined) columns.push(sql`weekly_hours, booking_terms`);
  return { columns: sql.join(columns), conditions: conditionsOf(filters) };
}

/** Columns of a row of the map, each with what must hold of it. */
function askedOf(filters: Omit<Filters, 'free'>): [column: string, condition: RawBuilder<unknown>][] {
  const { connectors, minPowerW, maxPricePerKwh, assuranceLevels, isAvailable } = filters;
  const asked: [string, RawBuilder<unknown>][] = [];
  if (connectors) asked.push(['connector_standard', sql`in (${sql.join([...connectors])})`]);
  if (minPowerW !== undefined) asked.push(['max_power_w', sql`>= ${minPowerW}`]);
  if (maxPricePerKwh !== undefined) asked.push(['price_per_kwh', sql`<= ${maxPricePerKwh}`]);
  if (assuranceLevels) asked.push(['assurance_level', sql`in (${sql.join([...assuranceLevels])})`]);
  if (isAvailable) asked.push(['status', sql`= 'AVAILABLE'`]);
  return asked;
}

/** What must hold of a row of the map; whether it is free is another query's. */
export const conditionsOf = (filters: Omit<Filters, 'free'>): RawBuilder<unknown>[] =>
  askedOf(filters).map(([column, condition]) => sql`${sql.ref(column)} ${condition}`);

/** Those of a page that can be booked during the span. */
async function freeOf(db: Db, page: readonly Found[], span: Span): Promise<FoundCharger[]> {
  const free = await freeAmong(db, page, span);
  return page.filter(({ listingId }) => free.has(listingId));
}
