import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** Where this server describes its tiles; with the credits, which the map shows. */
const TILES_URL = '/tiles/basemap.json';
const SOURCE = 'basemap';
const FONT = ['system-ui', 'sans-serif'];
/** Places that have a name from this zoom on are large, and drawn so. */
const LARGE_UNTIL_RANK = 4;

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

/** This server's own map, without remote fonts: without `glyphs`, local ones are used. */
export function basemapStyle(dark: boolean): StyleSpecification {
  const palette = dark ? DARK : LIGHT;
  return {
    version: 8,
    sources: { [SOURCE]: { type: 'vector', url: TILES_URL } },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
      {
        ...layer('land'),
        type: 'fill',
        paint: { 'fill-color': palette.land, 'fill-antialias': false },
      },
      { ...layer('mesh', 'cells'), type: 'line', paint: { 'line-color': palette.mesh } },
      {
        ...layer('borders'),
        type: 'line',
        paint: {
          'line-color': palette.border,
          'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.5, 10, 1.4],
        },
      },
      townLayer(palette),
    ],
  };
}

/** A layer of the style that draws a layer of the tiles. */
const layer = (id: string, sourceLayer = id) => ({ id, source: SOURCE, 'source-layer': sourceLayer });

function townLayer(palette: Palette): LayerSpecification {
  const byRank = (large: number, small: number) =>
    ['case', ['<=', ['get', 'rank'], LARGE_UNTIL_RANK], large, small] as never;
  return {
    ...layer('towns', 'cities'),
    type: 'symbol',
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 4, 10.5, 11, byRank(16, 12.5)],
      'symbol-sort-key': ['-', 0, ['get', 'population']],
      'text-padding': ['interpolate', ['linear'], ['zoom'], 5, 14, 10, 4],
      'text-max-width': 8,
    },
    paint: { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 1.2 },
  };
}
