import { afterAll, beforeEach, expect, onTestFinished } from 'vitest';
import { readConfig } from '../../../server/config.ts';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import type { Db } from '../../../server/db.ts';
import { createLog } from '../../../server/http/log.ts';
import { type ForeignFeedsOptions, startForeignFeeds } from '../../../server/ocpi/poll.ts';
import { feedStatuses } from '../../../server/ocpi/store.ts';
import { scansOf } from '../plans.ts';
import { newDatabase, waitFor } from '../support.ts';
import { type FeedServer, startFeedServer } from './feedServer.ts';

export const BASE = { RPC_URL: 'http://127.0.0.1:1', MARKET_ADDRESS: `0x${'11'.repeat(20)}` };

/** By the tests' own `details` alone. */
const OF_TESTS = /^select "(?:details|error)" from/;

type Status = Awaited<ReturnType<typeof feedStatuses>>[number];

/** A new database for each test of a file, into which feeds are read. */
export interface FeedReader {
  db: Db;
  /** Unix seconds, as the reader of the feeds sees them. */
  now: number;
  logLines: string[];
  feedServer(rows: unknown[], pageRows?: number): Promise<FeedServer>;
  /** Starts to read these feeds, as the environment names them. */
  reading(feeds: string, more?: Partial<ForeignFeedsOptions>): { stop(): Promise<void> };
  statusOf(name?: string): Promise<Status | undefined>;
  /** Lets the feeds be read again, and waits until all are. */
  readAgain(check: (status: Status) => boolean): Promise<void>;
  storedIds(): Promise<string[]>;
}

/** Call it once in a file: it adds what happens before each test, and looks at the statements after the last. */
export function feedReaderForEachTest(): FeedReader {
  const statements = new Set<string>();
  let kind: Database['kind'];
  let databaseEnv: Record<string, string>;
  const reader: FeedReader = {
    ...{ db: undefined as unknown as Db, now: 0, logLines: [] },
    async feedServer(rows, pageRows) {
      const server = await startFeedServer(rows, pageRows);
      onTestFinished(() => server.stop());
      return server;
    },
    reading(feeds, more = {}) {
      const named = feeds === '' ? {} : { FOREIGN_FEEDS: feeds };
      const config = readConfig({ ...BASE, ...databaseEnv, ...named });
      const log = createLog('debug', { write: (line) => void reader.logLines.push(line) });
      const options = { db: reader.db, config, log, now: () => reader.now, lookMs: 10, ...more };
      const running = startForeignFeeds(options);
      onTestFinished(() => running.stop());
      return running;
    },
    statusOf: async (name = 'ours') => (await feedStatuses(reader.db)).find((feed) => feed.name === name),
    async readAgain(check) {
      reader.now += 900;
      await waitFor('the feed to be read again', async () => check((await reader.statusOf())!));
    },
    async storedIds() {
      const rows = await reader.db.selectFrom('foreignLocations').select('details').execute();
      return rows.map((row) => JSON.parse(row.details).name as string).sort();
    },
  };
  beforeEach(async () => {
    const { env, remove } = await newDatabase();
    databaseEnv = env;
    const onStatement = (text: string) => void statements.add(text);
    const database = await openDatabase(readConfig({ ...BASE, ...env }), { onStatement });
    ({ db: reader.db, kind } = database);
    reader.now = 1_000_000;
    reader.logLines = [];
    onTestFinished(async () => {
      await database.close();
      await remove();
    });
  });
  afterAll(async () => {
    const asked = [...statements].filter((text) => !OF_TESTS.test(text));
    expect(asked.length).toBeGreaterThan(10);
    expect(await scansOf(kind, asked)).toEqual([]);
  });
  return reader;
}
