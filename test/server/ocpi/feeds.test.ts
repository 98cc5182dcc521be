import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../server/config.ts';
import type { ForeignFeed } from '../../../server/config-values.ts';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import type { Db } from '../../../server/db.ts';
import { createLog } from '../../../server/http/log.ts';
import { FEED_BOUNDS, type FeedBounds } from '../../../server/ocpi/fetchFeed.ts';
import { type ForeignFeedsOptions, startForeignFeeds } from '../../../server/ocpi/poll.ts';
import { feedStatuses, readForeignLocation, tilesVersion } from '../../../server/ocpi/store.ts';
import { foreignTile } from '../../../server/ocpi/tiles.ts';
import { decodeTile } from '../../support/mvt.ts';
import { scansOf } from '../plans.ts';
import { newDatabase, waitFor } from '../support.ts';
import { type FeedServer, locationRow, startFeedServer } from './feedServer.ts';

const BASE = { RPC_URL: 'http://127.0.0.1:1', MARKET_ADDRESS: `0x${'11'.repeat(20)}` };

const statements = new Set<string>();
let kind: Database['kind'];
let db: Db;
let databaseEnv: Record<string, string>;
let now: number;
let logLines: string[];

beforeEach(async () => {
  const { env, remove } = await newDatabase();
  databaseEnv = env;
  const onStatement = (text: string) => void statements.add(text);
  const database = await openDatabase(readConfig({ ...BASE, ...env }), { onStatement });
  ({ db, kind } = database);
  now = 1_000_000;
  logLines = [];
  onTestFinished(async () => {
    await database.close();
    await remove();
  });
});

/** By the tests' own `details` alone. */
const OF_TESTS = /^select "(?:details|error)" from/;

afterAll(async () => {
  const asked = [...statements].filter((text) => !OF_TESTS.test(text));
  expect(asked.length).toBeGreaterThan(10);
  expect(await scansOf(kind, asked)).toEqual([]);
});

async function feedServer(rows: unknown[], pageRows?: number): Promise<FeedServer> {
  const server = await startFeedServer(rows, pageRows);
  onTestFinished(() => server.stop());
  return server;
}

/** Starts to read these feeds, as the environment names them. */
function reading(feeds: string, more: Partial<ForeignFeedsOptions> = {}): { stop(): Promise<void> } {
  const config = readConfig({ ...BASE, ...databaseEnv, ...(feeds === '' ? {} : { FOREIGN_FEEDS: feeds }) });
  const log = createLog('debug', { write: (line) => void logLines.push(line) });
  const running = startForeignFeeds({ db, config, log, now: () => now, lookMs: 10, ...more });
  onTestFinished(() => running.stop());
  return running;
}

const statusOf = async (name = 'ours') => (await feedStatuses(db)).find((feed) => feed.name === name);

/** Lets the feeds be read again, and waits until all are. */
async function readAgain(check: (status: NonNullable<Awaited<ReturnType<typeof statusOf>>>) => boolean) {
  now += 900;
  await waitFor('the feed to be read again', async () => check((await statusOf())!));
}

const storedIds = async (): Promise<string[]> => {
  const rows = await db.selectFrom('foreignLocations').select('details').execute();
  return rows.map((row) => JSON.parse(row.details).name as string).sort();
};

test('all pages are read; a change, a removal and a row that is refused show after the next read', async () => {
  const rows = Array.from({ length: 25 }, (_, n) => locationRow(n));
  const feed = await feedServer(rows, 10);
  reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await statusOf())?.readAt === now);
  expect(await statusOf()).toEqual({
    ...{ name: 'ours', readAt: now, error: null, locationCount: 25, hiddenCount: 0 },
    ...{ refusedCount: 0, refused: [] },
  });
  expect(feed.requests.map((request) => request.url)).toEqual([
    '/locations',
    '/locations?offset=10&limit=10',
    '/locations?offset=20&limit=10',
  ]);
  expect(await storedIds()).toHaveLength(25);

  const version = await tilesVersion(db);
  feed.rows = [
    ...rows.slice(2, 12),
    locationRow(12, { name: 'Renamed' }),
    locationRow(13, { coordinates: { latitude: '', longitude: '' } }),
    locationRow(14, { publish: false }),
    ...rows.slice(15),
  ];
  await readAgain((status) => status.readAt === now);
  expect(await statusOf()).toMatchObject({
    ...{ locationCount: 21, hiddenCount: 1, refusedCount: 1 },
    refused: [{ row: 'LOC13', rule: expect.stringContaining('coordinates.latitude') }],
  });
  const ids = await storedIds();
  expect(ids).toHaveLength(21);
  expect(ids).toContain('Renamed');
  expect(ids).not.toContain('Location 0');
  expect(await tilesVersion(db)).not.toBe(version);
});

