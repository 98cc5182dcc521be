import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import type { ForeignFeedsResponse, ForeignLocationResponse, TileJson } from '../../../protocol/map-api.ts';
import { readConfig } from '../../../server/config.ts';
import { openDatabase } from '../../../server/db/open.ts';
import { createLog } from '../../../server/http/log.ts';
import { problemHandler, unknownRoute } from '../../../server/http/problem.ts';
import { startForeignFeeds } from '../../../server/ocpi/poll.ts';
import { foreignRoutes, foreignTiles } from '../../../server/ocpi/routes.ts';
import { decodeTile } from '../../support/mvt.ts';
import { get, newDatabase, waitFor } from '../support.ts';
import { locationRow, startFeedServer } from './feedServer.ts';

/** An API with nothing but these foreign feeds. */
async function served(feeds: Record<string, string>): Promise<string> {
  const { env, remove } = await newDatabase();
  const config = readConfig({
    ...{ RPC_URL: 'http://127.0.0.1:1', MARKET_ADDRESS: `0x${'11'.repeat(20)}` },
    ...env,
    ...feeds,
  });
  const database = await openDatabase(config);
  const now = () => 1_000_000;
  const running = startForeignFeeds({ db: database.db, config, log: createLog('silent'), now, lookMs: 10 });
  const app = express();
  app.use(foreignTiles({ db: database.db, config }));
  app.use('/api/v1', foreignRoutes({ db: database.db, config }));
  app.use(unknownRoute, problemHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await running.stop();
    await database.close();
    await remove();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a location is on its tile, and says what it is and that it is foreign', async () => {
  const feed = await startFeedServer([locationRow(1), locationRow(2, { id: '' })]);
  onTestFinished(() => feed.stop());
  const url = await served({ FOREIGN_FEEDS: `ours=${feed.url}` });
  const feedsOf = async () => (await get<ForeignFeedsResponse>(`${url}/api/v1/foreign`)).body.feeds;
  await waitFor('the read', async () => (await feedsOf())[0]?.readAt === 1_000_000);
  expect(await feedsOf()).toEqual([
    {
      ...{ name: 'ours', readAt: 1_000_000, error: null, locationCount: 1, hiddenCount: 0 },
      ...{ refusedCount: 1, refused: [{ row: '', rule: expect.stringContaining('id: ') }] },
    },
  ]);
  const { body: tileJson } = await get<TileJson>(`${url}/tiles/foreign.json`);
  expect(tileJson).toMatchObject({ attribution: 'ours', vector_layers: [{ id: 'foreign' }] });

  const tile = await fetch(url + tileJson.tiles[0]!.replace('{z}/{x}/{y}', '0/0/0'));
  const { foreign } = decodeTile(new Uint8Array(await tile.arrayBuffer()));
  expect(foreign).toHaveLength(1);
  const { id, ...properties } = foreign![0]!.properties;
  expect(properties).toEqual({ status: 'CHARGING', maxPowerW: 11_040, isForeign: true });
  const known = { 'if-none-match': tile.headers.get('etag')! };
  expect((await fetch(tile.url, { headers: known })).status).toBe(304);

  const { body } = await get<ForeignLocationResponse>(`${url}/api/v1/foreign/${id}`);
  expect(body).toEqual({
    ...{ id, isForeign: true, source: 'ours', name: 'Location 1', status: 'CHARGING' },
    ...{ operator: null, address: null, city: null, country: null },
    ...{ latitude: '45.005000', longitude: '5.010000', readAt: 1_000_000 },
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
    connectors: [{ standard: 'IEC_62196_T2', powerType: 'AC_3_PHASE', maxPowerW: 11_040, count: 1 }],
  });
  expect(await get(`${url}/api/v1/foreign/${'0'.repeat(24)}`)).toMatchObject({
    ...{ status: 404, body: { code: 'foreign.unknown' } },
  });
  expect((await get(`${url}/api/v1/foreign/none`)).status).toBe(400);
  expect((await get(`${url}/tiles/foreign/15/0/0.mvt`)).status).toBe(400);
});

test('without a configured feed there are no tiles', async () => {
  const url = await served({});
  for (const path of ['/tiles/foreign.json', '/tiles/foreign/0/0/0.mvt']) {
    expect(await get(url + path)).toMatchObject({ status: 404, body: { code: 'route.unknown' } });
  }
  expect((await get(`${url}/api/v1/foreign`)).body).toEqual({ feeds: [] });
});
