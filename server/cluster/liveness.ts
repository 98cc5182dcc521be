import { type Expression, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Cluster } from '../db/cluster.ts';
import type { Db } from '../db.ts';

const BEAT_MS = 2_000;

/** A process that was not seen for this long counts as dead, and its links with it. */
const DEAD_AFTER_SEC = 10;

/** Rows of a dead process are deleted after this time: it may have been without the database only. */
const DELETED_AFTER_SEC = 60;

/**
 * The database's time in unix seconds: the clocks of several computers differ. It stands still within a statement, so that
 * an index can serve a comparison with it. PostgreSQL only.
 */
export const databaseSec = sql<number>`floor(extract(epoch from now()))::bigint`;

/** The same in milliseconds. */
export const databaseMs = sql<number>`floor(extract(epoch from now()) * 1000)::bigint`;

/** Whether a process was seen lately. */
export const isAlive = (seenAt: Expression<number>) =>
  sql<boolean>`${seenAt} > ${databaseSec} - ${DEAD_AFTER_SEC}`;

export interface Liveness {
  /** Leaves: from now on this process has no links. */
  close(): Promise<void>;
}

interface LivenessOptions {
  db: Db;
  cluster: Cluster;
  log: Logger;
  /** Called when this process had no row: the database lost it, or it was taken for dead. */
  onForgotten(): Promise<void>;
}

/** Tells the other processes that this one is alive. Resolves once they can see it. */
export async function startLiveness({ db, cluster, log, onForgotten }: LivenessOptions): Promise<Liveness> {
  const { processId } = cluster;
  await appear(db, processId);
  let running: Promise<void> | undefined;
  const beat = async () => {
    const seen = await db
      .updateTable('processes')
      .set({ seenAt: databaseSec })
      .where('processId', '=', processId)
      .executeTakeFirst();
    if (seen.numUpdatedRows > 0n) return;
    await appear(db, processId);
    await onForgotten();
  };
  const timer = setInterval(() => {
    running ??= beat()
      .catch((error: Error) => log.warn({ reason: error.message }, 'processes: no sign of life'))
      .finally(() => {
        running = undefined;
      });
  }, BEAT_MS);
  return {
    async close() {
      clearInterval(timer);
      await running;
      await deleteProcess(db, processId);
    },
  };
}

async function appear(db: Db, processId: string): Promise<void> {
  await db
    .insertInto('processes')
    .values({ processId, seenAt: databaseSec })
    .onConflict((conflict) => conflict.column('processId').doUpdateSet({ seenAt: databaseSec }))
    .execute();
}

/** Deletes the rows of processes that ended without a word. */
export async function deleteDead(db: Db): Promise<void> {
  const dead = await db
    .selectFrom('processes')
    .select('processId')
    .where('seenAt', '<', sql<number>`${databaseSec} - ${DELETED_AFTER_SEC}`)
    .execute();
  for (const { processId } of dead) await deleteProcess(db, processId);
}

async function deleteProcess(db: Db, processId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('processes').where('processId', '=', processId).execute();
    const links = tx.selectFrom('agentLinks').select('agentKey').where('processId', '=', processId);
    await tx.deleteFrom('pairingOffers').where('agentKey', 'in', links).execute();
    await tx.deleteFrom('agentLinks').where('processId', '=', processId).execute();
  });
}
