import { createHash } from 'node:crypto';
import type { Db } from '../db.ts';
import { createTileCache } from '../http/tileCache.ts';
import { DEEPEST_ZOOM } from './cells.ts';
import { chargerTile } from './charger-tile.ts';
import type { MapFeed } from './feed.ts';
import { type TileAddress, tileOf } from './morton.ts';

const MAX_CACHE_BYTES = 32 * 2 ** 20;

export interface ChargerTiles {
  get(tile: TileAddress): Promise<Uint8Array>;
}

/** Vector tiles of the chargers, kept until something in them changes. */
export function createChargerTiles(db: Db, feed: MapFeed): ChargerTiles {
  const cache = createTileCache(MAX_CACHE_BYTES);
  /** Tiles in the making, by key: one that changes meanwhile is taken out, and is not kept. */
  const making = new Map<string, Promise<Uint8Array>>();
  feed.subscribe((changes) => {
    if (changes === undefined) {
      cache.clear();
      making.clear();
    }
    for (const { m } of changes ?? []) {
      for (const key of keysAround(m)) {
        cache.delete(key);
        making.delete(key);
      }
    }
  });
  const make = async (key: string, tile: TileAddress) => {
    const made = chargerTile(db, tile);
    making.set(key, made);
    try {
      const bytes = await made;
      if (making.get(key) === made) cache.set(key, bytes);
      return bytes;
    } finally {
      if (making.get(key) === made) making.delete(key);
    }
  };
  return {
    async get(tile) {
      // From then on the feed names every change.
      await feed.position();
      const key = keyOf(tile);
      return cache.get(key) ?? making.get(key) ?? make(key, tile);
    },
  };
}

const keyOf = ({ z, x, y }: TileAddress): string => `${z}/${x}/${y}`;

/** The tiles of all zooms that show a position. */
const keysAround = (m: number): string[] =>
  Array.from({ length: DEEPEST_ZOOM + 1 }, (_, z) => keyOf(tileOf(m, z)));

/** Names a tile's content. */
export const etagOf = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('base64url');