test('a feed of one page is asked for by its validators, and is not read again while it is the same', async () => {
  const feed = await feedServer([locationRow(1), locationRow(2)]);
  reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await statusOf())?.readAt === now);
  const version = await tilesVersion(db);
  await readAgain((status) => status.readAt === now);
  expect(feed.requests[1]!.headers['if-none-match']).toBeDefined();
  expect(await statusOf()).toMatchObject({ locationCount: 2, error: null });
  expect(await tilesVersion(db)).toBe(version);
  // After one that is the same, a change is seen all the same.
  feed.rows = [locationRow(2), locationRow(3), locationRow(4)];
  await readAgain((status) => status.readAt === now && status.locationCount === 3);
  expect(await storedIds()).toEqual(['Location 2', 'Location 3', 'Location 4']);
});

test('a feed of bare rows behind a byte order mark is read, from a file too, and the token is sent', async () => {
  const feed = await feedServer([locationRow(1), locationRow(1, { name: 'The last one counts' })]);
  feed.write = (rows) => `\uFEFF${JSON.stringify(rows, null, 2)}`;
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-feeds-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'feed.json');
  await writeFile(file, feed.write([locationRow(5, { city: 'a\u0000b\ud800', id: '\u0000' })]));
  reading(`ours=${feed.url.replace('//', '//a%20token@')},file=${file}`);
  await waitFor('both feeds', async () => (await storedIds()).length === 2);
  expect(await storedIds()).toEqual(['Location 5', 'The last one counts']);
  const token = Buffer.from('a token').toString('base64');
  expect(feed.requests[0]!.headers.authorization).toBe(`Token ${token}`);
  expect(logLines.join('')).not.toContain('a token');
});

const SMALL: FeedBounds = {
  ...FEED_BOUNDS,
  pageBytes: 20_000,
  rowChars: 2_000,
  pages: 5,
  pageTimeoutMs: 400,
};

