import { Router } from 'express';
import { tiles } from '../../protocol/api/tiles.ts';
import type { TileJson } from '../../protocol/map-api.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { sendTile } from '../http/tile.ts';
import { createTileCache } from '../http/tileCache.ts';
import type { Services } from '../services.ts';
import { feedStatuses, readForeignLocation, tilesVersion } from './store.ts';
import { foreignTile } from './tiles.ts';

const MAX_ZOOM = 14;
const CACHE_BYTES = 8 * 2 ** 20;
const CACHE_CONTROL = 'public, max-age=60, stale-while-revalidate=600';

type ForeignServices = Pick<Services, 'db' | 'config'>;

const tileJsonOf = (feeds: readonly { name: string }[]): TileJson => ({
  tilejson: '3.0.0',
  tiles: ['/tiles/foreign/{z}/{x}/{y}.mvt'],
  minzoom: 0,
  maxzoom: MAX_ZOOM,
  attribution: feeds.map((feed) => feed.name).join(', '),
  vector_layers: [
    { id: 'foreign', fields: { id: 'String', status: 'String', maxPowerW: 'Number', isForeign: 'Boolean' } },
  ],
});

/** `/tiles/foreign.json` and the tiles that it names; neither exists while no feed is configured. */
export function foreignTiles({ db, config }: ForeignServices): Router {
  const router = Router();
  if (config.foreignFeeds.length === 0) return router;
  const cache = createTileCache(CACHE_BYTES);
  operate(router, tiles.getForeignTileJson, [], async ({ res }) => {
    res.set('cache-control', 'no-cache');
    return tileJsonOf(config.foreignFeeds);
  });
  operate(router, tiles.getForeignTile, [], async ({ params: tile, req, res }) => {
    const etag = `${await tilesVersion(db)}-${tile.z}-${tile.x}-${tile.y}`;
    await sendTile(req, res, {
      etag,
      cacheControl: CACHE_CONTROL,
      async bytes() {
        const bytes = cache.get(etag) ?? (await foreignTile(db, tile));
        cache.set(etag, bytes);
        return bytes;
      },
    });
  });
  return router;
}

/** `/foreign`: the feeds, and one of their locations. */
export function foreignRoutes({ db }: ForeignServices): Router {
  const router = Router();
  operate(router, tiles.listForeignFeeds, [], async () => ({ feeds: await feedStatuses(db) }));
  operate(router, tiles.getForeignLocation, [], async ({ params: { id } }) => {
    const location = await readForeignLocation(db, id);
    if (location === undefined) throw unknownLocation(id);
    return location;
  });
  return router;
}

const unknownLocation = (id: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'foreign.unknown',
    value: id,
    rule: 'The location must be in a feed that this server reads.',
    remedy: 'Take the id from the tiles again: its operator may have removed the location.',
  });
