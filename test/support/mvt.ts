import { createRequire } from 'node:module';
import { VectorTile } from '@mapbox/vector-tile';

/** Of the version that vector-tile itself reads with: another package wants an older one, which imports would find. */
const READER = 'pbf';

const require = createRequire(createRequire(import.meta.url).resolve('@mapbox/vector-tile'));
const { PbfReader } = require(READER) as { PbfReader: new (bytes: Uint8Array) => never };

/** A feature of a vector tile, in the coordinates of the tile. */
export interface TileFeature {
  /** 1 point, 2 line, 3 polygon. */
  type: number;
  properties: Record<string, number | string | boolean>;
  geometry: { x: number; y: number }[][];
}

/** The features of a vector tile by layer, read by another library than the one that wrote it. */
export function decodeTile(bytes: Uint8Array): Record<string, TileFeature[]> {
  const { layers } = new VectorTile(new PbfReader(bytes));
  const decoded = Object.entries(layers).map(([name, layer]) => {
    const features = Array.from({ length: layer.length }, (_, i) => layer.feature(i));
    return [
      name,
      features.map((f) => ({ type: f.type, properties: f.properties, geometry: f.loadGeometry() })),
    ];
  });
  return Object.fromEntries(decoded);
}
