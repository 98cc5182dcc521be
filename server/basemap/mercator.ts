import { mortonKey, type TileAddress, tileRange } from '../map/morton.ts';

/** Latitude at which the square of Web Mercator ends, degrees. */
const MAX_LATITUDE = 85.051_128_779_806_59;

/** A point on the square of Web Mercator: x grows to the east, y to the south, both from 0 to 1. */
export interface UnitPoint {
  x: number;
  y: number;
}

export function toUnit(longitude: number, latitude: number): UnitPoint {
  const clamped = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, latitude));
  const sin = Math.sin((clamped * Math.PI) / 180);
  return {
    x: longitude / 360 + 0.5,
    y: 0.5 - (0.25 * Math.log((1 + sin) / (1 - sin))) / Math.PI,
  };
}

/** Longitude and latitude in degrees. */
export function fromUnit({ x, y }: UnitPoint): { longitude: number; latitude: number } {
  const latitude = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return { longitude: (x - 0.5) * 360, latitude };
}

/** Zoom of the tiles whose Morton numbers sort towns. */
const KEY_ZOOM = 15;

/** What divides a Morton key of 48 bits into such a number: its lower 18 bits go away. */
const KEYS_PER_TILE = 4 ** (24 - KEY_ZOOM);

/** The number of the tile that a town is in; its key. */
export const townKey = (latitude: number, longitude: number): number =>
  Math.floor(mortonKey(latitude * 1e6, longitude * 1e6) / KEYS_PER_TILE);

/** The number of a zoom's tile that a town of this key is in. */
export const tileOfKey = (key: number, z: number): number => Math.floor(key / 4 ** (KEY_ZOOM - z));

/** The keys of the towns in a tile: from the first one to before the second one. */
export function keysOfTile(tile: TileAddress): [number, number] {
  const { from, until } = tileRange(tile);
  return [from / KEYS_PER_TILE, until / KEYS_PER_TILE];
}
