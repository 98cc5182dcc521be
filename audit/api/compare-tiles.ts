import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import { type Difference, extra, mismatch } from './differences.ts';
import { type Draw, oneOf, type Sample, someOf } from './drawing.ts';
import { chargersOnMap } from './placed-charger.ts';
import { type ApiSource, getBytes } from './source.ts';
import { type GridCharger, tileDifferences, tilePath } from './tile-differences.ts';
import { gridPoint, isIn, type TileAddress, tileAt } from './tile-grid.ts';
import { readPoints, type TilePoint } from './vector-tile.ts';

/** Around so many chargers tiles are asked for, at a low, a middle and a high zoom. */
const PLACES = 3;

const WORLD: TileAddress = { z: 0, x: 0, y: 0 };

/** The tile of the whole world, and some of others: chargers and clusters, and that foreign locations say that they are. */
export async function compareTiles(
  source: ApiSource,
  report: AuditReport,
  { draw }: Sample,
  hasForeign: boolean,
): Promise<Difference[]> {
  const chargers = chargersOnMap(report).map((one): GridCharger => ({ ...one, grid: gridPoint(one) }));
  const found = await inChunks(drawTiles(draw, chargers), async (tile) => [
    ...(await compareTile(source, tile, chargers)),
    ...(hasForeign ? await compareForeign(source, tile, report) : []),
  ]);
  return found.flat();
}

function drawTiles(draw: Draw, chargers: readonly GridCharger[]): TileAddress[] {
  const zooms = [() => 2 + draw(4), () => 7 + draw(4), () => 12 + draw(3)];
  const around = someOf(draw, chargers, PLACES).flatMap(({ grid }) => {
    const tiles = zooms.map((zoom) => tileAt(grid, zoom()));
    return [...tiles, neighbour(oneOf(draw, [tiles[0]!, tiles[1]!, tiles[2]!]))];
  });
  return [...new Map([WORLD, ...around].map((tile) => [tilePath('chargers', tile), tile])).values()];
}

const neighbour = ({ z, x, y }: TileAddress): TileAddress => ({ z, x: (x + 1) % 2 ** z, y });

async function compareTile(
  source: ApiSource,
  tile: TileAddress,
  chargers: readonly GridCharger[],
): Promise<Difference[]> {
  const points = await pointsOf(source, tilePath('chargers', tile));
  if (!Array.isArray(points)) return [points];
  const inTile = chargers.filter(({ grid }) => isIn(tile, grid));
  return tileDifferences(tile, inTile, points);
}

/** The points of a tile, or that it is none. */
async function pointsOf(source: ApiSource, path: string): Promise<TilePoint[] | Difference> {
  try {
    return readPoints(await getBytes(source, path));
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      return mismatch({}, `${path} as a vector tile of points`, error.message);
    throw error;
  }
}

/** Locations of other operators are no chargers of this market, and each says so. */
async function compareForeign(
  source: ApiSource,
  tile: TileAddress,
  { book }: AuditReport,
): Promise<Difference[]> {
  const path = tilePath('foreign', tile);
  const points = await pointsOf(source, path);
  if (!Array.isArray(points)) return [points];
  const listings: ReadonlyMap<string, unknown> = book.listings;
  const isOurs = ({ tags }: TilePoint) => listings.has(String(tags.id)) || tags.listingId !== undefined;
  const unmarked = points.find((point) => point.tags.isForeign !== true || isOurs(point));
  if (unmarked === undefined) return [];
  return [extra({}, `${path} with locations that say they are foreign`, JSON.stringify(unmarked.tags))];
}
