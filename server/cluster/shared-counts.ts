import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { sql } from 'kysely';
import type { Db } from '../db.ts';
import { createBatch } from './batch.ts';
import { databaseMs } from './liveness.ts';

/** Requests of the same moment are counted by one statement. */
const COUNTED_AT_ONCE = 200;

/** Counts of requests over all processes, in the database. */
export interface SharedCounts {
  /** A store for one limit of express-rate-limit. Stores of one name count together. */
  storeOf(name: string): Store;
}

interface Hit {
  countKey: string;
  windowMs: number;
  info?: ClientRateLimitInfo;
}

export function createSharedCounts(db: Db): SharedCounts {
  const batch = createBatch<Hit>({
    write: (hits) => countHits(db, hits),
    ...{ waitMs: 0, maxItems: COUNTED_AT_ONCE },
  });
  return { storeOf: (name) => storeOf(db, name, batch.add) };
}

function storeOf(db: Db, name: string, add: (hit: Hit) => Promise<void>): Store {
  let windowMs = 0;
  const prefix = `${name} `;
  return {
    prefix,
    localKeys: false,
    init(options: Options) {
      windowMs = options.windowMs;
    },
    async increment(key) {
      const hit: Hit = { countKey: prefix + key, windowMs };
      await add(hit);
      return hit.info!;
    },
    async decrement(key) {
      await db
        .updateTable('requestCounts')
        .set((eb) => ({ hits: eb('hits', '-', 1) }))
        .where('countKey', '=', prefix + key)
        .where('hits', '>', 0)
        .execute();
    },
    async resetKey(key) {
      await db
        .deleteFrom('requestCounts')
        .where('countKey', '=', prefix + key)
        .execute();
    },
  };
}

/** Counts hits, and tells each its number within the window. A window that is over starts again with the first hit. */
async function countHits(db: Db, hits: Hit[]): Promise<void> {
  const byKey = Map.groupBy(hits, ({ countKey }) => countKey);
  // In one order, so that two processes never wait for each other.
  const rows = [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([countKey, [first, ...more]]) => ({
      countKey,
      hits: 1 + more.length,
      resetAtMs: sql<number>`${databaseMs} + ${first!.windowMs}`,
    }));
  const isOver = sql<boolean>`${sql.ref('requestCounts.resetAtMs')} <= ${databaseMs}`;
  const written = await db
    .insertInto('requestCounts')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('countKey').doUpdateSet({
        hits: sql<number>`case when ${isOver} then 0 else ${sql.ref('requestCounts.hits')} end + ${sql.ref('excluded.hits')}`,
        resetAtMs: sql<number>`case when ${isOver} then ${sql.ref('excluded.resetAtMs')} else ${sql.ref('requestCounts.resetAtMs')} end`,
      }),
    )
    .returningAll()
    .execute();
  for (const { countKey, hits: total, resetAtMs } of written) {
    const own = byKey.get(countKey)!;
    for (const [i, hit] of own.entries()) {
      hit.info = { totalHits: total - own.length + 1 + i, resetTime: new Date(resetAtMs) };
    }
  }
}

/** Deletes the counts of windows that are over. */
export async function deleteOldCounts(db: Db): Promise<void> {
  await db.deleteFrom('requestCounts').where('resetAtMs', '<', databaseMs).execute();
}