test.each<[string, string, (feed: FeedServer) => void]>([
  [
    'answers with an error',
    'feed.unreachable: status 500',
    (feed) => {
      feed.disturb = (_, res) => !!res.writeHead(500).end('no');
    },
  ],
  [
    'redirects to another address',
    'feed.unreachable',
    (feed) => {
      feed.disturb = (_, res) => !!res.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    },
  ],
  [
    'names a next page on another host',
    'feed.incomplete: a next page on http://10.0.0.1',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('link', '<http://10.0.0.1/secrets>; rel="next"');
        return false;
      };
    },
  ],
  [
    'names the same page for ever',
    'feed.tooLarge: more pages',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('link', `<${feed.url}>; rel="next"`);
        return false;
      };
    },
  ],
  [
    'has ever another page',
    'feed.tooLarge: more pages',
    (feed) => {
      feed.disturb = (url, res) => {
        const offset = Number(url.searchParams.get('page') ?? 0);
        res.setHeader('link', `<${feed.url}?page=${offset + 1}>; rel="next"`);
        return !!res.end('[]');
      };
    },
  ],
  [
    'is too large',
    'feed.tooLarge',
    (feed) => {
      feed.disturb = (_, res) =>
        !!res.end(JSON.stringify(Array.from({ length: 200 }, (_, n) => locationRow(n))));
    },
  ],
  [
    'ends in the middle',
    'feed.unreadable',
    (feed) => {
      feed.disturb = (_, res) => !!res.end('[{"id": 1}, {"id"');
    },
  ],
  [
    'breaks off',
    'feed.unreachable',
    (feed) => {
      feed.disturb = (_, res) => {
        res.writeHead(200, { 'content-length': 5_000 });
        res.write('[{"id": 1},');
        return !!setImmediate(() => res.destroy());
      };
    },
  ],
  [
    'never answers',
    'feed.unreachable',
    (feed) => {
      feed.disturb = () => true;
    },
  ],
  [
    'announces more than it sends',
    'feed.incomplete: 1 of 99 rows',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('x-total-count', 99);
        return !!res.end(JSON.stringify([locationRow(1)]));
      };
    },
  ],
  [
    'has changed its format',
    'feed.unreadable: none of 2 rows',
    (feed) => {
      feed.disturb = (_, res) => !!res.end(JSON.stringify([{ ID: '1' }, { ID: '2' }]));
    },
  ],
  [
    'is a page for people',
    'feed.unreadable',
    (feed) => {
      feed.disturb = (_, res) => !!res.end('<!doctype html><title>Sign in</title>');
    },
  ],
])(
  'a feed that %s keeps what was read before, says so, and is read again later',
  async (_, error, disturb) => {
    const feed = await feedServer([locationRow(1), locationRow(2)]);
    reading(`ours=${feed.url}`, { bounds: SMALL });
    await waitFor('the first read', async () => (await statusOf())?.readAt === now);
    disturb(feed);
    // Otherwise it would be found unchanged.
    feed.rows = [locationRow(1), locationRow(2), locationRow(3)];
    await readAgain((status) => status.error !== null);
    const stored = await db.selectFrom('foreignFeeds').select('error').executeTakeFirst();
    expect(stored!.error).toContain(error);
    expect((await statusOf())!.error).toMatch(/^feed\.\w+$/);
    expect(await storedIds()).toEqual(expect.arrayContaining(['Location 1', 'Location 2']));
    feed.disturb = () => false;
    await waitFor('the feed to be read well', async () => {
      // The error is told before the failed read has said when the next one is due.
      now += 900;
      const { error: left, locationCount } = (await statusOf())!;
      return left === null && locationCount === 3;
    });
    expect(await storedIds()).toEqual(['Location 1', 'Location 2', 'Location 3']);
  },
);

test('of two processes on one database one reads a feed that is due', async () => {
  const feed = await feedServer([locationRow(1)]);
  reading(`ours=${feed.url}`);
  reading(`ours=${feed.url}`);
  await waitFor('the first read', async () => (await statusOf())?.readAt === now);
  await readAgain((status) => status.readAt === now);
  expect(feed.requests).toHaveLength(2);
});

test('a feed that is no longer configured is removed with its locations', async () => {
  const feed = await feedServer([locationRow(1)]);
  const first = reading(`ours=${feed.url},theirs=${feed.url}`);
  await waitFor('both feeds', async () => (await storedIds()).length === 2);
  await first.stop();
  const second = reading(`theirs=${feed.url}`);
  await waitFor('the one feed', async () => (await storedIds()).length === 1);
  await second.stop();
  reading('');
  await waitFor('no feed', async () => (await feedStatuses(db)).length === 0);
  expect(await storedIds()).toEqual([]);
});

test('tiles have every location from zoom 12 on, and below one for each cell that has some', async () => {
  const rows = Array.from({ length: 700 }, (_, n) =>
    locationRow(n, {
      coordinates: { latitude: 52 + (n % 26) * 0.004, longitude: 13 + Math.floor(n / 26) * 0.006 },
    }),
  );
  const feed = await feedServer([
    ...rows,
    locationRow(7_000, { coordinates: { latitude: 52, longitude: 13 } }),
  ]);
  reading(`ours=${feed.url}`);
  await waitFor('the read', async () => (await statusOf())?.readAt === now);
  const featuresAt = async (z: number) => {
    const shown = new Map<string, string>();
    // A grid that covers all of them.
    const x = (longitude: number) => Math.floor((longitude / 360 + 0.5) * 2 ** z);
    const mercator = (latitude: number) => Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360));
    const y = (latitude: number) => Math.floor((0.5 - mercator(latitude) / (2 * Math.PI)) * 2 ** z);
    for (let tx = x(12.99); tx <= x(13.2); tx++) {
      for (let ty = y(52.12); ty <= y(51.99); ty++) {
        const { foreign = [] } = decodeTile(await foreignTile(db, { z, x: tx, y: ty }));
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
  expect(await readForeignLocation(db, id!)).toMatchObject({ id, isForeign: true, source: 'ours' });
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
