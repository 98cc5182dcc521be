import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GridCharger, tileDifferences } from '../../../audit/api/tile-differences.ts';
import { gridPoint, isIn, type TileAddress, tileAt } from '../../../audit/api/tile-grid.ts';
import { readPoints, type TilePoint } from '../../../audit/api/vector-tile.ts';
import type { Db } from '../../../server/db.ts';
import { chargerTile } from '../../../server/map/charger-tile.ts';
import { markChargers } from '../../../server/map/dirty.ts';
import { keepBatch } from '../../../server/map/pyramid.ts';
import { drawing } from '../../server/map/quote-world.ts';
import { type ListingRow, listingIdFor, openNewDatabase, putListingRows } from '../../server/map/rows.ts';
import { TARIFF } from '../../support/market.ts';
import { decodeTile } from '../../support/mvt.ts';

const draw = drawing(7);

/** A crowded town, its surroundings, a few beyond the edge of the map, and one far away. */
const ROWS: ListingRow[] = Array.from({ length: 700 }, (_, id) => ({
  id: id + 1,
  latitudeE6:
    id === 5
      ? -30_000_000
      : id < 5
        ? 89_000_000
        : 52_520_000 + (draw(2) === 0 ? draw(20_000) : draw(9_000_000) - 4_500_000),
  longitudeE6: 13_400_000 + (draw(2) === 0 ? draw(20_000) : draw(9_000_000)),
  pricePerKwh: 200_000 + draw(300_000),
}));

const CHARGERS: GridCharger[] = ROWS.map((row) => ({
  listingId: listingIdFor(row.id),
  tariff: { ...TARIFF, pricePerKwh: BigInt(row.pricePerKwh!) },
  ...{ maxPowerW: 11_000, powerType: 'AC_3_PHASE', connectorStandard: 'IEC_62196_T2' },
  grid: gridPoint({ latitude: row.latitudeE6 / 1e6, longitude: row.longitudeE6 / 1e6 }),
}));

let db: Db;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ db, stop } = await openNewDatabase());
  await putListingRows(db, ROWS);
  await markChargers(
    db,
    CHARGERS.map(({ listingId }) => listingId),
  );
  while ((await keepBatch(db, 1_000)).looked > 0);
});
afterAll(() => stop());

const chargersIn = (tile: TileAddress) => CHARGERS.filter(({ grid }) => isIn(tile, grid));

const tiles = (): TileAddress[] => {
  const all = Array.from({ length: 15 }, (_, z) =>
    [0, 3, 100, 300, 699].map((i) => tileAt(CHARGERS[i]!.grid, z)),
  );
  return [...new Map(all.flat().map((tile) => [Object.values(tile).join('/'), tile])).values()];
};

test('tiles of all zooms show what the audit expects, clusters and single chargers, and are read as by the library', async () => {
  let clusters = 0;
  for (const tile of tiles()) {
    const bytes = await chargerTile(db, tile);
    const points = readPoints(bytes);
    expect(tileDifferences(tile, chargersIn(tile), points)).toEqual([]);
    const read = Object.entries(decodeTile(bytes)).flatMap(([layer, features]) =>
      features.map(({ properties, geometry }) => ({ layer, tags: properties, ...geometry[0]![0]! })),
    );
    expect(points.map(({ extent: _, ...point }) => point)).toEqual(read.map((one) => ({ ...one })));
    clusters += points.filter(({ layer }) => layer === 'clusters').length;
  }
  expect(clusters).toBeGreaterThan(50);
});

const WORLD = { z: 0, x: 0, y: 0 };
const OF_THE_AGENTS = new Set(['status', 'freshness']);

/** Each way in which one point of a tile could be another one. */
function changesOf(point: TilePoint): TilePoint[] {
  const tags = Object.entries(point.tags).filter(([name]) => !OF_THE_AGENTS.has(name));
  const changed = tags.map(([name, value]) => ({
    ...point,
    tags: { ...point.tags, [name]: typeof value === 'number' ? value + 1_000 : `${String(value)}X` },
  }));
  return [...changed, { ...point, x: point.x + 1 }, { ...point, y: point.y + 1 }];
}

test('each value of a cluster and of a charger beside it is named, a point too many, and one too few', async () => {
  const points = readPoints(await chargerTile(db, WORLD));
  const differing = (changed: readonly TilePoint[]) => tileDifferences(WORLD, CHARGERS, changed);
  expect(new Set(points.map(({ layer }) => layer))).toEqual(new Set(['clusters', 'chargers']));
  for (const [i, point] of points.entries()) {
    for (const other of changesOf(point)) expect(differing(points.with(i, other))).not.toEqual([]);
    expect(differing(points.toSpliced(i, 1))).toMatchObject([{ code: 'api.missing' }]);
    expect(differing([...points, point])).toMatchObject([{ code: 'api.extra' }]);
  }
});

test('a tile that ends too early, has other things than points, or is something else, is refused', async () => {
  const bytes = await chargerTile(db, WORLD);
  expect(() => readPoints(bytes.subarray(0, bytes.length - 3))).toThrow(RangeError);
  expect(() => readPoints(new TextEncoder().encode('hello'))).toThrow();
  expect(() => readPoints(new Uint8Array(20).fill(0xff))).toThrow(RangeError);
});
