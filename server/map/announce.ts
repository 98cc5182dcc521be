import type { Logger } from 'pino';
import type { Hex } from 'viem';
import type { MapEvent } from '../../protocol/api.ts';
import { OFFLINE_AFTER_SEC } from '../../protocol/link.ts';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import type { Db } from '../db.ts';
import type { EventStream } from '../http/sse.ts';
import { readCharger } from '../listing/store.ts';
import type { TopicBus } from '../topics.ts';
import { changedByTime, summariesOf } from './store.ts';

/** Interval of the check for statuses that changed by time alone. */
const TICK_MS = 2_000;

export interface MapAnnouncer {
  add(stream: EventStream): void;
  remove(stream: EventStream): void;
  stop(): void;
}

interface AnnouncerOptions {
  db: Db;
  topics: TopicBus;
  log: Logger;
  now(): number;
}

/** Sends changes to every open map: those made by the ledger, by an agent, and by time alone. */
export function createMapAnnouncer({ db, topics, log, now }: AnnouncerOptions): MapAnnouncer {
  const streams = new Set<EventStream>();
  const announce = async (listingId: Hex) => {
    if (streams.size === 0) return;
    const event = await mapEventOf(db, listingId, now());
    for (const stream of streams) stream.send(event);
  };
  let last: Promise<void> = Promise.resolve();
  const queue = (act: () => Promise<void>) => {
    last = last.then(act).catch((error) => log.error({ err: error }, 'map events'));
  };
  const onListing = (id: string) => queue(() => announce(id as Hex));
  const unsubscribe = [topics.subscribe('listing', onListing), topics.subscribe('connector', onListing)];
  const timer = everyTick((since, until) => {
    queue(async () => {
      for (const id of await changedByTime(db, since, until)) await announce(id);
    });
  }, now);
  return {
    add: (stream) => void streams.add(stream),
    remove: (stream) => void streams.delete(stream),
    stop() {
      clearInterval(timer);
      for (const end of unsubscribe) end();
    },
  };
}

/** Calls `act` with the time since the last tick: (since, until], in unix seconds. */
function everyTick(act: (since: number, until: number) => void, now: () => number): NodeJS.Timeout {
  let since = now();
  return setInterval(() => {
    const until = now();
    // The clock was set back: the changes of the last minutes are sent again.
    act(until < since ? until - OFFLINE_AFTER_SEC : since, until);
    since = until;
  }, TICK_MS);
}

async function mapEventOf(db: Db, listingId: Hex, now: number): Promise<MapEvent> {
  const row = await readCharger(db, listingId);
  if (row === undefined || row.status !== LISTING_STATUS.OPEN)
    return { event: 'removed', data: { listingId } };
  const [data] = await summariesOf(db, [row], now);
  return { event: 'charger', data: data! };
}
