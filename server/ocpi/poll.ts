import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ServerConfig } from '../config.ts';
import type { ForeignFeed } from '../config-values.ts';
import type { Db } from '../db.ts';
import { FEED_BOUNDS, type FeedBounds } from './fetchFeed.ts';
import { readFeed } from './readFeed.ts';
import { configureFeeds, takeDueFeed } from './store.ts';

/** How often it is looked whether a feed is due. */
const LOOK_MS = 5_000;

export interface ForeignFeedsOptions {
  db: Db;
  config: Pick<ServerConfig, 'foreignFeeds' | 'foreignPollSec'>;
  log: Logger;
  /** Unix seconds. */
  now(): number;
  bounds?: FeedBounds;
  lookMs?: number;
}

/** Reads the configured feeds of other operators, each at its interval, until it is stopped. */
export function startForeignFeeds(options: ForeignFeedsOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function run(options: ForeignFeedsOptions, signal: AbortSignal): Promise<void> {
  const { config, db } = options;
  const names = config.foreignFeeds.map((feed) => feed.name);
  await repeated(options, signal, async () => {
    await configureFeeds(db, names);
    return true;
  });
  await Promise.all(
    config.foreignFeeds.map((feed) => repeated(options, signal, () => readIfDue(options, feed, signal))),
  );
}

/** Until the work says that it is done. */
async function repeated(
  { log, lookMs = LOOK_MS }: ForeignFeedsOptions,
  signal: AbortSignal,
  work: () => Promise<boolean>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await work()) return;
    } catch (error) {
      // The database was away: it is asked again.
      if (!signal.aborted) log.error({ err: error }, 'foreign feeds');
    }
    await pause(lookMs, undefined, { signal }).catch(() => {});
  }
}

async function readIfDue(
  { db, config, log, now, bounds = FEED_BOUNDS }: ForeignFeedsOptions,
  feed: ForeignFeed,
  signal: AbortSignal,
): Promise<boolean> {
  const at = now();
  const due = await takeDueFeed(db, feed.name, { now: at, nextAt: at + config.foreignPollSec });
  if (due !== undefined) await readFeed({ db, log, bounds, signal, now }, feed, due);
  return false;
}
