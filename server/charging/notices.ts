import { type Address, type Hex, keccak256, stringToHex } from 'viem';
import type { Notice } from '../../protocol/link.ts';
import { readBooking } from '../booking/store.ts';
import type { Db, Tables } from '../db.ts';
import { listedOf } from './store.ts';

/** So many of a listing are kept, the newest. */
const KEPT_PER_LISTING = 200;
/** So many are shown at once, the newest. */
const SHOWN = 20;
/** The index may still be on its way to a booking: its agent says again what is not older. */
const WAIT_SEC = 3_600;

/** The same notice is kept once, however often it is sent. */
const idOf = ({ listingId, bookingId, to, code, text, at }: Notice): Hex =>
  keccak256(stringToHex(JSON.stringify([listingId, bookingId, to, code, text, at])));

/** Why an agent may not say this: it speaks of its own listings and bookings only. */
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
 * Keeps what an agent tells people. A time ahead of ours counts as now, or it would stay the newest for ever.
 *
 * @returns why it is refused, and whether the agent is done with it.
 */
export async function takeNotice(
  db: Db,
  agentKey: Address,
  notice: Notice,
  now: number,
): Promise<{ refusal: string | undefined; isDone: boolean }> {
  const refusal = await refusalOf(db, agentKey, notice);
  if (refusal !== undefined) return { refusal, isDone: notice.at < now - WAIT_SEC };
  await db
    .insertInto('notices')
    .values({ noticeId: idOf(notice), ...notice, at: Math.min(notice.at, now) })
    .onConflict((conflict) => conflict.column('noticeId').doNothing())
    .execute();
  const kept = db
    .selectFrom('notices')
    .select('noticeId')
    .where('listingId', '=', notice.listingId)
    .orderBy('at', 'desc')
    .orderBy('noticeId')
    .limit(KEPT_PER_LISTING);
  await db
    .deleteFrom('notices')
    .where('listingId', '=', notice.listingId)
    .where('noticeId', 'not in', kept)
    .execute();
  return { refusal: undefined, isDone: true };
}

const shown = (db: Db) =>
  db
    .selectFrom('notices')
    .select(['notices.listingId', 'bookingId', 'to', 'code', 'text', 'at'])
    .orderBy('at', 'desc')
    .orderBy('noticeId')
    .limit(SHOWN);

const noticeOf = ({
  listingId,
  bookingId,
  to,
  code,
  text,
  at,
}: Omit<Tables['notices'], 'noticeId'>): Notice => ({
  ...{ listingId, bookingId, to, code, text, at },
});

/** What a booking's driver is told, newest first. */
export async function noticesOfBooking(db: Db, bookingId: Hex): Promise<Notice[]> {
  const rows = await shown(db)
    .where('bookingId', '=', bookingId)
    .where('to', 'in', ['driver', 'both'])
    .execute();
  return rows.map(noticeOf);
}

/** What the host of listings is told, newest first. */
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
