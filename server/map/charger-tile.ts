import type { Selectable } from 'kysely';
import type { Db, Tables } from '../db.ts';
import { encodeTile } from '../http/mvt.ts';
import { keysPerCell } from './cells.ts';
import { type GridPoint, gridPoint, interleave, type TileAddress, tileRange, tileSide } from './morton.ts';

/** Units along the side of a tile. */
const EXTENT = 4_096;

/** A tile of at most so many chargers shows each by itself; a fuller one shows cells with several as clusters. */
const MOST_SINGLE = 256;

type CellRow = Selectable<Tables['mapCells']>;

/** What a tile tells of a charger. */
const TAGS = [
  'listingId',
  'status',
  'freshness',
  'pricePerKwh',
  'pricePerHour',
  'flatFee',
  'maxPowerW',
  'powerType',
  'connectorStandard',
] as const satisfies (keyof Tables['mapChargers'])[];

type TileCharger = Pick<Selectable<Tables['mapChargers']>, 'm' | (typeof TAGS)[number]>;

/** A vector tile of the chargers as they are stored now: `clusters` and `chargers`. Empty where there are none. */
export async function chargerTile(db: Db, tile: TileAddress): Promise<Uint8Array> {
  const cells = await cellsOf(db, tile);
  const total = cells.reduce((sum, cell) => sum + cell.chargerCount, 0);
  if (total === 0) return new Uint8Array();
  const isFull = total > MOST_SINGLE;
  const chargers = isFull ? await singlesOf(db, cells) : await chargersOf(db, tile);
  const clusters = isFull ? cells.filter((cell) => cell.chargerCount > 1) : [];
  const layers = {
    clusters: clusters.map((cell) => point(tile, middleOf(cell), clusterTags(cell))),
    chargers: chargers.map((charger) => point(tile, gridPoint(charger.m), chargerTags(charger))),
  };
  return encodeTile(layers, EXTENT);
}

function cellsOf(db: Db, tile: TileAddress): Promise<CellRow[]> {
  const { from, until } = tileRange(tile);
  const keys = keysPerCell(tile.z);
  return db
    .selectFrom('mapCells')
    .selectAll()
    .where('z', '=', tile.z)
    .where('cell', '>=', from / keys)
    .where('cell', '<', until / keys)
    .execute();
}

function chargersOf(db: Db, tile: TileAddress): Promise<TileCharger[]> {
  const { from, until } = tileRange(tile);
  return db
    .selectFrom('mapChargers')
    .select(['m', ...TAGS])
    .where('m', '>=', from)
    .where('m', '<', until)
    .orderBy('m')
    .limit(MOST_SINGLE)
    .execute();
}

/** Chargers that are alone in their cell: the sums of its coordinates are theirs, so that the key is known. */
async function singlesOf(db: Db, cells: readonly CellRow[]): Promise<TileCharger[]> {
  const keys = cells.filter((cell) => cell.chargerCount === 1).map((cell) => interleave(middleOf(cell)));
  if (keys.length === 0) return [];
  return db
    .selectFrom('mapChargers')
    .select(['m', ...TAGS])
    .where('m', 'in', keys)
    .execute();
}

const middleOf = ({ sumX, sumY, chargerCount }: CellRow): GridPoint => ({
  x: sumX / chargerCount,
  y: sumY / chargerCount,
});

/** A point feature at a position of the finest grid, in the units of its tile. */
function point(tile: TileAddress, { x, y }: GridPoint, tags: Record<string, string | number>) {
  const side = tileSide(tile.z);
  const units = (at: number, index: number) => Math.floor(((at - index * side) * EXTENT) / side);
  return { type: 1 as const, geometry: [[units(x, tile.x), units(y, tile.y)] as [number, number]], tags };
}

const clusterTags = (cell: CellRow) => ({
  n: cell.chargerCount,
  live: cell.liveCount,
  cheapest: cell.cheapestPerKwh ?? 0,
});

const chargerTags = ({ m, ...tags }: TileCharger) => tags;
