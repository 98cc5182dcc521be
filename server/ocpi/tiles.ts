import type { GeoJSONVTFeature } from '@maplibre/geojson-vt';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db.ts';
import { encodeTile } from '../http/mvt.ts';
import { gridPoint, type TileAddress, tileRange, tileSide } from '../map/morton.ts';

/** Coordinates of a tile go from 0 to this. */
const EXTENT = 4_096;
/** From this zoom on a tile has all its locations, up to a number that no place has. */
const WHOLE_FROM_ZOOM = 12;
const MOST_LOCATIONS = 2_000;
/** Below it, one location for each of 32 × 32 cells of a tile. */
const CELL_ZOOMS = 5;

interface ShownRow {
  id: string;
  m: number;
  status: string;
  maxPowerW: number | null;
}

/** The foreign locations of a tile; where there are many, one for each place on the map. */
export async function foreignTile(db: Db, tile: TileAddress): Promise<Uint8Array> {
  const rows = await (tile.z < WHOLE_FROM_ZOOM ? thinnedRows(db, tile) : allRows(db, tile));
  return encodeTile({ foreign: rows.map((row) => toFeature(row, tile)) }, EXTENT);
}

const allRows = (db: Db, tile: TileAddress): Promise<ShownRow[]> => {
  const { from, until } = tileRange(tile);
  return db
    .selectFrom('foreignLocations')
    .select(['id', 'm', 'status', 'maxPowerW'])
    .where('m', '>=', from)
    .where('m', '<', until)
    .orderBy('m')
    .limit(MOST_LOCATIONS)
    .execute();
};

/**
 * Steps from the first location of a cell to the first one behind that cell, by the index: it costs what it returns,
 * however many locations a tile has.
 */
async function thinnedRows(db: Db, tile: TileAddress): Promise<ShownRow[]> {
  const { from, until } = tileRange(tile);
  const cell = sql.lit((until - from) / 4 ** CELL_ZOOMS);
  const firstFrom = (key: RawBuilder<unknown>) =>
    sql`(select min(m) from foreign_locations where m >= ${key} and m < ${sql.lit(until)})`;
  const { rows } = await sql<ShownRow>`
    with recursive firsts(m) as (
      select ${firstFrom(sql.lit(from))}
      union all
      select ${firstFrom(sql`(firsts.m / ${cell} + 1) * ${cell}`)} from firsts where firsts.m is not null
    )
    select id, foreign_locations.m as m, status, max_power_w
    from firsts join foreign_locations on foreign_locations.m = firsts.m
    limit ${sql.lit(MOST_LOCATIONS)}`.execute(db);
  return rows;
}

function toFeature({ id, m, status, maxPowerW }: ShownRow, { z, x, y }: TileAddress): GeoJSONVTFeature {
  const point = gridPoint(m);
  const inTile = (at: number, tile: number) => Math.round((at / tileSide(z) - tile) * EXTENT);
  // They cannot be booked here: each one says that it is foreign.
  const tags = { id, status, isForeign: true, ...(maxPowerW === null ? {} : { maxPowerW }) };
  return { type: 1, tags, geometry: [[inTile(point.x, x), inTile(point.y, y)]] };
}
