import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Address, Hex } from 'viem';
import type { Db, Tables } from '../db.ts';

export type Subscription = Tables['subscriptions'];
export type Delivery = Selectable<Tables['deliveries']>;

/** So many events wait for one subscription. */
export const MOST_WAITING = 200;
/** A delivery that is done is remembered, so that its event is not sent again. */
const DONE_SEC = 86_400;
const ENDED_SEC = 7 * 86_400;

export const hashOf = (subscriptionId: Hex): Hex =>
  `0x${createHash('sha256').update(subscriptionId).digest('hex')}`;

export const countOfAccount = async (db: Db, account: Address): Promise<number> => {
  const { count } = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account', '=', account)
    .where('endedAt', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
};

type New = Pick<
  Subscription,
  'subscriptionHash' | 'channel' | 'account' | 'bookingId' | 'endpoint' | 'secret' | 'createdAt' | 'expiresAt'
>;

export async function putSubscription(db: Db, one: New): Promise<void> {
  const rest = { dueAt: null, queued: 0, missed: 0, failures: 0, endedAt: null, endedBecause: null };
  await db
    .insertInto('subscriptions')
    .values({ ...one, ...rest })
    .execute();
}

export const readSubscription = (db: Db, subscriptionHash: Hex): Promise<Subscription | undefined> =>
  db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscriptionHash', '=', subscriptionHash)
    .executeTakeFirst();

export async function countWaiting(db: Db, subscriptionHash: Hex): Promise<number> {
  const { count } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('subscriptionHash', '=', subscriptionHash)
    .where('doneAt', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Deletes a subscription with what waits. */
export async function deleteSubscription(db: Db, subscriptionHash: Hex): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('deliveries').where('subscriptionHash', '=', subscriptionHash).execute();
    await tx.deleteFrom('subscriptions').where('subscriptionHash', '=', subscriptionHash).execute();
  });
}

/** Those to try now, the longest due first. */
export const dueSubscriptions = (db: Db, now: number, limit: number): Promise<Subscription[]> =>
  db
    .selectFrom('subscriptions')
    .selectAll()
    .where('dueAt', '<=', now)
    .orderBy('dueAt')
    .limit(limit)
    .execute();

export const nextDelivery = (db: Db, subscriptionHash: Hex): Promise<Delivery | undefined> =>
  db
    .selectFrom('deliveries')
    .selectAll()
    .where('subscriptionHash', '=', subscriptionHash)
    .where('doneAt', 'is', null)
    .orderBy('number')
    .orderBy('createdAt')
    .orderBy('deliveryId')
    .limit(1)
    .executeTakeFirst();

export async function markDone(
  db: Db,
  { deliveryId, subscriptionHash }: Delivery,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('deliveries').set({ doneAt: now }).where('deliveryId', '=', deliveryId).execute();
    await tx
      .updateTable('subscriptions')
      .set({ failures: 0, missed: 0 })
      .where('subscriptionHash', '=', subscriptionHash)
      .execute();
  });
}

/** Nothing waits any more, unless an event has come since the subscription was read. */
export async function rest(db: Db, { subscriptionHash, queued }: Subscription): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set({ dueAt: null })
    .where('subscriptionHash', '=', subscriptionHash)
    .where('queued', '=', queued)
    .execute();
}

export async function putFailure(
  db: Db,
  { subscriptionHash }: Subscription,
  failures: number,
  dueAt: number,
): Promise<void> {
  await db
    .updateTable('subscriptions')
    .set({ failures, dueAt })
    .where('subscriptionHash', '=', subscriptionHash)
    .execute();
}

/** Ends a subscription; what waits is not sent. Its state stays readable for a while. */
export async function endSubscription(
  db: Db,
  subscriptionHash: Hex,
  endedBecause: NonNullable<Subscription['endedBecause']>,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('deliveries').where('subscriptionHash', '=', subscriptionHash).execute();
    await tx
      .updateTable('subscriptions')
      .set({ endedAt: now, endedBecause, dueAt: null })
      .where('subscriptionHash', '=', subscriptionHash)
      .execute();
  });
}

/** Deletes what is over, and ends the subscriptions of bookings that are. */
export async function cleanSubscriptions(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('deliveries')
    .where('doneAt', '<', now - DONE_SEC)
    .execute();
  await db
    .deleteFrom('subscriptions')
    .where('endedAt', '<', now - ENDED_SEC)
    .execute();
  const over = await db
    .selectFrom('subscriptions')
    .select('subscriptionHash')
    .where('expiresAt', '<', now)
    .where('endedAt', 'is', null)
    .execute();
  for (const { subscriptionHash } of over) await endSubscription(db, subscriptionHash, 'BOOKING_OVER', now);
}
