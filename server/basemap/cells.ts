import type { GeoJSONVTFeature } from '@maplibre/geojson-vt';
import { cellToBoundary, POLYGON_TO_CELLS_FLAGS, polygonToCellsExperimental } from 'h3-js';
import type { TileAddress } from '../map/morton.ts';
import { BUFFER, EXTENT } from './files.ts';
import { fromUnit } from './mercator.ts';
import { toTile } from './world.ts';

/** From this zoom on, cells of H3 are drawn: little else is visible there. */
const CELLS_FROM_ZOOM = 12;
/** Tiles are smaller on the ground beyond this latitude, so that their cells must be too. */
const FINER_BEYOND_LATITUDE = 60;

/** Resolution of the cells of a tile: 7 at zoom 12, so that each tile has the edge of one. */
const resolutionOf = (z: number, latitude: number): number =>
  z - 5 + (Math.abs(latitude) > FINER_BEYOND_LATITUDE ? 1 : 0);

/** The H3 cells that touch a tile, as polygons; chargers are published by such cells. */
export function cellsLayer(tile: TileAddress): GeoJSONVTFeature[] {
  const { z, x, y } = tile;
  if (z < CELLS_FROM_ZOOM) return [];
  const margin = BUFFER / EXTENT;
  const corner = (dx: number, dy: number): [number, number] => {
    const { longitude, latitude } = fromUnit({ x: (x + dx) / 2 ** z, y: (y + dy) / 2 ** z });
    return [latitude, longitude];
  };
  const [low, high] = [-margin, 1 + margin];
  const box = [corner(low, low), corner(high, low), corner(high, high), corner(low, high)];
  const [latitude, longitude] = corner(0.5, 0.5);
  const resolution = resolutionOf(z, latitude);
  const cells = polygonToCellsExperimental(box, resolution, POLYGON_TO_CELLS_FLAGS.containmentOverlapping);
  const features = cells.map(
    (cell): GeoJSON.Feature => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Polygon', coordinates: [ringNear(cell, longitude)] },
    }),
  );
  return toTile({ type: 'FeatureCollection', features }, tile, 'lngLat');
}

/** The ring of a cell, on the same side of the date line as the tile. */
const ringNear = (cell: string, longitude: number): [number, number][] =>
  cellToBoundary(cell, true).map(([lng, lat]) => [lng + 360 * Math.round((longitude - lng) / 360), lat]);
