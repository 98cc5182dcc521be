import type { Hex } from 'viem';
import { type Difference, differences, extra, mismatch, missing } from './differences.ts';
import type { PlacedCharger } from './placed-charger.ts';
import { type GridPoint, type TileAddress, unitsIn } from './tile-grid.ts';
import type { TilePoint } from './vector-tile.ts';

/** A charger of the map with its place on the grid. */
export interface GridCharger
  extends Pick<PlacedCharger, 'listingId' | 'tariff' | 'maxPowerW' | 'powerType' | 'connectorStandard'> {
  grid: GridPoint;
}

/** A tile of more chargers shows those that share one of its 8 × 8 cells as clusters. */
const MOST_SINGLE = 256;
const CELLS_PER_SIDE = 8;

export const tilePath = (kind: string, { z, x, y }: TileAddress): string =>
  `/tiles/${kind}/${z}/${x}/${y}.mvt`;

/** What a tile of chargers shows against those that the ledger has in it. */
export function tileDifferences(
  tile: TileAddress,
  inTile: readonly GridCharger[],
  points: readonly TilePoint[],
): Difference[] {
  const isFull = inTile.length > MOST_SINGLE;
  const where = tilePath('chargers', tile);
  const [clusters, others] = divided(points, 'clusters');
  const [chargers, unknown] = divided(others, 'chargers');
  const found: Difference[] = [];
  for (const { layer } of unknown.slice(0, 1))
    found.push(extra({}, `${where} without layer ${layer}`, 'points in it'));
  if (!isFull && clusters.length > 0) {
    const expected = `${where} with each of its ${inTile.length} chargers by itself`;
    found.push({ ...mismatch({}, expected, `${clusters.length} clusters`), sumOf: 'chargers' });
    return found;
  }
  const cells = Map.groupBy(inTile, ({ grid }) => cellOf(unitsIn(grid, tile, CELLS_PER_SIDE)));
  const shared = isFull ? [...cells].filter(([, some]) => some.length > 1) : [];
  const single = isFull ? [...cells.values()].filter(({ length }) => length === 1).flat() : inTile;
  return [
    ...found,
    ...singleDifferences(tile, single, chargers),
    ...clusterDifferences(tile, new Map(shared), clusters),
  ];
}

const cellOf = ({ x, y }: GridPoint): string => `${Math.floor(x)}/${Math.floor(y)}`;

const divided = (points: readonly TilePoint[], layer: string): [TilePoint[], TilePoint[]] => [
  points.filter((point) => point.layer === layer),
  points.filter((point) => point.layer !== layer),
];

/** Where a point of the grid is drawn, rounded down to the tile's units. */
function drawnAt(grid: GridPoint, tile: TileAddress, { extent }: TilePoint): GridPoint {
  const { x, y } = unitsIn(grid, tile, extent);
  return { x: Math.floor(x), y: Math.floor(y) };
}

function singleDifferences(
  tile: TileAddress,
  expected: readonly GridCharger[],
  points: readonly TilePoint[],
): Difference[] {
  const where = tilePath('chargers', tile);
  const known = new Map<unknown, GridCharger>(expected.map((one) => [one.listingId, one]));
  const seen = new Set<unknown>();
  const found = points.flatMap((point): Difference[] => {
    const listingId = String(point.tags.listingId) as Hex;
    const charger = known.get(listingId);
    const isTwice = seen.has(listingId);
    seen.add(listingId);
    if (charger !== undefined && !isTwice) return chargerDifferences(tile, charger, point);
    const wanted = isTwice ? `${where} with each charger once` : `${where} without charger ${listingId}`;
    return [extra({ listingId }, wanted, isTwice ? 'twice' : 'in the tile')];
  });
  const lacking = expected.filter(({ listingId }) => !seen.has(listingId));
  return [
    ...found,
    ...lacking.map(({ listingId }) =>
      missing({ listingId }, `${where} with charger ${listingId}`, 'not in it'),
    ),
  ];
}

function chargerDifferences(tile: TileAddress, charger: GridCharger, point: TilePoint): Difference[] {
  const { listingId, tariff, maxPowerW, powerType, connectorStandard } = charger;
  const { pricePerKwh, pricePerHour, flatFee } = tariff;
  const tags = { pricePerKwh, pricePerHour, flatFee, maxPowerW, powerType, connectorStandard };
  const found = { ...point.tags, x: point.x, y: point.y };
  return inTile(tile, differences({ listingId }, { ...tags, ...drawnAt(charger.grid, tile, point) }, found));
}

const inTile = (tile: TileAddress, found: readonly Difference[]): Difference[] =>
  found.map((each) => ({ ...each, expected: `${each.expected} in ${tilePath('chargers', tile)}` }));

function clusterDifferences(
  tile: TileAddress,
  expected: ReadonlyMap<string, readonly GridCharger[]>,
  points: readonly TilePoint[],
): Difference[] {
  const where = tilePath('chargers', tile);
  const seen = new Set<string>();
  const found = points.flatMap((point): Difference[] => {
    const share = CELLS_PER_SIDE / point.extent;
    const cell = cellOf({ x: point.x * share, y: point.y * share });
    const chargers = expected.get(cell);
    if (chargers === undefined || seen.has(cell))
      return [extra({}, `${where} without such a cluster`, `one in ${cell}`)];
    seen.add(cell);
    return inTile(tile, oneClusterDifferences(tile, chargers, point));
  });
  const lacking = [...expected].filter(([cell]) => !seen.has(cell));
  const without = lacking.map(([cell, { length }]) =>
    missing({}, `${where} with a cluster of ${length} in its cell ${cell}`, 'none'),
  );
  return [...found, ...without].map((each) => ({ ...each, sumOf: 'chargers' }));
}

function oneClusterDifferences(
  tile: TileAddress,
  chargers: readonly GridCharger[],
  point: TilePoint,
): Difference[] {
  const mean = (of: (grid: GridPoint) => number) =>
    chargers.reduce((sum, { grid }) => sum + of(grid), 0) / chargers.length;
  const cheapest = chargers.reduce(
    (least, { tariff }) => (tariff.pricePerKwh < least ? tariff.pricePerKwh : least),
    chargers[0]!.tariff.pricePerKwh,
  );
  const middle = drawnAt({ x: mean(({ x }) => x), y: mean(({ y }) => y) }, tile, point);
  const fields = { n: chargers.length, cheapest, ...middle };
  const { live } = point.tags;
  const isPossible = Number(live) >= 0 && Number(live) <= chargers.length;
  const wrong = isPossible ? [] : [mismatch({}, `live at most ${chargers.length}`, String(live))];
  return [...differences({}, fields, { ...point.tags, x: point.x, y: point.y }), ...wrong];
}
