import { createRequire } from 'node:module';
import { VectorTile } from '@mapbox/vector-tile';

/** Of the version that vector-tile itself reads with: another package wants an older one, which imports would find. */
const READER = 'pbf';

const require = createRequire(createRequire(import.meta.url).resolve('@mapbox/vector-tile'));
const { PbfReader } = require(READER) as { PbfReader: new (bytes: Uint8Array) => never };

/** How many chargers a tile shows, by themselves or in clusters. */
export function chargersIn(bytes: Uint8Array): number {
  const { clusters, chargers } = new VectorTile(new PbfReader(bytes)).layers;
  let count = chargers?.length ?? 0;
  for (let at = 0; at < (clusters?.length ?? 0); at++) count += Number(clusters!.feature(at).properties.n);
  return count;
}

export interface Tile {
  z: number;
  x: number;
  y: number;
}

/** The tile of a position in degrees (Web Mercator, EPSG:3857). */
export function tileAt(latitude: number, longitude: number, z: number): Tile {
  const sine = Math.sin((latitude * Math.PI) / 180);
  const x = (longitude + 180) / 360;
  const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return { z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) };
}

export const tilePath = ({ z, x, y }: Tile): string => `/tiles/chargers/${z}/${x}/${y}.mvt`;

/** How many chargers the server shows in this tile at the moment. */
export async function shownIn(port: number, tile: Tile): Promise<number> {
  const headers = { 'x-forwarded-for': `10.2.${Math.floor(Math.random() * 250)}.1` };
  const response = await fetch(`http://127.0.0.1:${port}${tilePath(tile)}`, { headers });
  if (!response.ok) throw new Error(`${tilePath(tile)}: ${response.status}`);
  return chargersIn(new Uint8Array(await response.arrayBuffer()));
}
