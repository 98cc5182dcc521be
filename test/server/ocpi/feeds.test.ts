import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../server/config.ts';
import type { ForeignFeed } from '../../../server/config-values.ts';
import { feedStatuses, readForeignLocation, tilesVersion } from '../../../server/ocpi/store.ts';
import { foreignTile } from '../../../server/ocpi/tiles.ts';
import { decodeTile } from '../../support/mvt.ts';
import { waitFor } from '../support.ts';
import { BASE, feedReaderForEachTest } from './feedReader.ts';
import { locationRow } from './feedServer.ts';

const reader = feedReaderForEachTest();

test('all pages are read; a change, a removal and a row that is refused show after the next read', async () => {
  const rows = Array.from({ length: 25 }, (_, n) => locationRow(n));
  const feed = await reader.feedServer(rows, 10);
  reader.reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await reader.statusOf())?.readAt === reader.now);
  expect(await reader.statusOf()).toEqual({
    ...{ name: 'ours', readAt: reader.now, error: null, locationCount: 25, hiddenCount: 0 },
    ...{ refusedCount: 0, refused: [] },
  });
  expect(feed.requests.map((request) => request.url)).toEqual([
    '/locations',
    '/locations?offset=10&limit=10',
    '/locations?offset=20&limit=10',
  ]);
  expect(await reader.storedIds()).toHaveLength(25);

  const version = await tilesVersion(reader.db);
  feed.rows = [
    ...rows.slice(2, 12),
    locationRow(12, { name: 'Renamed' }),
    locationRow(13, { coordinates: { latitude: '', longitude: '' } }),
    locationRow(14, { publish: false }),
    ...rows.slice(15),
  ];
  await reader.readAgain((status) => status.readAt === reader.now);
  expect(await reader.statusOf()).toMatchObject({
    ...{ locationCount: 21, hiddenCount: 1, refusedCount: 1 },
    refused: [{ row: 'LOC13', rule: expect.stringContaining('coordinates.latitude') }],
  });
  const ids = await reader.storedIds();
  expect(ids).toHaveLength(21);
  expect(ids).toContain('Renamed');
  expect(ids).not.toContain('Location 0');
  expect(await tilesVersion(reader.db)).not.toBe(version);
});

test('a feed of one page is asked for by its validators, and is not read again while it is the same', async () => {
  const feed = await reader.feedServer([locationRow(1), locationRow(2)]);
  reader.reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await reader.statusOf())?.readAt === reader.now);
  const version = await tilesVersion(reader.db);
  await reader.readAgain((status) => status.readAt === reader.now);
  expect(feed.requests[1]!.headers['if-none-match']).toBeDefined();
  expect(await reader.statusOf()).toMatchObject({ locationCount: 2, error: null });
  expect(await tilesVersion(reader.db)).toBe(version);
  // After one that is the same, a change is seen all the same.
  feed.rows = [locationRow(2), locationRow(3), locationRow(4)];
  await reader.readAgain((status) => status.readAt === reader.now && status.locationCount === 3);
  expect(await reader.storedIds()).toEqual(['Location 2', 'Location 3', 'Location 4']);
});

test('a feed of bare rows behind a byte order mark is read, from a file too, and the token is sent', async () => {
  const feed = await reader.feedServer([locationRow(1), locationRow(1, { name: 'The last one counts' })]);
  feed.write = (rows) => `\uFEFF${JSON.stringify(rows, null, 2)}`;
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-feeds-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'feed.json');
  await writeFile(file, feed.write([locationRow(5, { city: 'a\u0000b\ud800', id: '\u0000' })]));
  reader.reading(`ours=${feed.url.replace('//', '//a%20token@')},file=${file}`);
  await waitFor('both feeds', async () => (await reader.storedIds()).length === 2);
  expect(await reader.storedIds()).toEqual(['Location 5', 'The last one counts']);
  const token = Buffer.from('a token').toString('base64');
  expect(feed.requests[0]!.headers.authorization).toBe(`Token ${token}`);
  // OCPI 2.2.1, 4.2: both ids, new for each request.
  const ids = feed.requests.flatMap(({ headers }) => [headers['x-request-id'], headers['x-correlation-id']]);
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(ids.length);
  expect(reader.logLines.join('')).not.toContain('a token');
});

