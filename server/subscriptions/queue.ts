import { createHash } from 'node:crypto';
import type { Address, Hex } from 'viem';
import type { OutgoingEvent } from '../../protocol/api/subscriptions.ts';
import type { ReadingJson } from '../../protocol/api.ts';
import type { Notice } from '../../protocol/notices.ts';
import { deleteMarks, isAnySubscribed, oldestMarks } from '../booking/marks.ts';
import { readBooking } from '../booking/store.ts';
import type { Db, Tables, Tx } from '../db.ts';
import { partiesOfListing } from '../listing/store.ts';
import { countWaiting, MOST_WAITING } from './store.ts';

/** So many marks are taken at once; a statement holds their ids. */
const MARKS_AT_ONCE = 300;

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

/**
 * Queues what the marks say, bookings as they are now, and deletes the marks after it. What was queued before this process
 * or another one ended in between is found again by its id, and not queued twice.
 */
export async function queueMarked(db: Db, now: number): Promise<void> {
  for (;;) {
    const marks = await oldestMarks(db, MARKS_AT_ONCE);
    if (marks.length === 0) return;
    const messages = marks.filter(({ messageSeq }) => messageSeq !== null);
    const changed = marks.filter(({ messageSeq }) => messageSeq === null);
    const bookings = await readBookings(db, [...new Set(marks.map(({ bookingId }) => bookingId))]);
    for (const bookingId of new Set(changed.map((mark) => mark.bookingId)))
      await queueBooking(db, bookings.get(bookingId), now);
    for (const { bookingId, messageSeq } of messages)
      await queueMessage(db, bookings.get(bookingId), messageSeq!, now);
    await deleteMarks(db, marks);
  }
}

async function readBookings(db: Db, bookingIds: Hex[]): Promise<Map<Hex, Booking>> {
  const rows: Booking[] = await db
    .selectFrom('bookings')
    .innerJoin('terms', 'terms.termsHash', 'bookings.termsHash')
    .select(['bookingId', 'listingId', 'driver', 'firstSlot', 'slotCount'])
    .select(['reservationStatus', 'settlementStatus', 'terms.host'])
    .where('bookingId', 'in', bookingIds)
    .where('untilBlock', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.bookingId, row]));
}

/** A booking that the ledger has taken back since is none to speak of. */
async function queueBooking(db: Db, found: Booking | undefined, now: number): Promise<void> {
  if (found === undefined) return;
  const { driver, host, ...booking } = found;
  const data = booking as Extract<Event, { type: 'booking.changed' }>['data'];
  const { bookingId } = booking;
  const event: Event = { type: 'booking.changed', timestamp: now, data };
  await queue(db, event, { accounts: [host, driver], bookingId }, now);
}

/** That there is a message, for the one to whom it was written: what it says, this server cannot read. */
async function queueMessage(db: Db, booking: Booking | undefined, seq: number, now: number): Promise<void> {
  if (booking === undefined) return;
  const { bookingId, listingId, host, driver } = booking;
  const message = await readMessage(db, bookingId, seq);
  if (message === undefined) return;
  const { sender, sentAt } = message;
  const event: Event = {
    type: 'message.sent',
    timestamp: sentAt,
    data: { bookingId, listingId, seq, sender },
  };
  const concerned =
    sender === 'DRIVER' ? { accounts: [host], bookingId: null } : { accounts: [driver], bookingId };
  await queue(db, event, concerned, now);
}

const readMessage = (db: Db, bookingId: Hex, seq: number) =>
  db
    .selectFrom('messages')
    .select(['sender', 'sentAt'])
    .where('bookingId', '=', bookingId)
    .where('seq', '=', seq)
    .executeTakeFirst();

/** Queues a notice for those to whom it is addressed. It may be queued again: each subscription gets it once. */
export async function queueNotice(db: Db, notice: Notice, now: number): Promise<void> {
  const { to, bookingId, listingId } = notice;
  if (!(await isAnySubscribed(db))) return;
  const host = to === 'driver' ? undefined : (await partiesOfListing(db, listingId))?.host;
  const driver = to === 'host' || bookingId === null ? undefined : (await readBooking(db, bookingId))?.driver;
  const accounts = [host, driver].filter((account) => account !== undefined);
  const concerned = { accounts, bookingId: to === 'host' ? null : bookingId };
  await queue(db, { type: 'notice', timestamp: notice.at, data: notice }, concerned, now);
}

/** Between two messages about readings of one booking; the final one waits for nothing. */
const READING_PAUSE_SEC = 45;

/**
 * Wakes the browsers of a booking that asked for it, so that they co-sign a reading while their page is closed. They read
 * the newest one then: a message that waits still is enough.
 */
export async function queueReading(
  db: Db,
  { bookingId, seq, isFinal }: Pick<ReadingJson, 'bookingId' | 'seq' | 'isFinal'>,
  now: number,
): Promise<void> {
  const browsers = await db
    .selectFrom('subscriptions')
    .select('subscriptionHash')
    .where('bookingId', '=', bookingId)
    .where('channel', '=', 'PUSH')
    .where('endedAt', 'is', null)
    .execute();
  const booking = browsers.length === 0 ? undefined : await readBooking(db, bookingId);
  if (booking === undefined) return;
  const data = { bookingId, listingId: booking.listingId, seq };
  for (const { subscriptionHash } of browsers) {
    if (!isFinal && (await isWokenEnough(db, subscriptionHash, now))) continue;
    const event: Event = { type: 'reading.made', timestamp: now, data };
    await db.transaction().execute((tx) => queueFor(tx, subscriptionHash, event, now));
  }
}

async function isWokenEnough(db: Db, subscriptionHash: Hex, now: number): Promise<boolean> {
  const recent = await db
    .selectFrom('deliveries')
    .select('deliveryId')
    .where('subscriptionHash', '=', subscriptionHash)
    .where((eb) => eb.or([eb('doneAt', 'is', null), eb('createdAt', '>', now - READING_PAUSE_SEC)]))
    .limit(1)
    .executeTakeFirst();
  return recent !== undefined;
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
  const deliveryId = idOf(subscriptionHash, event);
  const known = tx.selectFrom('deliveries').select('number').where('deliveryId', '=', deliveryId);
  if ((await known.executeTakeFirst()) !== undefined) return;
  const isFull = (await countWaiting(tx, subscriptionHash)) >= MOST_WAITING;
  const counted = await tx
    .updateTable('subscriptions')
    .set((eb) => ({
      dueAt: eb.fn.coalesce('dueAt', eb.val(now)),
      queued: eb('queued', '+', 1),
      missed: eb('missed', '+', isFull ? 1 : 0),
    }))
    .where('subscriptionHash', '=', subscriptionHash)
    .returning('queued')
    .executeTakeFirst();
  // It was ended at the same moment.
  if (counted === undefined || isFull) return;
  const { listingId } = event.data;
  const body = JSON.stringify(event);
  await tx
    .insertInto('deliveries')
    .values({
      deliveryId,
      subscriptionHash,
      listingId,
      body,
      number: counted.queued,
      createdAt: now,
      doneAt: null,
    })
    // Another process has queued it at the same moment.
    .onConflict((conflict) => conflict.column('deliveryId').doNothing())
    .execute();
}
