import type { GeoJSONVTFeature } from '@maplibre/geojson-vt';
import type { TileAddress } from '../map/morton.ts';
import { type ColumnFile, readColumns } from './columns.ts';
import { EXTENT, TOWNS_COLUMNS } from './files.ts';
import { keysOfTile, toUnit } from './mercator.ts';

export type Towns = ColumnFile<(typeof TOWNS_COLUMNS)[number]>;

export const readTowns = (file: Buffer): Towns => readColumns(file, TOWNS_COLUMNS);

/** A city, town or village. */
export interface Town {
  name: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  longitudeE5: number;
  latitudeE5: number;
  population: number;
}

const text = (bytes: { buffer: ArrayBufferLike; byteOffset: number }, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();

export function townAt({ columns }: Towns, index: number): Town {
  const { firstNameBytes, names, countries } = columns;
  return {
    // Without the line feed that ends it.
    name: text(names, firstNameBytes[index]!, firstNameBytes[index + 1]! - 1),
    country: text(countries, 2 * index, 2 * index + 2),
    longitudeE5: columns.longitudesE5[index]!,
    latitudeE5: columns.latitudesE5[index]!,
    population: columns.populations[index]!,
  };
}

/** Index of the first town whose key is not below this one. */
export function firstFrom(keys: { [index: number]: number; length: number }, key: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The towns that a tile names: the largest ones, as many as fit, the largest first. */
export function citiesLayer(towns: Towns, tile: TileAddress): GeoJSONVTFeature[] {
  const { keys, fromZooms, populations } = towns.columns;
  const [firstKey, nextKey] = keysOfTile(tile);
  const shown: number[] = [];
  const end = firstFrom(keys, nextKey);
  for (let i = firstFrom(keys, firstKey); i < end; i++) if (fromZooms[i]! <= tile.z) shown.push(i);
  shown.sort((a, b) => populations[b]! - populations[a]!);
  return shown.map((index) => toFeature(towns, index, tile));
}

function toFeature(towns: Towns, index: number, { z, x, y }: TileAddress): GeoJSONVTFeature {
  const { name, population, longitudeE5, latitudeE5 } = townAt(towns, index);
  const unit = toUnit(longitudeE5 / 1e5, latitudeE5 / 1e5);
  const inTile = (at: number, tile: number) => Math.round((at * 2 ** z - tile) * EXTENT);
  return {
    type: 1,
    tags: { name, population, rank: towns.columns.fromZooms[index]! },
    geometry: [[inTile(unit.x, x), inTile(unit.y, y)]],
  };
}
