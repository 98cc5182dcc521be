import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GeoJSONVT, type GeoJSONVTTile } from '@maplibre/geojson-vt';
import { feature, mesh } from 'topojson-client';
import { packColumns } from '../columns.ts';
import { BUFFER, EXTENT, RING, tileNumber, WORLD_MAX_ZOOM } from '../files.ts';

type Position = [number, number];

/** Beyond the edge of the map: a ring around the pole is closed there. */
const POLE_LATITUDE = -85.2;

const require = createRequire(import.meta.url);

/**
 * The three atlases of Natural Earth, drawn for different scales, with the zooms that each is for. At the coarsest the
 * Bosphorus has no width, and a shore that touches itself is filled on both sides: there, countries are the land.
 */
const SCALES = [
  { scale: '110m', land: 'countries', zooms: [0, 1] },
  { scale: '50m', land: 'land', zooms: [2, 3, 4] },
  { scale: '10m', land: 'land', zooms: [5, 6, 7, WORLD_MAX_ZOOM] },
] as const;

/** Of a unit of a tile: more makes narrow straits cross themselves, and what lies behind them is drawn as land. */
const TOLERANCE = 1;

function readAtlas({ scale, land }: (typeof SCALES)[number]) {
  const atlas = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), 'utf8'));
  const { features } = feature(atlas, atlas.objects[land]) as unknown as { features: { geometry: Areas }[] };
  const borders = mesh(atlas, atlas.objects.countries, (a, b) => a !== b) as GeoJSON.MultiLineString;
  return { areas: features.flatMap((f) => areasOf(f.geometry)), borders };
}

type Areas =
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] };

const areasOf = ({ type, coordinates }: Areas): Position[][][] =>
  type === 'Polygon' ? [coordinates] : coordinates;

/**
 * The atlas is made for a sphere: some rings jump from 180° to -180°. On a flat map they continue beyond 180°; a ring
 * around the pole (Antarctica) is closed along the edge of the map.
 */
function unwrapped(ring: Position[]): Position[] {
  let turn = 0;
  const flat = ring.map(([longitude, latitude], i): Position => {
    const step = longitude - (ring[i - 1]?.[0] ?? longitude);
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return [longitude + turn, latitude];
  });
  const [first] = flat[0]!;
  const [last] = flat.at(-1)!;
  if (Math.abs(last - first) < 180) return flat;
  return [...flat, [last, POLE_LATITUDE], [first, POLE_LATITUDE], flat[0]!];
}

const sliced = (data: GeoJSON.GeoJSON, maxZoom: number): GeoJSONVT =>
  new GeoJSONVT(data, {
    ...{ maxZoom, indexMaxZoom: maxZoom, indexMaxPoints: 0, tolerance: TOLERANCE },
    ...{ extent: EXTENT, buffer: BUFFER },
  });

const polygon = (rings: Position[][]): GeoJSON.Feature => ({
  type: 'Feature',
  properties: {},
  geometry: { type: 'Polygon', coordinates: rings.map(unwrapped) },
});

/** Rings and lines in the order of their tiles, each point as its distance from the one before: packed, that is half. */
class Rings {
  readonly kinds: number[] = [];
  readonly firstPoints: number[] = [0];
  readonly points: number[] = [];

  add(tile: GeoJSONVTTile | null, kindOf: (index: number) => number): void {
    for (const { geometry } of tile?.features ?? []) {
      for (const [index, ring] of (geometry as Position[][]).entries()) {
        this.kinds.push(kindOf(index));
        let last: Position = [0, 0];
        for (const point of ring) {
          this.points.push(point[0] - last[0], point[1] - last[1]);
          last = point;
        }
        this.firstPoints.push(this.points.length / 2);
      }
    }
  }
}

/** The tiles in the order of their numbers. */
class Tiles extends Rings {
  readonly tiles: number[] = [];
  readonly firstRings: number[] = [];

  addZoom(z: number, land: GeoJSONVT, borders: GeoJSONVT): void {
    for (let tile = 0; tile < 4 ** z; tile++) {
      const [x, y] = [tile % 2 ** z, Math.floor(tile / 2 ** z)];
      const first = this.kinds.length;
      this.add(land.getTile(z, x, y), (index) => (index === 0 ? RING.OUTER : RING.HOLE));
      this.add(borders.getTile(z, x, y), () => RING.BORDER);
      if (this.kinds.length === first) continue;
      this.tiles.push(tileNumber(z, x, y));
      this.firstRings.push(first);
    }
  }
}

/** Land and borders of Natural Earth (by world-atlas), cut into tiles. */
export function worldFile(): Buffer {
  const tiles = new Tiles();
  for (const atlas of SCALES) {
    const { areas, borders } = readAtlas(atlas);
    const { zooms } = atlas;
    const maxZoom = zooms.at(-1)!;
    const landTiles = sliced({ type: 'FeatureCollection', features: areas.map(polygon) }, maxZoom);
    const borderTiles = sliced({ type: 'Feature', properties: {}, geometry: borders }, maxZoom);
    for (const z of zooms) tiles.addZoom(z, landTiles, borderTiles);
  }
  return packColumns({
    tiles: Uint32Array.from(tiles.tiles),
    firstRings: Uint32Array.from([...tiles.firstRings, tiles.kinds.length]),
    ringKinds: Uint8Array.from(tiles.kinds),
    firstPoints: Uint32Array.from(tiles.firstPoints),
    points: Int16Array.from(tiles.points),
  });
}
