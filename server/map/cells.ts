import type { Tx } from '../db.ts';
import { gridPoint } from './morton.ts';
import type { Shown } from './shown.ts';
import { writeRows } from './write-rows.ts';

/** Sums are made for tiles of zooms 0 to 14. */
export const DEEPEST_ZOOM = 14;

/** A tile has 8 × 8 cells: each is a tile of a zoom deeper by 3. */
export const CELL_BITS = 3;

/** The zoom at which a cell would be one key. */
export const ZOOM_OF_SINGLE_CELLS = 24 - CELL_BITS;

/** How many keys of the finest grid a cell of a zoom has. */
export const keysPerCell = (z: number): number => 4 ** (ZOOM_OF_SINGLE_CELLS - z);

/** A charger that came, went or changed. */
export interface Change {
  before: Shown | undefined;
  after: Shown | undefined;
}

/** What changes in a cell. Prices in token units per kWh: the least that came, and the least that went. */
interface CellChange {
  z: number;
  cell: number;
  chargers: number;
  live: number;
  sumX: number;
  sumY: number;
  came: number | null;
  went: number | null;
}

const least = (a: number | null, b: number): number => (a === null ? b : Math.min(a, b));

/** Adds a charger to its cell of each zoom, or takes it away (`sign` -1). */
function count(levels: Map<number, CellChange>[], charger: Shown, sign: 1 | -1): void {
  const { x, y } = gridPoint(charger.m);
  for (let z = 0; z <= DEEPEST_ZOOM; z += 1) {
    const cell = Math.floor(charger.m / keysPerCell(z));
    const change = levels[z]!.get(cell) ?? {
      z,
      cell,
      chargers: 0,
      live: 0,
      sumX: 0,
      sumY: 0,
      came: null,
      went: null,
    };
    levels[z]!.set(cell, change);
    change.chargers += sign;
    change.live += charger.freshness === 'LIVE' ? sign : 0;
    change.sumX += sign * x;
    change.sumY += sign * y;
    if (sign === 1) change.came = least(change.came, charger.pricePerKwh);
    else change.went = least(change.went, charger.pricePerKwh);
  }
}

/** Changes that the sums do not show, such as from available to charging, are left out. */
const isInSums = ({ before, after }: Change): boolean =>
  before === undefined ||
  after === undefined ||
  before.m !== after.m ||
  before.pricePerKwh !== after.pricePerKwh ||
  (before.freshness === 'LIVE') !== (after.freshness === 'LIVE');

/** Applies changes of chargers to the sums of all zooms, the finest first. The chargers are written before. */
export async function changeCells(tx: Tx, changes: readonly Change[]): Promise<void> {
  const levels = Array.from({ length: DEEPEST_ZOOM + 1 }, () => new Map<number, CellChange>());
  for (const { before, after } of changes.filter(isInSums)) {
    if (before !== undefined) count(levels, before, -1);
    if (after !== undefined) count(levels, after, 1);
  }
  const real = levels.flatMap((cells) => [...cells.values()]).filter(isReal);
  await writeRows(tx, real.filter((change) => !losesPrice(change)).map(valuesOf), ADD);
  await takeAway(tx, real.filter(losesPrice));
}

const isReal = (c: CellChange): boolean =>
  c.chargers !== 0 || c.live !== 0 || c.sumX !== 0 || c.sumY !== 0 || c.came !== c.went;

/** Whether the cell may have lost its least price, and its last charger. Where as low a price came, it has not. */
const losesPrice = ({ came, went }: CellChange): boolean => went !== null && (came === null || went < came);

const valuesOf = (c: CellChange) => [c.z, c.cell, c.chargers, c.live, c.came, c.sumX, c.sumY];

const ADD = (values: string) => `
  insert into map_cells (z, cell, charger_count, live_count, cheapest_per_kwh, sum_x, sum_y) values ${values}
  on conflict (z, cell) do update set
    charger_count = map_cells.charger_count + excluded.charger_count,
    live_count = map_cells.live_count + excluded.live_count,
    sum_x = map_cells.sum_x + excluded.sum_x,
    sum_y = map_cells.sum_y + excluded.sum_y,
    cheapest_per_kwh = case
      when map_cells.cheapest_per_kwh <= excluded.cheapest_per_kwh or excluded.cheapest_per_kwh is null
      then map_cells.cheapest_per_kwh else excluded.cheapest_per_kwh end`;

const ADD_AND_RETURN = (values: string) =>
  `${ADD(values)} returning z, cell, charger_count as chargers, cheapest_per_kwh as cheapest`;

interface CellRow {
  z: number;
  cell: number;
  chargers: number;
  cheapest: number | null;
}

/** Deletes cells that became empty, and reads the least price again where it may have left: the finest zoom first. */
async function takeAway(tx: Tx, changes: readonly CellChange[]): Promise<void> {
  const rows = await writeRows<CellRow>(tx, changes.map(valuesOf), ADD_AND_RETURN);
  const went = new Map(changes.map((c) => [`${c.z} ${c.cell}`, c.went!]));
  for (let z = DEEPEST_ZOOM; z >= 0; z -= 1) {
    const level = rows.filter((row) => row.z === z);
    const isLost = ({ cell, chargers, cheapest }: CellRow) =>
      chargers > 0 && went.get(`${z} ${cell}`)! <= cheapest!;
    await writeRows(
      tx,
      level.filter(({ chargers }) => chargers === 0).map(({ cell }) => [cell]),
      (cells) => `delete from map_cells where ${areOf(z, cells)}`,
    );
    await writeRows(
      tx,
      level.filter(isLost).map(({ cell }) => [cell]),
      (cells) => `update map_cells set cheapest_per_kwh = (${cheapestOf(z)}) where ${areOf(z, cells)}`,
    );
  }
}

const areOf = (z: number, cells: string): string => `z = ${z} and cell in (${cells})`;

/** The least price in a row's cell: from its four cells of the next zoom, or from its chargers. */
function cheapestOf(z: number): string {
  if (z < DEEPEST_ZOOM) {
    return `select min(finer.cheapest_per_kwh) from map_cells as finer where finer.z = ${z + 1}
      and finer.cell >= map_cells.cell * 4 and finer.cell < map_cells.cell * 4 + 4`;
  }
  const keys = keysPerCell(DEEPEST_ZOOM);
  return `select min(price_per_kwh) from map_chargers
    where m >= map_cells.cell * ${keys} and m < (map_cells.cell + 1) * ${keys}`;
}
