import { Router } from 'express';
import { tiles } from '../../protocol/api/tiles.ts';
import type { TileJson, TownJson } from '../../protocol/map-api.ts';
import { operate } from '../http/operate.ts';
import { sendTile } from '../http/tile.ts';
import type { Basemap } from './basemap.ts';
import { MAX_ZOOM } from './files.ts';
import { searchTowns } from './search.ts';
import type { Town } from './towns.ts';

/** Both ask to be named; GeoNames by its licence, CC BY 4.0. */
const BASEMAP_ATTRIBUTION =
  '<a href="https://www.naturalearthdata.com">Natural Earth</a>, ' +
  '<a href="https://www.geonames.org">GeoNames</a> (CC BY 4.0)';

const FOREVER = 'public, max-age=31536000, immutable';
const A_DAY = 'public, max-age=86400, stale-while-revalidate=604800';

const tileJsonOf = (version: string): TileJson => ({
  tilejson: '3.0.0',
  tiles: [`/tiles/basemap/{z}/{x}/{y}.mvt?v=${version}`],
  minzoom: 0,
  maxzoom: MAX_ZOOM,
  attribution: BASEMAP_ATTRIBUTION,
  vector_layers: [
    { id: 'land', fields: {} },
    { id: 'borders', fields: {} },
    { id: 'cities', fields: { name: 'String', population: 'Number', rank: 'Number' } },
    { id: 'cells', fields: {} },
  ],
});

/** `/tiles/basemap.json` and the tiles that it names. */
export function basemapTiles(basemap: () => Promise<Basemap>): Router {
  const router = Router();
  operate(router, tiles.getBasemapTileJson, [], async ({ res }) => {
    const { version } = await basemap();
    res.set('cache-control', 'no-cache');
    return tileJsonOf(version);
  });
  operate(router, tiles.getBasemapTile, [], async ({ params, query, req, res }) => {
    const { version, tile } = await basemap();
    await sendTile(req, res, {
      etag: `${version}-${params.z}-${params.x}-${params.y}`,
      cacheControl: query.v === version ? FOREVER : A_DAY,
      bytes: () => tile(params),
    });
  });
  return router;
}

/** `/search`: towns by their name. */
export function searchRoutes(basemap: () => Promise<Basemap>): Router {
  const router = Router();
  operate(router, tiles.searchTowns, [], async ({ query: { q, limit, near }, res }) => {
    const { towns } = await basemap();
    res.set('cache-control', 'public, max-age=3600');
    return { places: searchTowns(towns, { text: q, limit, near }).map(toTownJson) };
  });
  return router;
}

const toTownJson = ({ name, country, latitudeE5, longitudeE5, population }: Town): TownJson => ({
  ...{ name, country, population },
  latitude: (latitudeE5 / 1e5).toFixed(5),
  longitude: (longitudeE5 / 1e5).toFixed(5),
});
