import { wordHex } from '../lib/hex.ts';
import { challengeEnd, proofEnd } from '../rules/booking-times.ts';
import type { EventOf } from '../rules/events.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { amountsOf } from '../rules/reading.ts';
import { type StateName, type StateStruct, sinceOf, stateName } from '../rules/state.ts';
import { type AccountBook, type BookingAccount, disagree, expectSame } from './account-book.ts';
import { timesOf } from './state.ts';

export type EndEvent =
  | EventOf<'Settled'>
  | EventOf<'SettledAlone'>
  | EventOf<'Finalised'>
  | EventOf<'NoShowContested'>
  | EventOf<'Expired'>
  | EventOf<'Canceled'>;

/** Events that carry the state which they left. */
export type StatedEvent =
  | EventOf<'Arrived'>
  | EventOf<'Claimed'>
  | EventOf<'ClaimedAlone'>
  | EventOf<'NoShowClaimed'>
  | EventOf<'Challenged'>
  | EventOf<'Proven'>;

/** Every event about a booking that was made before. */
export type BookingEvent = EndEvent | StatedEvent;

/** States in which nothing was claimed. */
export const UNCLAIMED: readonly StateName[] = ['RESERVED', 'ARRIVED'];

export const subjectOf = ({ args, tx }: BookingEvent) => ({ bookingId: args.bookingId, tx });

/** The open booking of the event; if it is unknown or ended, that is recorded and the event changes no account. */
export function openBooking(book: AccountBook, event: BookingEvent): BookingAccount | undefined {
  const account = book.bookings.get(event.args.bookingId);
  if (account === undefined) {
    disagree(book, 'booking.unknown', subjectOf(event), 'a booking made before', event.eventName);
  } else if (account.end !== undefined) {
    const code = paidBy(event) > 0n ? 'session.doublePayment' : 'booking.alreadyEnded';
    const ended = `ended by ${account.end.by} in ${account.end.stamp.tx}`;
    disagree(book, code, subjectOf(event), ended, event.eventName);
    return undefined;
  }
  return account;
}

/** What an event says that it paid, token units. */
function paidBy({ args }: BookingEvent): bigint {
  if ('fee' in args) return args.fee;
  return 'payout' in args || 'refunded' in args ? amountsOf(args).paid : 0n;
}

/** Whether the booking is in one of these states; else that is recorded. */
export function requireState(
  book: AccountBook,
  account: BookingAccount,
  event: BookingEvent,
  ...wanted: readonly StateName[]
): boolean {
  const name = stateName(account.state);
  if (wanted.includes(name)) return true;
  disagree(book, 'booking.state', subjectOf(event), wanted.join(' or '), name);
  return false;
}

export function checkWindow(book: AccountBook, event: BookingEvent, from: number, until: number): void {
  if (event.at >= from && event.at < until) return;
  disagree(book, 'booking.window', subjectOf(event), `from ${from} until before ${until}`, event.at);
}

/** When a claim or a challenge ends by itself (unix seconds). */
export function windowEnd(account: BookingAccount, market: MarketConstants): number {
  const { closes } = timesOf(account, market);
  const end = stateName(account.state) === 'CHALLENGED' ? proofEnd : challengeEnd;
  return end(sinceOf(account.state), closes, market.windows);
}

/** Readings count from `opens` to `reportBy`, on a claim or a challenge until its window ends. */
export function checkReportWindow(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: BookingEvent,
): void {
  const { opens, reportBy } = timesOf(account, market);
  if (UNCLAIMED.includes(stateName(account.state))) checkWindow(book, event, opens, reportBy);
  else checkWindow(book, event, 0, windowEnd(account, market));
}

/** What is claimed on the word of a revoked agent key is not allowed (rule 21). */
export function checkKeyLive(book: AccountBook, { booking }: BookingAccount, event: BookingEvent): void {
  if (book.listings.get(booking.listingId)?.status !== LISTING_STATUS.REVOKED) return;
  disagree(book, 'claim.keyRevoked', subjectOf(event), 'an agent key that is not revoked', event.eventName);
}

/** Stores the recomputed state, and records where the event differs. */
export function enter(
  book: AccountBook,
  account: BookingAccount,
  event: StatedEvent,
  next: StateStruct,
): void {
  const { state } = event.args;
  expectSame(book, 'claim.state', subjectOf(event), wordHex(next.head), wordHex(state.head));
  expectSame(book, 'claim.state', subjectOf(event), wordHex(next.claim), wordHex(state.claim));
  account.state = next;
}
