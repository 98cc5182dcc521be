import type { GeoJSONVTFeature, GeoJSONVTTile } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';

/** Version of the Mapbox Vector Tile specification. */
const MVT_VERSION = 2;

/** A layer of features in the coordinates of their tile. */
export type TileLayers = Record<string, readonly GeoJSONVTFeature[]>;

/** Encodes a vector tile. A layer without features is left out, as the specification asks. */
export function encodeTile(layers: TileLayers, extent: number): Uint8Array {
  const filled = Object.entries(layers).filter(([, features]) => features.length > 0);
  const tiles = filled.map(([name, features]) => [name, { features } as unknown as GeoJSONVTTile]);
  return fromGeojsonVt(Object.fromEntries(tiles), { version: MVT_VERSION, extent });
}
