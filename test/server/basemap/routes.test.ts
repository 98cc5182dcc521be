import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import type { Problem } from '../../../protocol/api.ts';
import type { SearchResponse, TileJson } from '../../../protocol/map-api.ts';
import { ensureBasemapBuilt } from '../../../scripts/lib/basemap-build.ts';
import { createBasemap } from '../../../server/basemap/basemap.ts';
import { basemapTiles, searchRoutes } from '../../../server/basemap/routes.ts';
import { problemHandler } from '../../../server/http/problem.ts';
import { decodeTile } from '../../support/mvt.ts';

/** An API with nothing but the basemap of this folder. */
async function served(folder: string | undefined): Promise<string> {
  const basemap = createBasemap(folder);
  const app = express();
  app.use(basemapTiles(basemap));
  app.use('/api/v1', searchRoutes(basemap));
  app.use(problemHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const problemOf = async (response: Response): Promise<Problem> => (await response.json()) as Problem;

test('the tiles are named by TileJSON with their credits, kept for ever, and asked for by their version', async () => {
  const url = await served(await ensureBasemapBuilt());
  const tileJson = (await (await fetch(`${url}/tiles/basemap.json`)).json()) as TileJson;
  expect(tileJson.attribution).toMatch(/Natural Earth.*GeoNames/);
  const path = tileJson.tiles[0]!.replace('{z}/{x}/{y}', '4/8/5');
  const tile = await fetch(url + path);
  expect(tile.headers.get('content-type')).toBe('application/vnd.mapbox-vector-tile');
  expect(tile.headers.get('cache-control')).toContain('immutable');
  const layers = decodeTile(new Uint8Array(await tile.arrayBuffer()));
  const described = tileJson.vector_layers.map((layer) => layer.id);
  expect(described).toEqual(expect.arrayContaining(Object.keys(layers)));
  expect(Object.keys(layers).sort()).toEqual(['borders', 'cities', 'land']);

  const etag = tile.headers.get('etag')!;
  const again = await fetch(url + path, { headers: { 'if-none-match': etag } });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  const unversioned = await fetch(`${url}/tiles/basemap/4/8/5.mvt`);
  expect(unversioned.headers.get('cache-control')).not.toContain('immutable');
  expect(unversioned.headers.get('etag')).toBe(etag);
});

test('places are found with their position', async () => {
  const url = await served(await ensureBasemapBuilt());
  const response = await fetch(`${url}/api/v1/search?q=ostermund&limit=1&near=46.9,7.4`);
  expect((await response.json()) as SearchResponse).toEqual({
    places: [
      {
        ...{ name: 'Ostermundigen', country: 'CH', latitude: '46.95694', longitude: '7.49019' },
        population: expect.any(Number),
      },
    ],
  });
});

test.each([
  '/tiles/basemap/15/0/0.mvt',
  '/tiles/basemap/3/8/0.mvt',
  '/tiles/basemap/3/-1/0.mvt',
  '/tiles/basemap/a/0/0.mvt',
  '/api/v1/search',
  '/api/v1/search?q=',
  `/api/v1/search?q=${'a'.repeat(101)}`,
  '/api/v1/search?q=a&limit=0',
  '/api/v1/search?q=a&limit=51',
  '/api/v1/search?q=a&near=91,0',
  '/api/v1/search?q=a&near=somewhere',
  '/api/v1/search?q=a&nearby=1,1',
])('%s is refused', async (path) => {
  const response = await fetch((await served(await ensureBasemapBuilt())) + path);
  expect(response.status).toBe(400);
  expect((await problemOf(response)).code).toBe('input.invalid');
});

test('without its files the basemap is refused with the remedy, and found once they are there', async () => {
  expect((await fetch(`${await served(undefined)}/tiles/basemap/0/0/0.mvt`)).status).toBe(503);
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-basemap-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const url = await served(folder);
  const missing = await fetch(`${url}/tiles/basemap/0/0/0.mvt`);
  expect(await problemOf(missing)).toMatchObject({ status: 503, code: 'basemap.notBuilt' });

  await writeFile(join(folder, 'world.bin'), 'cut off');
  await writeFile(join(folder, 'towns.bin'), '');
  await expect(createBasemap(folder)()).rejects.toMatchObject({ code: 'basemap.damaged' });

  const built = await ensureBasemapBuilt();
  for (const file of ['world.bin', 'towns.bin']) await copyFile(join(built, file), join(folder, file));
  expect((await fetch(`${url}/tiles/basemap/0/0/0.mvt`)).status).toBe(200);
});
