import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Position } from './geo.ts';

const ID = 'own-position';

/** Where the reader is, as a dot. */
export function drawOwnPosition(map: MapLibreMap, place: Position | undefined): void {
  const points = place === undefined ? [] : [[place.longitude, place.latitude]];
  const geometry = { type: 'MultiPoint' as const, coordinates: points };
  const data = { type: 'Feature' as const, geometry, properties: {} };
  const source = map.getSource(ID) as GeoJSONSource | undefined;
  if (source !== undefined) return void source.setData(data);
  map.addSource(ID, { type: 'geojson', data });
  const paint = {
    ...{ 'circle-color': '#1f4fb8', 'circle-radius': 7 },
    ...{ 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 3 },
  };
  map.addLayer({ id: ID, type: 'circle', source: ID, paint });
}
