import { cellToBoundary } from 'h3-js';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import { LngLatBounds } from 'maplibre-gl';
import type { Hex } from 'viem';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { statusTone } from './chargerTone.ts';

const SOURCE = 'cells';

export const TONE_COLOUR = {
  free: ['#0f9d7a', '#34d3ad'],
  busy: ['#c77700', '#f2a93b'],
  charging: ['#2f6fed', '#7aa7ff'],
  off: ['#7a8087', '#8b949b'],
} as const;

/** Boundary of an H3 cell as a closed GeoJSON ring, [longitude, latitude]. */
export function cellRing(h3Cell: string): [number, number][] {
  const ring = cellToBoundary(h3Cell, true) as [number, number][];
  return ring;
}

function cells(
  chargers: readonly ChargerSummary[],
  dark: boolean,
  selected?: Hex,
): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: chargers.map((charger) => ({
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [cellRing(charger.h3Cell)] },
      properties: {
        listingId: charger.listingId,
        colour: TONE_COLOUR[statusTone(charger)][dark ? 1 : 0],
        selected: charger.listingId === selected,
      },
    })),
  };
}

/** Draws the cells; adds source and layers where the style does not have them yet. */
export function drawCells(
  map: MapLibreMap,
  chargers: readonly ChargerSummary[],
  dark: boolean,
  selected?: Hex,
): void {
  const data = cells(chargers, dark, selected);
  const source = map.getSource(SOURCE) as GeoJSONSource | undefined;
  if (source !== undefined) return void source.setData(data);
  map.addSource(SOURCE, { type: 'geojson', data });
  const width = ['case', ['get', 'selected'], 3, 1.5] as never;
  const opacity = ['case', ['get', 'selected'], 0.4, 0.2] as never;
  map.addLayer({
    id: 'cells',
    type: 'fill',
    source: SOURCE,
    paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': opacity },
  });
  map.addLayer({
    id: 'cells-line',
    type: 'line',
    source: SOURCE,
    paint: { 'line-color': ['get', 'colour'], 'line-width': width },
  });
}

/** Outlines the cell under which a charger would be published. */
export function drawPreview(map: MapLibreMap, h3Cell: string | undefined, dark: boolean): void {
  const rings = h3Cell === undefined ? [] : [cellRing(h3Cell)];
  const geometry = { type: 'MultiLineString' as const, coordinates: rings };
  const data = { type: 'Feature' as const, geometry, properties: {} };
  const source = map.getSource('preview') as GeoJSONSource | undefined;
  if (source !== undefined) return void source.setData(data);
  map.addSource('preview', { type: 'geojson', data });
  const paint = {
    'line-color': TONE_COLOUR.free[dark ? 1 : 0],
    'line-width': 2.5,
    'line-dasharray': [2, 1.5],
  };
  map.addLayer({ id: 'preview', type: 'line', source: 'preview', paint });
}

/** The smallest bounds that contain all cells; undefined when there are none. */
export function boundsOf(chargers: readonly ChargerSummary[]): LngLatBounds | undefined {
  if (chargers.length === 0) return undefined;
  const bounds = new LngLatBounds();
  for (const charger of chargers) for (const point of cellRing(charger.h3Cell)) bounds.extend(point);
  return bounds;
}
