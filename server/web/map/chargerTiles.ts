import type { Map as MapLibreMap, MapMouseEvent, SymbolLayerSpecification } from 'maplibre-gl';
import type { Hex } from 'viem';
import { TONE_COLOUR } from './chargerLayers.ts';

const SOURCE = 'charger-tiles';
const MAX_ZOOM = 14;
const FONT = ['system-ui', 'sans-serif'];
/** Clusters open by so many zoom levels when they are clicked. */
const OPEN_ZOOMS = 2;
const REFRESH_MS = 1_000;

export const CLUSTERS = 'charger-clusters';
export const POINTS = 'charger-points';
const LAYERS = [CLUSTERS, 'charger-counts', POINTS];

/** Colours by what a charger's tile says of it, as `statusWords` does. */
function toneColour(dark: boolean) {
  const colour = (tone: keyof typeof TONE_COLOUR) => TONE_COLOUR[tone][dark ? 1 : 0];
  const byStatus = ['match', ['get', 'status']];
  return [
    'case',
    ['==', ['get', 'freshness'], 'OFFLINE'],
    colour('off'),
    [
      ...byStatus,
      ...['AVAILABLE', colour('free'), 'CHARGING', colour('charging')],
      ...[['RESERVED', 'BLOCKED'], colour('busy'), colour('off')],
    ],
  ] as never;
}

/** The chargers as this server's vector tiles: a million of them cost the browser no more than those in view. */
export function drawTiles(map: MapLibreMap, isShown: boolean, dark: boolean): void {
  if (map.getSource(SOURCE) === undefined) {
    if (!isShown) return;
    addTiles(map, dark);
  }
  const visibility = isShown ? 'visible' : 'none';
  for (const layer of LAYERS) map.setLayoutProperty(layer, 'visibility', visibility);
}

/** A style that brings glyphs has only its own fonts: the one of its first text. */
function fontOf(map: MapLibreMap): string[] {
  const { glyphs, layers } = map.getStyle();
  if (glyphs === undefined) return FONT;
  const fonts = layers
    .filter((layer): layer is SymbolLayerSpecification => layer.type === 'symbol')
    .map(({ layout }) => layout?.['text-font']);
  return (fonts.find((font) => Array.isArray(font) && font.every((name) => typeof name === 'string')) ??
    FONT) as string[];
}

function addTiles(map: MapLibreMap, dark: boolean): void {
  const tiles = [`${window.location.origin}/tiles/chargers/{z}/{x}/{y}.mvt`];
  map.addSource(SOURCE, { type: 'vector', tiles, maxzoom: MAX_ZOOM });
  const [text, halo] = dark ? ['#0f171a', '#34d3ad'] : ['#ffffff', '#0b6e57'];
  map.addLayer({
    id: CLUSTERS,
    type: 'circle',
    source: SOURCE,
    'source-layer': 'clusters',
    paint: {
      'circle-color': halo,
      'circle-opacity': 0.85,
      'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'n']], 0, 9, 2, 15, 5, 26] as never,
    },
  });
  map.addLayer({
    id: 'charger-counts',
    type: 'symbol',
    source: SOURCE,
    'source-layer': 'clusters',
    layout: {
      'text-field': shortCount() as never,
      'text-font': fontOf(map),
      'text-size': 12,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': text },
  });
  map.addLayer({
    id: POINTS,
    type: 'circle',
    source: SOURCE,
    'source-layer': 'chargers',
    paint: {
      'circle-color': toneColour(dark),
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 5, 4, 12, 8] as never,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 1.5,
    },
  });
}

/** 950, 12k, 1.2M */
const shortCount = () => {
  const inUnits = (unit: number, suffix: string) => [
    'concat',
    ['number-format', ['/', ['get', 'n'], unit], { 'max-fraction-digits': 1 }],
    suffix,
  ];
  return [
    'case',
    ...[['>=', ['get', 'n'], 1e6], inUnits(1e6, 'M')],
    ...[['>=', ['get', 'n'], 1e3], inUnits(1e3, 'k')],
    ['to-string', ['get', 'n']],
  ];
};

/** A click on a cluster opens it, one on a charger picks it. */
export function listenForTileClicks(map: MapLibreMap, onPick: (listingId: Hex) => void): void {
  map.on('click', CLUSTERS, ({ lngLat }) => {
    map.easeTo({ center: lngLat, zoom: Math.min(map.getZoom() + OPEN_ZOOMS, map.getMaxZoom()) });
  });
  map.on('click', POINTS, (event: MapMouseEvent & { features?: { properties: { listingId?: Hex } }[] }) => {
    const id = event.features?.[0]?.properties.listingId;
    if (id !== undefined) onPick(id);
  });
  for (const layer of [CLUSTERS, POINTS]) {
    map.on('mouseenter', layer, () => setCursor(map, 'pointer'));
    map.on('mouseleave', layer, () => setCursor(map, ''));
  }
}

const setCursor = (map: MapLibreMap, cursor: string): void => {
  map.getCanvas().style.cursor = cursor;
};

/** Reads the tiles in view again after a change, at most once a second; unchanged ones are not sent again. */
export function createTileRefresh(map: MapLibreMap): { request(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    request() {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (map.getSource(SOURCE) !== undefined) map.refreshTiles(SOURCE);
      }, REFRESH_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
