import { type GeoJSONVTFeature, geoJSONToTile } from '@maplibre/geojson-vt';
import type { TileAddress } from '../map/morton.ts';
import { type ColumnFile, readColumns } from './columns.ts';
import { BUFFER, EXTENT, RING, tileNumber, WORLD_COLUMNS, WORLD_MAX_ZOOM } from './files.ts';

type World = ColumnFile<(typeof WORLD_COLUMNS)[number]>;
type Ring = [number, number][];

/** Land and borders of a tile. */
export interface WorldLayers {
  land: GeoJSONVTFeature[];
  borders: GeoJSONVTFeature[];
}

export const readWorld = (file: Buffer): World => readColumns(file, WORLD_COLUMNS);

/** Index of a number in an ascending column; undefined where it is not in it. */
function indexOf(column: { [index: number]: number; length: number }, value: number): number | undefined {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return column[low] === value ? low : undefined;
}

/** The layers of a tile: as kept, or cut out of the deepest tile that is kept above it. */
export function worldLayers(world: World, tile: TileAddress): WorldLayers {
  const levels = tile.z - WORLD_MAX_ZOOM;
  if (levels <= 0) return keptLayers(world, tile);
  const parent = { z: WORLD_MAX_ZOOM, x: tile.x >> levels, y: tile.y >> levels };
  const { land, borders } = keptLayers(world, parent);
  return { land: cutOut(land, parent, tile), borders: cutOut(borders, parent, tile) };
}

function keptLayers({ columns }: World, { z, x, y }: TileAddress): WorldLayers {
  const layers: WorldLayers = { land: [], borders: [] };
  const index = indexOf(columns.tiles, tileNumber(z, x, y));
  if (index === undefined) return layers;
  for (let ring = columns.firstRings[index]!; ring < columns.firstRings[index + 1]!; ring++) {
    const points = pointsOf(columns, ring);
    const kind = columns.ringKinds[ring];
    if (kind === RING.BORDER) layers.borders.push({ type: 2, tags: null, geometry: [points] });
    else if (kind === RING.OUTER) layers.land.push({ type: 3, tags: null, geometry: [points] });
    else (layers.land.at(-1)?.geometry as Ring[] | undefined)?.push(points);
  }
  return layers;
}

/** Each point is kept as its distance from the one before. */
function pointsOf({ firstPoints, points }: World['columns'], ring: number): Ring {
  const found: Ring = [];
  let [x, y] = [0, 0];
  for (let i = firstPoints[ring]!; i < firstPoints[ring + 1]!; i++) {
    x += points[2 * i]!;
    y += points[2 * i + 1]!;
    found.push([x, y]);
  }
  return found;
}

/** Cuts a deeper tile out of its ancestor, whose positions are taken as a part of the square from 0 to 1. */
function cutOut(features: GeoJSONVTFeature[], parent: TileAddress, tile: TileAddress): GeoJSONVTFeature[] {
  const scale = 1 / (EXTENT * 2 ** parent.z);
  const toSquare = (ring: Ring): Ring =>
    ring.map(([x, y]) => [(parent.x * EXTENT + x) * scale, (parent.y * EXTENT + y) * scale]);
  const placed = features.map(({ type, geometry }): GeoJSON.Feature => {
    const rings = (geometry as Ring[]).map(toSquare);
    return {
      type: 'Feature',
      properties: {},
      geometry:
        type === 3
          ? { type: 'Polygon', coordinates: rings }
          : { type: 'MultiLineString', coordinates: rings },
    };
  });
  return toTile({ type: 'FeatureCollection', features: placed }, tile, 'unitSquare');
}

/** The features of a tile, cut at its buffer. */
export function toTile(
  data: GeoJSON.GeoJSON,
  { z, x, y }: TileAddress,
  coordinates: 'lngLat' | 'unitSquare',
): GeoJSONVTFeature[] {
  // Without a simplification: what is cut out is coarse already.
  const options = { extent: EXTENT, buffer: BUFFER, tolerance: 0, clip: true, coordinates };
  return geoJSONToTile(data, z, x, y, options).features;
}
