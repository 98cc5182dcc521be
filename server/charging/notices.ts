import { type Address, type Hex, keccak256, stringToHex } from 'viem';
import type { Notice } from '../../protocol/notices.ts';
import { readBooking } from '../booking/store.ts';
import type { Db, Tables } from '../db.ts';
import { listedOf } from './store.ts';

/** The newest of a listing that are stored. */
const STORED_PER_LISTING = 200;
/** The newest that are shown at once. */
const SHOWN = 20;
/** The index may not have a booking yet: the agent sends a notice again that is not older than this. */
const WAIT_SEC = 3_600;

/** A notice that is sent twice is stored once. */
const idOf = ({ listingId, bookingId, to, code, params, at }: Notice): Hex =>
  keccak256(stringToHex(JSON.stringify([listingId, bookingId, to, code, params, at])));

/** Why the agent may not send this notice: it may send them about its own listings and bookings only. */
async function refusalOf(db: Db, agentKey: Address, notice: Notice): Promise<string | undefined> {
  const { listingId, bookingId } = notice;
  if (bookingId === null) {
    return (await listedOf(db, agentKey, [listingId])).size === 0 ? 'notice.otherListing' : undefined;
  }
  const booking = await readBooking(db, bookingId);
  const isOwn = booking?.agentKey === agentKey && booking.listingId === listingId;
  return isOwn ? undefined : 'notice.otherBooking';
}

/**
 * Stores a notice of an agent. A time ahead of this server's counts as now, or the notice would stay the newest.
 *
 * @returns why it is refused, and whether the agent need not send it again.
 */
export async function storeNotice(
  db: Db,
  agentKey: Address,
  notice: Notice,
  now: number,
): Promise<{ refusal: string | undefined; isDone: boolean }> {
  const refusal = await refusalOf(db, agentKey, notice);
  if (refusal !== undefined) return { refusal, isDone: notice.at < now - WAIT_SEC };
  await putNotice(db, notice, now);
  return { refusal: undefined, isDone: true };
}

/** Stores a notice, and forgets the oldest of its listing. */
export async function putNotice(db: Db, notice: Notice, now: number): Promise<void> {
  await db
    .insertInto('notices')
    .values({
      ...{ noticeId: idOf(notice), ...notice },
      ...{ params: JSON.stringify(notice.params), at: Math.min(notice.at, now) },
    })
    .onConflict((conflict) => conflict.column('noticeId').doNothing())
    .execute();
  const newest = db
    .selectFrom('notices')
    .select('noticeId')
    .where('listingId', '=', notice.listingId)
    .orderBy('at', 'desc')
    .orderBy('noticeId')
    .limit(STORED_PER_LISTING);
  await db
    .deleteFrom('notices')
    .where('listingId', '=', notice.listingId)
    .where('noticeId', 'not in', newest)
    .execute();
}

const shown = (db: Db) =>
  db
    .selectFrom('notices')
    .select(['notices.listingId', 'bookingId', 'to', 'code', 'params', 'at'])
    .orderBy('at', 'desc')
    .orderBy('noticeId')
    .limit(SHOWN);

const noticeOf = ({ params, ...row }: Omit<Tables['notices'], 'noticeId'>): Notice => ({
  ...row,
  params: JSON.parse(params) as Notice['params'],
});

/** The notices for a booking's driver, newest first. */
export async function noticesOfBooking(db: Db, bookingId: Hex): Promise<Notice[]> {
  const rows = await shown(db)
    .where('bookingId', '=', bookingId)
    .where('to', 'in', ['driver', 'both'])
    .execute();
  return rows.map(noticeOf);
}

/** The notices for the host of listings, newest first. */
export async function noticesOfHost(db: Db, host: Address): Promise<Notice[]> {
  const rows = await shown(db)
    .innerJoin('listings', 'listings.listingId', 'notices.listingId')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .where('listings.untilBlock', 'is', null)
    .where('terms.host', '=', host)
    .where('to', 'in', ['host', 'both'])
    .execute();
  return rows.map(noticeOf);
}
