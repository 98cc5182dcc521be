import { createHash } from 'node:crypto';
import type { Address, Hex } from 'viem';
import type { OutgoingEvent } from '../../protocol/api/subscriptions.ts';
import type { Notice } from '../../protocol/notices.ts';
import type { Db, Tables, Tx } from '../db.ts';
import { countWaiting, MOST_WAITING } from './store.ts';

/** Statements hold this many ids. */
const IDS_PER_STATEMENT = 500;

type Event = Extract<OutgoingEvent, { data: unknown }>;

/** Whom an event concerns. */
interface Concerned {
  accounts: readonly Address[];
  bookingId: Hex | null;
}

type Booking = Pick<
  Tables['bookings'],
  'bookingId' | 'listingId' | 'driver' | 'firstSlot' | 'slotCount' | 'reservationStatus' | 'settlementStatus'
> &
  Pick<Tables['terms'], 'host'>;

/** Queues changed bookings, as they are now, for their hosts and drivers. */
export async function queueBookings(db: Db, bookingIds: readonly Hex[], now: number): Promise<void> {
  if ((await anySubscription(db)) === undefined) return;
  for (let at = 0; at < bookingIds.length; at += IDS_PER_STATEMENT) {
    const rows: Booking[] = await db
      .selectFrom('bookings')
      .innerJoin('terms', 'terms.termsHash', 'bookings.termsHash')
      .select(['bookingId', 'listingId', 'driver', 'firstSlot', 'slotCount'])
      .select(['reservationStatus', 'settlementStatus', 'terms.host'])
      .where('bookingId', 'in', bookingIds.slice(at, at + IDS_PER_STATEMENT))
      .where('untilBlock', 'is', null)
      .execute();
    for (const row of rows) await queueBooking(db, row, now);
  }
}

async function queueBooking(db: Db, { driver, host, ...booking }: Booking, now: number): Promise<void> {
  const data = booking as Extract<Event, { type: 'booking.changed' }>['data'];
  const { bookingId } = booking;
  const event: Event = { type: 'booking.changed', timestamp: now, data };
  await queue(db, event, { accounts: [host, driver], bookingId }, now);
}

/** Queues a notice for those to whom it is addressed. It may be queued again: each subscription gets it once. */
export async function queueNotice(db: Db, notice: Notice, now: number): Promise<void> {
  const { to, bookingId, listingId } = notice;
  if ((await anySubscription(db)) === undefined) return;
  const host = to === 'driver' ? [] : await hostOf(db, listingId);
  const driver = to === 'host' || bookingId === null ? [] : await driverOf(db, bookingId);
  const concerned = { accounts: [...host, ...driver], bookingId: to === 'host' ? null : bookingId };
  await queue(db, { type: 'notice', timestamp: notice.at, data: notice }, concerned, now);
}

const anySubscription = (db: Db) =>
  db.selectFrom('subscriptions').select('account').where('account', '>', '0x').limit(1).executeTakeFirst();

async function hostOf(db: Db, listingId: Hex): Promise<Address[]> {
  const rows = await db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select('host')
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .execute();
  return rows.map(({ host }) => host);
}

async function driverOf(db: Db, bookingId: Hex): Promise<Address[]> {
  const rows = await db
    .selectFrom('bookings')
    .select('driver')
    .where('bookingId', '=', bookingId)
    .where('untilBlock', 'is', null)
    .execute();
  return rows.map(({ driver }) => driver);
}

async function queue(db: Db, event: Event, concerned: Concerned, now: number): Promise<void> {
  const ofAccounts = db
    .selectFrom('subscriptions')
    .select('subscriptionHash')
    .where('account', 'in', concerned.accounts.length === 0 ? ([''] as never[]) : [...concerned.accounts])
    .where('bookingId', 'is', null)
    .where('endedAt', 'is', null);
  const hashes = new Set((await ofAccounts.execute()).map((row) => row.subscriptionHash));
  if (concerned.bookingId !== null) {
    const ofBooking = db
      .selectFrom('subscriptions')
      .select('subscriptionHash')
      .where('bookingId', '=', concerned.bookingId)
      .where('endedAt', 'is', null);
    for (const { subscriptionHash } of await ofBooking.execute()) hashes.add(subscriptionHash);
  }
  for (const subscriptionHash of hashes) {
    await db.transaction().execute((tx) => queueFor(tx, subscriptionHash, event, now));
  }
}

/** The same event has the same id for the same subscription. */
const idOf = (subscriptionHash: Hex, { type, data }: Event): Hex =>
  `0x${createHash('sha256')
    .update(JSON.stringify([subscriptionHash, type, data]))
    .digest('hex')}`;

async function queueFor(tx: Tx, subscriptionHash: Hex, event: Event, now: number): Promise<void> {
  const isFull = (await countWaiting(tx, subscriptionHash)) >= MOST_WAITING;
  if (!isFull) {
    const row = {
      ...{ deliveryId: idOf(subscriptionHash, event), subscriptionHash },
      ...{ listingId: event.data.listingId, body: JSON.stringify(event), createdAt: now, doneAt: null },
    };
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('deliveries')
      .values(row)
      .onConflict((conflict) => conflict.column('deliveryId').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) return;
  }
  await tx
    .updateTable('subscriptions')
    .set((eb) => ({
      dueAt: eb.fn.coalesce('dueAt', eb.val(now)),
      queued: eb('queued', '+', 1),
      missed: eb('missed', '+', isFull ? 1 : 0),
    }))
    .where('subscriptionHash', '=', subscriptionHash)
    .execute();
}
