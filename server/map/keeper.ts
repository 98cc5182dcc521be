import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Progress } from '../chain/progress.ts';
import type { Db } from '../db.ts';
import type { TopicBus } from '../topics.ts';
import { markChangedByTime } from './changed-by-time.ts';
import { forgetRemoved } from './changes.ts';
import { type Batch, keepBatch, redrawBatch } from './pyramid.ts';

/** How long at most a mark waits that nothing announced, and a status that time alone changes. */
const POLL_MS = 500;

/** After a pass the keeper rests for as long as it took, at most this: what changes often is then looked at seldom. */
const MAX_REST_MS = 250;
/** During a back-fill, when nearly all listings change all the time. */
const BACK_FILL_REST_MS = 30_000;

export interface MapKeeper {
  stop(): Promise<void>;
}

interface KeeperOptions {
  db: Db;
  topics: TopicBus;
  log: Logger;
  now(): number;
  /** False during a back-fill, and before the ledger answers. */
  isNearHead(): boolean;
  /** How far a back-fill is; null while there is none. */
  progress(): Progress | null;
}

/** Keeps the map's tables in line with the index and the agents' reports. One process of all does it: the leader. */
export function startMapKeeper(options: KeeperOptions): MapKeeper {
  const { topics } = options;
  const stopping = new AbortController();
  let wake = (): void => undefined;
  const unsubscribe = (['listing', 'connector'] as const).map((topic) =>
    topics.subscribe(topic, () => wake()),
  );
  const wait = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = keep(options, stopping.signal, wait);
  return {
    async stop() {
      stopping.abort();
      for (const end of unsubscribe) end();
      wake();
      await running;
    },
  };
}

async function keep(options: KeeperOptions, signal: AbortSignal, wait: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const next = wait();
    const beganAt = performance.now();
    try {
      await catchUp(options, signal);
    } catch (error) {
      options.log.error({ err: error }, 'map');
    }
    await rest(options, performance.now() - beganAt, signal);
    if (!signal.aborted) await next;
  }
}

/** Ends early when a back-fill does. */
async function rest({ isNearHead }: KeeperOptions, passMs: number, signal: AbortSignal): Promise<void> {
  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
  await pause(Math.min(passMs, MAX_REST_MS));
  const untilMs = performance.now() + BACK_FILL_REST_MS;
  while (!isNearHead() && performance.now() < untilMs && !signal.aborted) await pause(MAX_REST_MS);
}

async function catchUp(options: KeeperOptions, signal: AbortSignal): Promise<void> {
  const { db, topics, now, isNearHead, progress } = options;
  const nothing: Batch = { looked: 0, changeNumber: undefined };
  for (let isDone = false; !isDone && !signal.aborted; await turn()) {
    // The index of bookings by time is built when a back-fill ends: before, each look would read all bookings.
    const isSeen = progress() !== null || (await markChangedByTime(db, now()));
    const marked = await keepBatch(db, now());
    const redrawn = isNearHead() ? await redrawBatch(db, now()) : nothing;
    for (const { changeNumber } of [marked, redrawn])
      if (changeNumber !== undefined) topics.publish('map', String(changeNumber));
    isDone = isSeen && marked.looked === 0 && redrawn.looked === 0;
  }
  await forgetRemoved(db, now());
}
