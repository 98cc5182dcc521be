import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInBoundingBox } from '../../../server/map/bounding-box.ts';
import {
  gridPoint,
  interleave,
  keyRanges,
  mortonKey,
  project,
  tileOf,
  tileRange,
} from '../../../server/map/morton.ts';

const cell = fc.integer({ min: 0, max: 2 ** 24 - 1 });
const latitudeE6 = fc.integer({ min: -90_000_000, max: 90_000_000 });
const longitudeE6 = fc.integer({ min: -180_000_000, max: 180_000_000 });

/** The same key by digits of text: an independent way to the same number. */
function keyByDigits(x: number, y: number): number {
  const digits = (n: number) => n.toString(2).padStart(24, '0');
  const pairs = [...digits(y)].map((bit, i) => `${bit}${digits(x)[i]}`);
  return Number.parseInt(pairs.join(''), 2);
}

test('a key holds the bits of both coordinates in turn, and gives them back', () => {
  fc.assert(
    fc.property(cell, cell, (x, y) => {
      expect(interleave({ x, y })).toBe(keyByDigits(x, y));
      expect(gridPoint(interleave({ x, y }))).toEqual({ x, y });
    }),
  );
});

test('the projection is Web Mercator, with tiles numbered as maps number them', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -85, max: 85, noNaN: true }),
      fc.double({ min: -180, max: 179.999, noNaN: true }),
      (latitude, longitude) => {
        // The formulas of the OpenStreetMap wiki, "Slippy map tilenames", at zoom 24.
        const x = Math.floor(((longitude + 180) / 360) * 2 ** 24);
        const y = Math.floor(
          ((1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2) * 2 ** 24,
        );
        const cell = project(latitude, longitude);
        expect([Math.abs(cell.x - x), Math.abs(cell.y - y)].every((d) => d <= 1)).toBe(true);
      },
    ),
  );
  expect(tileOf(mortonKey(52_518_600, 13_257_800), 15)).toMatchObject({ z: 15, x: 17_590 });
  expect(project(90, 180)).toEqual({ x: 2 ** 24 - 1, y: 0 });
  expect(project(-90, -180)).toEqual({ x: 0, y: 2 ** 24 - 1 });
});

test('all keys of a tile, and no others, are in its range', () => {
  fc.assert(
    fc.property(cell, cell, fc.integer({ min: 0, max: 24 }), (x, y, z) => {
      const key = interleave({ x, y });
      const tile = tileOf(key, z);
      const { from, until } = tileRange(tile);
      expect(until - from).toBe(4 ** (24 - z));
      expect(key >= from && key < until).toBe(true);
      expect([tileOf(from, z), tileOf(until - 1, z)]).toEqual([tile, tile]);
    }),
  );
});

const box = fc.tuple(longitudeE6, latitudeE6, longitudeE6, latitudeE6).map(([west, a, east, b]) => ({
  west: west / 1e6,
  east: east / 1e6,
  south: Math.min(a, b) / 1e6,
  north: Math.max(a, b) / 1e6,
}));

test('the ranges of a box hold each of its points, ascend, stay apart and are at most 16', () => {
  fc.assert(
    fc.property(box, fc.array(fc.tuple(latitudeE6, longitudeE6), { maxLength: 50 }), (area, points) => {
      const ranges = keyRanges(area);
      expect(ranges.length).toBeLessThanOrEqual(16);
      ranges.forEach((range, i) => {
        expect(range.until).toBeGreaterThan(range.from);
        if (i > 0) expect(range.from).toBeGreaterThan(ranges[i - 1]!.until);
      });
      const corners: [number, number][] = [area.south, area.north].flatMap((lat) =>
        [area.west, area.east].map((lon): [number, number] => [Math.round(lat * 1e6), Math.round(lon * 1e6)]),
      );
      for (const [lat, lon] of [...points, ...corners]) {
        if (!isInBoundingBox(area, { latitudeE6: lat, longitudeE6: lon })) continue;
        const key = mortonKey(lat, lon);
        expect(ranges.some(({ from, until }) => key >= from && key < until)).toBe(true);
      }
    }),
  );
});

test('a side close to a border of large tiles is answered by as few steps as any other', () => {
  const side = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -1_000, max: 1_000 }));
  fc.assert(
    fc.property(side, side, ([quarter, cells], [otherQuarter, otherCells]) => {
      const near = (quarters: number, off: number) => quarters * 90 - 180 + (off * 360) / 2 ** 24;
      const south = (near(otherQuarter, otherCells) * 85) / 180;
      const area = {
        west: near(quarter, cells),
        east: 180,
        south: Math.min(south, 0.01),
        north: south + 0.001,
      };
      // Before the number of steps was bounded, some of these took hours.
      expect(keyRanges(area).length).toBeLessThanOrEqual(16);
      const crossing = { west: 1e-140, east: -1e-140, south: -90, north: (-cells * 360) / 2 ** 24 };
      if (cells > 0) expect(keyRanges(crossing).length).toBeLessThanOrEqual(16);
    }),
  );
});

test('the ranges of a small box hold little beside it', () => {
  const side = fc.double({ min: 0.02, max: 2, noNaN: true });
  const south = fc.double({ min: -60, max: 60, noNaN: true });
  fc.assert(
    fc.property(south, fc.double({ min: -170, max: 170, noNaN: true }), side, (lat, lon, degrees) => {
      const area = { west: lon, east: lon + degrees, south: lat, north: lat + degrees };
      const [a, b] = [project(area.north, area.west), project(area.south, area.east)];
      const cells = (b.x - a.x + 1) * (b.y - a.y + 1);
      const covered = keyRanges(area).reduce((sum, { from, until }) => sum + until - from, 0);
      expect(covered / cells).toBeLessThan(2);
    }),
  );
});
