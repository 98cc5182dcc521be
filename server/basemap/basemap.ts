import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeTile } from '../http/mvt.ts';
import { HttpProblem } from '../http/problem.ts';
import { createTileCache } from '../http/tileCache.ts';
import type { TileAddress } from '../map/morton.ts';
import { cellsLayer } from './cells.ts';
import { EXTENT, TOWNS_FILE, WORLD_FILE } from './files.ts';
import { citiesLayer, readTowns, type Towns } from './towns.ts';
import { readWorld, worldLayers } from './world.ts';

const CACHE_BYTES = 16 * 2 ** 20;
/** Changes with what this code makes of the same files. */
const FORMAT = 1;

export interface Basemap {
  /** Names the content of all tiles. */
  version: string;
  towns: Towns;
  tile(position: TileAddress): Uint8Array;
}

/** The files are read when the basemap is first asked for: a server without visitors takes no memory for them. */
export function createBasemap(folder: string | undefined): () => Promise<Basemap> {
  let opened: Promise<Basemap> | undefined;
  return () => {
    opened ??= open(folder).catch((error) => {
      // Asked again: `npm start` makes the files while the server runs.
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

async function open(folder: string | undefined): Promise<Basemap> {
  const read = async (name: string): Promise<Buffer> => {
    if (folder === undefined) throw notBuilt('BASEMAP_DIR is not set');
    return readFile(join(folder, name)).catch(() => {
      throw notBuilt(`the folder in BASEMAP_DIR has no ${name}`);
    });
  };
  const [world, towns] = [readWorld(await read(WORLD_FILE)), readTowns(await read(TOWNS_FILE))];
  const cache = createTileCache(CACHE_BYTES);
  return {
    version: `${FORMAT}-${world.version}-${towns.version}`,
    towns,
    tile(position) {
      const key = `${position.z}/${position.x}/${position.y}`;
      const kept = cache.get(key);
      if (kept !== undefined) return kept;
      const layers = {
        ...worldLayers(world, position),
        cells: cellsLayer(position),
        cities: citiesLayer(towns, position),
      };
      const bytes = encodeTile(layers, EXTENT);
      cache.set(key, bytes);
      return bytes;
    },
  };
}

const notBuilt = (value: string): HttpProblem =>
  new HttpProblem(503, {
    code: 'basemap.notBuilt',
    value,
    rule: 'Tiles and town search need the files of the basemap.',
    remedy: 'Wait while "npm start" makes them, or run: node server/basemap/build/main.ts FOLDER.',
    retry: 'later',
  });
