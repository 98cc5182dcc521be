import { randomUUID } from 'node:crypto';
import type { Hex } from 'viem';
import type { Db, Tables, Tx } from '../db.ts';

export type EventMark = Tables['eventMarks'];

const ROWS_PER_STATEMENT = 300;

/**
 * Says that these bookings changed. Call it in the transaction of the change: what is told is then exactly what was
 * committed, also where this process ends right after it. Costs a look where nobody has subscribed to anything.
 */
export async function markBookings(tx: Tx, bookingIds: Iterable<string>): Promise<void> {
  const ids = [...bookingIds] as Hex[];
  if (ids.length === 0 || !(await isAnySubscribed(tx))) return;
  for (let at = 0; at < ids.length; at += ROWS_PER_STATEMENT)
    await putMarks(
      tx,
      ids.slice(at, at + ROWS_PER_STATEMENT).map((bookingId) => ({ bookingId, messageSeq: null })),
    );
}

/** The same of a message between the parties of a booking. */
export async function markMessage(tx: Tx, bookingId: Hex, messageSeq: number): Promise<void> {
  if (await isAnySubscribed(tx)) await putMarks(tx, [{ bookingId, messageSeq }]);
}

async function putMarks(tx: Tx, marks: readonly Omit<EventMark, 'markId'>[]): Promise<void> {
  await tx
    .insertInto('eventMarks')
    .values(marks.map((mark) => ({ markId: newMarkId(), ...mark })))
    .execute();
}

/** In the order of time, as far as the clocks of the processes agree. */
const newMarkId = (): string => `${Date.now().toString(36).padStart(9, '0')}-${randomUUID()}`;

/** The oldest marks. */
export const oldestMarks = (db: Db, limit: number): Promise<EventMark[]> =>
  db.selectFrom('eventMarks').selectAll().where('markId', '>', '').orderBy('markId').limit(limit).execute();

export async function deleteMarks(db: Db, marks: readonly EventMark[]): Promise<void> {
  await db
    .deleteFrom('eventMarks')
    .where(
      'markId',
      'in',
      marks.map(({ markId }) => markId),
    )
    .execute();
}

export async function isAnySubscribed(db: Db): Promise<boolean> {
  const any = db.selectFrom('subscriptions').select('account').where('account', '>', '0x').limit(1);
  return (await any.executeTakeFirst()) !== undefined;
}
