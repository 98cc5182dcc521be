import { type RawBuilder, sql } from 'kysely';
import type { Hex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { Db } from '../db.ts';
import type { BoundingBox } from './bounding-box.ts';
import { DEEPEST_ZOOM, keysPerCell, ZOOM_OF_SINGLE_CELLS } from './cells.ts';
import { areaAround, distanceM, type Point } from './distance.ts';
import { conditionsOf, type Filters } from './find.ts';
import type { BookableWords } from './free-slots.ts';
import { inside } from './inside.ts';
import { type KeyRange, keyRanges, project } from './morton.ts';
import type { Prices } from './need.ts';

/** A charger on the map, as far as a quote needs it. */
export interface NearCharger extends Prices {
  listingId: Hex;
  isOffline: boolean;
  maxPowerW: number;
  distanceM: number;
  /** Weekly hours and booking terms as one text: see `wordsOf`. */
  words: string;
}

/** When a charger can be booked, from the text of both words. */
export const wordsOf = (words: string): BookableWords => ({
  weeklyHours: words.slice(0, words.length / 2),
  bookingTerms: words.slice(words.length / 2),
});

export interface Area {
  centre: Point;
  radiusM: number;
  /** What is left out does not matter. Without `free`: a quote says when its charger is. */
  filters?: Omit<Filters, 'free'>;
}

/** Below this the area is not made smaller: chargers of one cell have the same place. */
const LEAST_RADIUS_M = 50;

/**
 * The chargers of an area that can be booked. Where about `most` stand around its centre already, the area is made
 * smaller, so that no request looks at more than `most` rows.
 */
export async function chargersAround(
  db: Db,
  area: Area,
  most: number,
): Promise<{ near: NearCharger[]; searchedRadiusM: number }> {
  let { radiusM } = area;
  let box = areaAround(area.centre, radiusM);
  while (radiusM > LEAST_RADIUS_M && (await isFuller(db, box, most))) {
    radiusM = Math.floor(radiusM / 2);
    box = areaAround(area.centre, radiusM);
  }
  const rows = await readBox(db, box, most, area.filters ?? {});
  return { near: withinRadius(rows, area.centre, radiusM), searchedRadiusM: radiusM };
}

/** Fields are named one by one: copying the rest of so many rows takes longer than all their prices. */
function withinRadius(rows: readonly NearRow[], centre: Point, radiusM: number): NearCharger[] {
  const near: NearCharger[] = [];
  for (const row of rows) {
    const { listingId, isOffline, maxPowerW, pricePerKwh, pricePerHour, flatFee, words, lat, lng } = row;
    const metres = distanceM(centre, { latitude: lat / 1e6, longitude: lng / 1e6 });
    if (metres > radiusM) continue;
    near.push({
      ...{ listingId, maxPowerW, pricePerKwh, pricePerHour, flatFee, words },
      isOffline: isOffline === 1,
      distanceM: metres,
    });
  }
  return near;
}

/** One range after the other: each is read along the primary key, and no condition with OR keeps a planner from it. */
const inRanges = (columns: RawBuilder<unknown>, ranges: readonly KeyRange[]): RawBuilder<unknown> =>
  sql.join(
    ranges.map(
      ({ from, until }) => sql`select ${columns} from map_chargers where m >= ${from} and m < ${until}`,
    ),
    sql` union all `,
  );

/**
 * Whether a box, with what its ranges of keys hold beside it, has more chargers than these: by the sums of cells, which
 * are read in less time than a thousand rows, and where it is not wide enough for cells by the rows.
 */
async function isFuller(db: Db, box: BoundingBox, most: number): Promise<boolean> {
  const ranges = keyRanges(box);
  const zoom = zoomOfCells(box);
  const counted = zoom > DEEPEST_ZOOM ? countOfRows(ranges, most) : sumOfCells(ranges, zoom);
  const { rows } = await counted.execute(db.withoutPlugins());
  return Number(rows[0]!.count) > most;
}

/** A box is about so many cells high, so that what its cells hold beside it is not much. */
const CELLS_HIGH = 16;

function zoomOfCells({ north, south }: BoundingBox): number {
  const cellsHigh = project(south, 0).y - project(north, 0).y + 1;
  return ZOOM_OF_SINGLE_CELLS - Math.floor(Math.log2(Math.max(1, cellsHigh / CELLS_HIGH)));
}

const countOfRows = (ranges: readonly KeyRange[], most: number) => sql<{ count: number }>`
  with near as (${inRanges(sql`m`, ranges)} limit ${most + 1}) select count(*) as count from near`;

function sumOfCells(ranges: readonly KeyRange[], zoom: number) {
  const keys = keysPerCell(zoom);
  let counted = 0;
  const sums = ranges.map(({ from, until }) => {
    const first = Math.max(counted, Math.floor(from / keys));
    counted = Math.ceil(until / keys);
    return sql`select charger_count from map_cells where z = ${zoom} and cell >= ${first} and cell < ${counted}`;
  });
  return sql<{ count: number }>`
    with near as (${sql.join(sums, sql` union all `)}) select coalesce(sum(charger_count), 0) as count from near`;
}

const COLUMNS = sql`listing_id, latitude_e6, longitude_e6, connector_standard, is_bookable, status, freshness, assurance_level,
  max_power_w, price_per_kwh, price_per_hour, flat_fee, weekly_hours, booking_terms`;

/** As few columns and texts as possible: handing over a row takes longer than to find it. */
const READ = sql`listing_id as "listingId", latitude_e6 as lat, longitude_e6 as lng,
  case when freshness = 'OFFLINE' then 1 else 0 end as "isOffline", max_power_w as "maxPowerW",
  price_per_kwh as "pricePerKwh", price_per_hour as "pricePerHour", flat_fee as "flatFee",
  weekly_hours || booking_terms as words`;

/** `lat` and `lng` in millionths of a degree. */
type NearRow = Omit<NearCharger, 'distanceM' | 'isOffline'> & { lat: number; lng: number; isOffline: 0 | 1 };

/**
 * At most `most` rows are looked at, those with another connector included, and those whose agent gave its consent to
 * another host: nobody could charge there.
 */
async function readBox(
  db: Db,
  box: BoundingBox,
  most: number,
  filters: NonNullable<Area['filters']>,
): Promise<NearRow[]> {
  const near = inRanges(COLUMNS, keyRanges(box));
  const conditions = [sql`is_bookable = 1`, ...inside(box), ...conditionsOf(filters)];
  const query = sql<NearRow>`
    with near as (${near} limit ${most}) select ${READ} from near where ${sql.join(conditions, sql` and `)}`;
  return (await query.execute(db.withoutPlugins())).rows;
}

/** What the map has of these chargers: the summary as JSON. */
export async function summariesById(
  db: Db,
  listingIds: readonly Hex[],
): Promise<Map<Hex, { summary: string; assuranceLevel: AssuranceLevel }>> {
  if (listingIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('mapChargers')
    .select(['listingId', 'summary', 'assuranceLevel'])
    .where('listingId', 'in', listingIds)
    .execute();
  return new Map(rows.map(({ listingId, ...known }) => [listingId, known]));
}
