import type { Db } from '../db.ts';
import type { AnswerStore, KeyedRequest } from '../http/idempotency.ts';

const KEPT_SEC = 24 * 3_600;

/** A process that took a request and has not answered after this time has died: another may answer. */
const LOST_SEC = 60;

/** Answers to requests with an `Idempotency-Key`, in the database, so that each process knows those of the others. */
export function answeredRequests(db: Db, now: () => number): AnswerStore {
  return {
    async take(request) {
      await db
        .deleteFrom('answeredRequests')
        .where('startedAt', '<', now() - KEPT_SEC)
        .execute();
      return (await begin(db, request, now())) ? 'mine' : await known(db, request, now());
    },
    async keep(requestKey, { status, body }) {
      await db
        .updateTable('answeredRequests')
        .set({ status, body })
        .where('requestKey', '=', requestKey)
        .execute();
    },
    async forget(requestKey) {
      await db
        .deleteFrom('answeredRequests')
        .where('requestKey', '=', requestKey)
        .where('status', 'is', null)
        .execute();
    },
  };
}

/** Whether this request is the first one with its key. */
async function begin(db: Db, request: KeyedRequest, now: number): Promise<boolean> {
  const inserted = await db
    .insertInto('answeredRequests')
    .values({ ...request, startedAt: now, status: null, body: null })
    .onConflict((conflict) => conflict.column('requestKey').doNothing())
    .executeTakeFirst();
  return Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0;
}

async function known(db: Db, { requestKey, requestHash }: KeyedRequest, now: number) {
  const row = await db
    .selectFrom('answeredRequests')
    .selectAll()
    .where('requestKey', '=', requestKey)
    .executeTakeFirst();
  // It was forgotten in between: the caller looks again.
  if (row === undefined) return 'busy';
  if (row.requestHash !== requestHash) return 'other';
  if (row.status !== null) return { status: row.status, body: row.body };
  if (row.startedAt > now - LOST_SEC) return 'busy';
  const taken = await db
    .updateTable('answeredRequests')
    .set({ startedAt: now })
    .where('requestKey', '=', requestKey)
    .where('startedAt', '=', row.startedAt)
    .where('status', 'is', null)
    .executeTakeFirst();
  return Number(taken.numUpdatedRows) > 0 ? 'mine' : 'busy';
}
