import { cellToBoundary, polygonToCells } from 'h3-js';
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap, StyleSpecification } from 'maplibre-gl';

const TILE_DEG = 5;
/** From this zoom on, countries are drawn in detail and small towns are named. */
export const DETAIL_ZOOM = 5;
/** From this zoom on, the H3 grid is drawn, which shows the scale where little else is visible. */
const MESH_ZOOM = 9;
const MAX_TILES = 12;
const NOTHING = { type: 'FeatureCollection', features: [] } as const;
const FONT = ['Inter', 'system-ui', 'sans-serif'];

interface Palette {
  water: string;
  land: string;
  border: string;
  mesh: string;
  text: string;
  halo: string;
}

const LIGHT: Palette = {
  water: '#cfe0e3',
  land: '#f5f3ec',
  border: '#c9c4b5',
  mesh: '#ebe7db',
  text: '#5b5a52',
  halo: '#f5f3ec',
};

const DARK: Palette = {
  water: '#0f171a',
  land: '#1b2427',
  border: '#36444a',
  mesh: '#212c30',
  text: '#8fa0a5',
  halo: '#1b2427',
};

/** The bundled map: countries and towns, without network or remote fonts (without `glyphs`, local fonts are used). */
export function basemapStyle(dark: boolean): StyleSpecification {
  const palette = dark ? DARK : LIGHT;
  const land = (id: string, source: string): LayerSpecification[] => [
    { id, type: 'fill', source, paint: { 'fill-color': palette.land, 'fill-antialias': false } },
    {
      id: `${id}-line`,
      type: 'line',
      source,
      paint: {
        'line-color': palette.border,
        'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.5, 10, 1.4],
      },
    },
  ];
  return {
    version: 8,
    sources: {
      coarse: { type: 'geojson', data: '/basemap/countries.json', attribution: 'Natural Earth, GeoNames' },
      fine: { type: 'geojson', data: { ...NOTHING, features: [] } },
      mesh: { type: 'geojson', data: { ...NOTHING, features: [] } },
      major: { type: 'geojson', data: '/basemap/towns.json' },
      minor: { type: 'geojson', data: { ...NOTHING, features: [] } },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
      ...land('coarse', 'coarse'),
      ...land('fine', 'fine'),
      { id: 'mesh', type: 'line', source: 'mesh', minzoom: MESH_ZOOM, paint: { 'line-color': palette.mesh } },
      townLayer('minor', palette, DETAIL_ZOOM),
      townLayer('major', palette, 3),
    ],
  };
}

function townLayer(source: string, palette: Palette, minzoom: number): LayerSpecification {
  return {
    id: `${source}-towns`,
    type: 'symbol',
    source,
    minzoom,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 4, 10.5, 11, source === 'major' ? 16 : 12.5],
      'symbol-sort-key': ['-', 0, ['get', 'population']],
      'text-padding': ['interpolate', ['linear'], ['zoom'], 5, 14, 10, 4],
      'text-max-width': 8,
    },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.2 },
  };
}

type Collection = GeoJSON.FeatureCollection;

/** Fetches the detailed pieces that the view needs, each once, and hides the coarse ones beneath them. */
export function basemapDetail(map: MapLibreMap): () => void {
  const pieces = new Map<string, Promise<Collection>>();
  const piece = (name: string) => {
    const known = pieces.get(name) ?? fetchPiece(name);
    pieces.set(name, known);
    return known;
  };
  const update = async () => {
    if (map.getZoom() < DETAIL_ZOOM || map.getSource('fine') === undefined) return;
    const view = map.getBounds().toArray().flat() as number[];
    put(map, 'mesh', map.getZoom() < MESH_ZOOM ? [] : [meshIn(view, map.getZoom())]);
    const tiles = tilesIn(view);
    const known = await indexOnce();
    const ids = [...new Set(tiles.flatMap((tile) => known.countries[tile] ?? []))];
    const countries = await Promise.all(ids.map((id) => piece(`country-${id}`)));
    const named = tiles.filter((tile) => known.towns.includes(tile));
    const towns = await Promise.all(named.map((tile) => piece(`towns-${tile}`)));
    put(map, 'fine', countries);
    put(map, 'minor', towns);
    const coarseOnly = ['!', ['in', ['get', 'id'], ['literal', ids]]];
    // Only after the detailed shapes are drawn; otherwise the sea would be visible in between.
    map.once('idle', () => {
      for (const layer of ['coarse', 'coarse-line']) {
        if (map.getLayer(layer)) map.setFilter(layer, coarseOnly as never);
      }
    });
  };
  return () => void update();
}

interface Index {
  /** Ids of the countries in a tile. */
  countries: Record<string, string[]>;
  /** Tiles with towns. */
  towns: string[];
}

let index: Promise<Index> | undefined;

function indexOnce(): Promise<Index> {
  index ??= fetch('/basemap/index.json').then((r) => r.json());
  return index;
}

/** A piece that cannot be loaded is left out: the coarse map stays visible. */
async function fetchPiece(name: string): Promise<Collection> {
  const response = await fetch(`/basemap/${name}.json`).catch(() => undefined);
  return response?.ok ? response.json() : { type: 'FeatureCollection', features: [] };
}

function put(map: MapLibreMap, source: string, parts: Collection[]): void {
  const features = parts.flatMap((part) => part.features);
  (map.getSource(source) as GeoJSONSource | undefined)?.setData({ type: 'FeatureCollection', features });
}

/** The H3 grid in which chargers are published, coarser at lower zoom. */
function meshIn([west = 0, south = 0, east = 0, north = 0]: number[], zoom: number): Collection {
  const resolution = zoom < 10.5 ? 6 : zoom < 12 ? 7 : 8;
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const coordinates = polygonToCells(ring, resolution, true).map((cell) => cellToBoundary(cell, true));
  const geometry = { type: 'MultiLineString' as const, coordinates };
  return { type: 'FeatureCollection', features: [{ type: 'Feature', geometry, properties: {} }] };
}

function tilesIn([west = 0, south = 0, east = 0, north = 0]: number[]): string[] {
  const tiles: string[] = [];
  const first = (n: number) => Math.floor(n / TILE_DEG) * TILE_DEG;
  for (let lng = first(west); lng <= east; lng += TILE_DEG) {
    for (let lat = first(south); lat <= north; lat += TILE_DEG) tiles.push(`${lng}_${lat}`);
  }
  return tiles.length <= MAX_TILES ? tiles : [];
}
