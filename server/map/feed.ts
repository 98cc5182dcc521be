import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Db } from '../db.ts';
import type { TopicBus } from '../topics.ts';
import { changesAfter, type MapChange, readMapState } from './changes.ts';

/** Changes that are read at once. */
const PAGE = 500;

/** When more changes wait, those who follow start over: reading them all would take longer. */
const FAR_BEHIND = 5_000;

/** How long at most a change waits that no message announced. */
const POLL_MS = 500;

/** Hears changes in their order; undefined says that there were too many, and anything may have changed. */
export type MapListener = (changes: readonly MapChange[] | undefined) => void;

/** The changes of the map, in each process, whichever process made them. */
export interface MapFeed {
  /** Number of the newest change that the listeners heard of. Resolves once the feed follows. */
  position(): Promise<number>;
  subscribe(listener: MapListener): void;
  /** Does something between two batches of changes, with the number of the newest change that was heard. */
  inOrder(act: (position: number) => Promise<void>): void;
  stop(): Promise<void>;
}

export function createMapFeed({ db, topics, log }: { db: Db; topics: TopicBus; log: Logger }): MapFeed {
  const listeners = new Set<MapListener>();
  const hear: MapListener = (changes) => {
    for (const listener of listeners) listener(changes);
  };
  const started = Promise.withResolvers<void>();
  let position: number | undefined;
  const read = async () => {
    position =
      position === undefined ? (await readMapState(db)).changeNumber : await follow(db, position, hear);
    started.resolve();
  };
  const queue = createQueue((error) => log.error({ err: error }, 'map changes'));
  let isWaiting = false;
  const wake = () => {
    if (isWaiting) return;
    isWaiting = true;
    queue.add(async () => {
      isWaiting = false;
      await read();
    });
  };
  const unsubscribe = [topics.subscribe('map', wake), topics.onMissed(wake)];
  const timer = setInterval(wake, POLL_MS);
  wake();
  return {
    async position() {
      await started.promise;
      return position!;
    },
    subscribe: (listener) => void listeners.add(listener),
    inOrder: (act) =>
      queue.add(async () => {
        await read();
        await act(position!);
      }),
    async stop() {
      clearInterval(timer);
      for (const end of unsubscribe) end();
      await queue.end();
    },
  };
}

/** Hands on the changes after a position. Returns the position after them. */
async function follow(db: Db, from: number, hear: MapListener): Promise<number> {
  let position = from;
  for (;;) {
    const changes = await changesAfter(db, position, PAGE);
    const newest = changes.length < PAGE ? position : (await readMapState(db)).changeNumber;
    const isFar = newest - position > FAR_BEHIND;
    position = isFar ? newest : (changes.at(-1)?.changeNumber ?? position);
    if (isFar) hear(undefined);
    else if (changes.length > 0) hear(changes);
    if (changes.length < PAGE) return position;
    await turn();
  }
}

/** Runs one task after the other. */
function createQueue(onError: (error: unknown) => void) {
  let last: Promise<void> = Promise.resolve();
  let isEnded = false;
  return {
    add(act: () => Promise<void>): void {
      last = last.then(() => (isEnded ? undefined : act())).catch(onError);
    },
    async end(): Promise<void> {
      isEnded = true;
      await last;
    },
  };
}
