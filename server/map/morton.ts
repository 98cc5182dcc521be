import { type BoundingBox, withoutCrossing } from './bounding-box.ts';

/**
 * Morton keys: a point of the earth as one number of 48 bits, the interleaved bits of its Web Mercator coordinates (24
 * bits each, y first). All points of a map tile are one range of keys, at every zoom.
 */
const BITS = 24;
const SIZE = 2 ** BITS;

/** A cell of the finest grid: `x` from west to east, `y` from north to south, each from 0 to 2^24 - 1. */
export interface GridPoint {
  x: number;
  y: number;
}

/** Keys from `from` up to, and without, `until`. */
export interface KeyRange {
  from: number;
  until: number;
}

/** A tile as maps address it: at zoom `z` the world is 2^z tiles wide. */
export interface TileAddress {
  z: number;
  x: number;
  y: number;
}

/** Each of 12 bits moves to twice its position. */
function spread(bits: number): number {
  let spaced = bits;
  spaced = (spaced | (spaced << 8)) & 0x00ff00ff;
  spaced = (spaced | (spaced << 4)) & 0x0f0f0f0f;
  spaced = (spaced | (spaced << 2)) & 0x33333333;
  return (spaced | (spaced << 1)) & 0x55555555;
}

/** The inverse of `spread`: the bits at even positions of 24. */
function compact(spaced: number): number {
  let bits = spaced & 0x55555555;
  bits = (bits | (bits >> 1)) & 0x33333333;
  bits = (bits | (bits >> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >> 4)) & 0x00ff00ff;
  return (bits | (bits >> 8)) & 0x0000ffff;
}

const HALF = 0xfff;

export function interleave({ x, y }: GridPoint): number {
  const high = spread(x >> 12) | (spread(y >> 12) << 1);
  const low = spread(x & HALF) | (spread(y & HALF) << 1);
  return high * SIZE + low;
}

export function gridPoint(key: number): GridPoint {
  const high = Math.floor(key / SIZE);
  const low = key % SIZE;
  return {
    x: (compact(high) << 12) | compact(low),
    y: (compact(high >> 1) << 12) | compact(low >> 1),
  };
}

const clamp = (value: number): number => Math.min(Math.max(Math.floor(value), 0), SIZE - 1);

/** The cell of a point in degrees. Poleward of the map's edge (85.05°) it is the outermost cell. */
export function project(latitude: number, longitude: number): GridPoint {
  const sine = Math.sin((latitude * Math.PI) / 180);
  const mercator = Math.atanh(Math.min(Math.max(sine, -1), 1)) / (2 * Math.PI);
  return { x: clamp((longitude / 360 + 0.5) * SIZE), y: clamp((0.5 - mercator) * SIZE) };
}

export const mortonKey = (latitudeE6: number, longitudeE6: number): number =>
  interleave(project(latitudeE6 / 1e6, longitudeE6 / 1e6));

/** All keys of a tile. */
export function tileRange({ z, x, y }: TileAddress): KeyRange {
  const span = 4 ** (BITS - z);
  const from = interleave({ x: x * 2 ** (BITS - z), y: y * 2 ** (BITS - z) });
  return { from, until: from + span };
}

/** Extent of a tile's side in cells of the finest grid. */
export const tileSide = (z: number): number => 2 ** (BITS - z);

/** The tile of a zoom that holds a key. */
export function tileOf(key: number, z: number): TileAddress {
  const { x, y } = gridPoint(key);
  return { z, x: Math.floor(x / tileSide(z)), y: Math.floor(y / tileSide(z)) };
}

/** A rectangle of cells, sides included. */
interface Rectangle {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

interface Quadrant {
  from: number;
  z: number;
  /** Whether some of its cells lie outside of the rectangle. */
  isPartial: boolean;
}

/** The quadrant, or undefined where it is outside of the rectangle. */
function quadrantIn(from: number, z: number, { x0, y0, x1, y1 }: Rectangle): Quadrant | undefined {
  const { x, y } = gridPoint(from);
  const last = tileSide(z) - 1;
  if (x > x1 || y > y1 || x + last < x0 || y + last < y0) return undefined;
  const isPartial = x < x0 || y < y0 || x + last > x1 || y + last > y1;
  return { from, z, isPartial };
}

function quartersOf({ from, z }: Quadrant, rectangle: Rectangle): Quadrant[] {
  const span = 4 ** (BITS - z - 1);
  return [0, 1, 2, 3].flatMap((i) => quadrantIn(from + i * span, z + 1, rectangle) ?? []);
}

/** Quadrants on the sides of a rectangle are divided until they are more than this. */
const ENOUGH_ON_SIDES = 48;

/** Quadrants in the order of their keys that together hold a rectangle, those on its sides all of one size. */
function coverOf(rectangle: Rectangle): Quadrant[] {
  let quadrants = [quadrantIn(0, 0, rectangle)!];
  for (;;) {
    const onSides = quadrants.filter(({ isPartial }) => isPartial);
    if (onSides.length === 0 || onSides.length > ENOUGH_ON_SIDES) return quadrants;
    quadrants = quadrants.flatMap((q) => (q.isPartial ? quartersOf(q, rectangle) : q));
  }
}

/** Ranges in the order of their keys, with those that touch or overlap made one. */
function merged(ranges: readonly KeyRange[]): KeyRange[] {
  const apart: KeyRange[] = [];
  for (const { from, until } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last !== undefined && last.until >= from) last.until = Math.max(last.until, until);
    else apart.push({ from, until });
  }
  return apart;
}

/** At most so many ranges: those with the fewest keys between them are made one. Ascending and apart, as before. */
function joined(ranges: readonly KeyRange[], most: number): KeyRange[] {
  const gapBefore = (i: number) => ranges[i]!.from - ranges[i - 1]!.until;
  const starts = Array.from({ length: Math.max(0, ranges.length - 1) }, (_, i) => i + 1)
    .toSorted((a, b) => gapBefore(b) - gapBefore(a))
    .slice(0, most - 1)
    .toSorted((a, b) => a - b);
  return [0, ...starts].map((start, i) => ({
    from: ranges[start]!.from,
    until: ranges[(starts[i] ?? ranges.length) - 1]!.until,
  }));
}

/** Ranges of keys, ascending and apart, that together hold every point of a box, and few others. */
export function keyRanges(box: BoundingBox, most = 16): KeyRange[] {
  const quadrants = withoutCrossing(box).flatMap(({ west, south, east, north }) => {
    const [topLeft, bottomRight] = [project(north, west), project(south, east)];
    return coverOf({ x0: topLeft.x, y0: topLeft.y, x1: bottomRight.x, y1: bottomRight.y });
  });
  const ranges = quadrants.map(({ from, z }) => ({ from, until: from + 4 ** (BITS - z) }));
  return joined(merged(ranges), most);
}
