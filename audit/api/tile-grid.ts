import type { Point } from './positions.ts';

/** A tile as maps address it: at zoom `z` the world is 2^z tiles wide. */
export interface TileAddress {
  z: number;
  x: number;
  y: number;
}

/** A cell of the finest grid, from west to east and from north to south, each from 0 to 2^24 - 1. */
export interface GridPoint {
  x: number;
  y: number;
}

const BITS = 24;
const SIZE = 2 ** BITS;

const toGrid = (share: number): number => Math.min(SIZE - 1, Math.max(0, Math.floor(share * SIZE)));

/** Web Mercator. Poleward of the map's edge it is the outermost cell. */
export function gridPoint({ latitude, longitude }: Point): GridPoint {
  const north = Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI);
  return { x: toGrid(longitude / 360 + 0.5), y: toGrid(0.5 - north) };
}

/** Cells of the grid along the side of a tile. */
const sideOf = (z: number): number => 2 ** (BITS - z);

/** The tile of a zoom that has a point. */
export const tileAt = ({ x, y }: GridPoint, z: number): TileAddress => ({
  z,
  x: Math.floor(x / sideOf(z)),
  y: Math.floor(y / sideOf(z)),
});

export function isIn(tile: TileAddress, point: GridPoint): boolean {
  const { x, y } = tileAt(point, tile.z);
  return x === tile.x && y === tile.y;
}

/** Units of a tile from its upper left corner, not rounded. */
export const unitsIn = ({ x, y }: GridPoint, tile: TileAddress, extent: number): GridPoint => ({
  x: (x / sideOf(tile.z) - tile.x) * extent,
  y: (y / sideOf(tile.z) - tile.y) * extent,
});
