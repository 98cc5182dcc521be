import { type Address, type Hex, keccak256, stringToHex } from 'viem';
import type { NoticesResponse } from '../../protocol/api/charging.ts';
import { type PageQuery, pageOf, TIME_AND_ID } from '../../protocol/api/pages.ts';
import type { Notice } from '../../protocol/notices.ts';
import { readBooking } from '../booking/store.ts';
import type { Db, Tables } from '../db.ts';
import { partiesOfListing } from '../listing/store.ts';

/** The newest of a listing that are stored. */
const STORED_PER_LISTING = 200;
/** The index may not have a booking yet: the agent sends a notice again that is not older than this. */
const WAIT_SEC = 3_600;

/** A notice that is sent twice is stored once. */
const idOf = ({ listingId, bookingId, to, code, params, at }: Notice): Hex =>
  keccak256(stringToHex(JSON.stringify([listingId, bookingId, to, code, params, at])));

/** Why the agent may not send this notice: it may send them about its own listings and bookings only. */
async function refusalOf(db: Db, agentKey: Address, notice: Notice): Promise<string | undefined> {
  const { listingId, bookingId } = notice;
  if (bookingId === null) {
    const parties = await partiesOfListing(db, listingId);
    return parties?.agentKey === agentKey ? undefined : 'notice.otherListing';
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

type ByTime = PageQuery<readonly [number, Hex]>;

/** A page of notices behind the cursor, newest first, one more than it has: what follows is known by it. */
const page = (db: Db, { limit, cursor }: ByTime) =>
  db
    .selectFrom('notices')
    .select(['noticeId', 'notices.listingId', 'bookingId', 'to', 'code', 'params', 'at'])
    .$if(cursor !== undefined, (query) =>
      query.where(({ eb, or, and }) =>
        or([eb('at', '<', cursor![0]), and([eb('at', '=', cursor![0]), eb('noticeId', '>', cursor![1])])]),
      ),
    )
    .orderBy('at', 'desc')
    .orderBy('noticeId')
    .limit(limit + 1);

function toPage(found: readonly Tables['notices'][], { limit }: ByTime): NoticesResponse {
  const { rows, cursor } = pageOf(found, limit, ({ at, noticeId }) => TIME_AND_ID.text(at, noticeId));
  return { notices: rows.map(noticeOf), cursor };
}

const noticeOf = ({ noticeId: _, params, ...row }: Tables['notices']): Notice => ({
  ...row,
  params: JSON.parse(params) as Notice['params'],
});

/** The notices for a booking's driver, newest first. */
export async function noticesOfBooking(db: Db, bookingId: Hex, query: ByTime): Promise<NoticesResponse> {
  const rows = await page(db, query)
    .where('bookingId', '=', bookingId)
    .where('to', 'in', ['driver', 'both'])
    .execute();
  return toPage(rows, query);
}

/** The notices for the host of listings, newest first. */
export async function noticesOfHost(db: Db, host: Address, query: ByTime): Promise<NoticesResponse> {
  const rows = await page(db, query)
    .innerJoin('listings', 'listings.listingId', 'notices.listingId')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .where('listings.untilBlock', 'is', null)
    .where('terms.host', '=', host)
    .where('to', 'in', ['host', 'both'])
    .execute();
  return toPage(rows, query);
}