test('of two processes on one database one reads a feed that is due', async () => {
  const feed = await reader.feedServer([locationRow(1)]);
  reader.reading(`ours=${feed.url}`);
  reader.reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await reader.statusOf())?.readAt === reader.now);
  await reader.readAgain((status) => status.readAt === reader.now);
  expect(feed.requests).toHaveLength(2);
});

test('a feed that is no longer configured is removed with its locations', async () => {
  const feed = await reader.feedServer([locationRow(1)]);
  const first = reader.reading(`ours=${feed.url},theirs=${feed.url}`);
  await waitFor('both feeds', async () => (await reader.storedIds()).length === 2);
  await first.stop();
  const second = reader.reading(`theirs=${feed.url}`);
  await waitFor('the one feed', async () => (await reader.storedIds()).length === 1);
  await second.stop();
  reader.reading('');
  await waitFor('no feed', async () => (await feedStatuses(reader.db)).length === 0);
  expect(await reader.storedIds()).toEqual([]);
});

test('tiles have every location from zoom 12 on, and below one for each cell that has some', async () => {
  const rows = Array.from({ length: 700 }, (_, n) =>
    locationRow(n, {
      coordinates: { latitude: 52 + (n % 26) * 0.004, longitude: 13 + Math.floor(n / 26) * 0.006 },
    }),
  );
  const feed = await reader.feedServer([
    ...rows,
    locationRow(7_000, { coordinates: { latitude: 52, longitude: 13 } }),
  ]);
  reader.reading(`ours=${feed.url}`);
  await waitFor('the read', async () => (await reader.statusOf())?.readAt === reader.now);
  const featuresAt = async (z: number) => {
    const shown = new Map<string, string>();
    // A grid that covers all of them.
    const x = (longitude: number) => Math.floor((longitude / 360 + 0.5) * 2 ** z);
    const mercator = (latitude: number) => Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360));
    const y = (latitude: number) => Math.floor((0.5 - mercator(latitude) / (2 * Math.PI)) * 2 ** z);
    for (let tx = x(12.99); tx <= x(13.2); tx++) {
      for (let ty = y(52.12); ty <= y(51.99); ty++) {
        const { foreign = [] } = decodeTile(await foreignTile(reader.db, { z, x: tx, y: ty }));
        const cells = foreign.map(({ geometry }) => geometry[0]!.map((p) => `${p.x >> 7},${p.y >> 7}`)[0]!);
        for (const [i, feature] of foreign.entries()) {
          shown.set(feature.properties.id as string, `${tx}/${ty}/${cells[i]}`);
          expect(feature.properties.isForeign).toBe(true);
        }
      }
    }
    return shown;
  };
  const whole = await featuresAt(12);
  expect(whole.size).toBe(701);
  let fewer = whole.size;
  for (const z of [10, 8, 6]) {
    const shown = await featuresAt(z);
    expect(shown.size).toBeGreaterThan(0);
    expect(shown.size).toBeLessThan(fewer);
    fewer = shown.size;
    // The two at one position are both there, where their cell's first is theirs.
    expect(shown.size - new Set(shown.values()).size).toBeLessThanOrEqual(1);
    for (const id of shown.keys()) expect(whole.has(id)).toBe(true);
  }
  const [id] = [...whole.keys()];
  expect(await readForeignLocation(reader.db, id!)).toMatchObject({ id, isForeign: true, source: 'ours' });
});

test.each([
  'https://a.example/locations',
  'a=ftp://a.example/',
  'a=https://',
  'a b=https://a.example/',
  'a=https://x.example/,a=https://y.example/',
  'a=https://token@a.example/,',
  'a=https://to%ken@a.example/',
])('FOREIGN_FEEDS = %s is refused without its tokens', (feeds) => {
  const refused = () => readConfig({ ...BASE, DATABASE_FILE: 'x', FOREIGN_FEEDS: feeds });
  expect(refused).toThrow(/FOREIGN_FEEDS = \(hidden\) must be NAME=URL/);
});

test('a feed is named, and its token is not a part of its address', () => {
  const FOREIGN_FEEDS = 'a=https://to%40ken@a.example/2.2.1/locations?x=1,b-2=./feeds/b.json';
  const { foreignFeeds } = readConfig({ ...BASE, DATABASE_FILE: 'x', FOREIGN_FEEDS });
  const expected: ForeignFeed[] = [
    { name: 'a', token: 'to@ken', url: 'https://a.example/2.2.1/locations?x=1' },
    { name: 'b-2', token: undefined, file: './feeds/b.json' },
  ];
  expect(foreignFeeds).toEqual(expected);
});
