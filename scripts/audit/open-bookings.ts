import { PHASE, unpackHead } from '../../protocol/booking.ts';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import { amountsOf } from '../../protocol/reading.ts';
import { challengeEnd, proofEnd } from '../../protocol/slots.ts';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  expectSame,
  type MarketConstants,
} from './account-book.ts';
import type { EventOf } from './events.ts';
import { timesOf } from './state.ts';

export type EndEvent = EventOf<'Settled'> | EventOf<'Finalised'> | EventOf<'Expired'> | EventOf<'Canceled'>;

/** Every event about a booking that was made before. */
export type BookingEvent =
  | EndEvent
  | EventOf<'Arrived'>
  | EventOf<'Claimed'>
  | EventOf<'NoShowClaimed'>
  | EventOf<'Challenged'>
  | EventOf<'Proven'>;

export const subjectOf = ({ args, tx }: BookingEvent) => ({ bookingId: args.bookingId, tx });

/** The open booking of the event; if it is unknown or ended, that is recorded and the event changes no account. */
export function openBooking(book: AccountBook, event: BookingEvent): BookingAccount | undefined {
  const account = book.bookings.get(event.args.bookingId);
  if (account === undefined) {
    disagree(book, 'booking.unknown', subjectOf(event), 'a booking made before', event.eventName);
  } else if (account.end !== undefined) {
    const ends = 'payout' in event.args || 'refunded' in event.args;
    const pays = ends && amountsOf(event.args as EndEvent['args']).paid > 0n;
    const code = pays ? 'session.doublePayment' : 'booking.alreadyEnded';
    const ended = `ended by ${account.end.by} in ${account.end.stamp.tx}`;
    disagree(book, code, subjectOf(event), ended, event.eventName);
    return undefined;
  }
  return account;
}

export function requirePhase(
  book: AccountBook,
  account: BookingAccount,
  event: BookingEvent,
  wanted: bigint,
): boolean {
  const { phase } = unpackHead(account.state.head);
  expectSame(book, 'booking.phase', subjectOf(event), wanted, phase);
  return phase === wanted;
}

export function checkWindow(book: AccountBook, event: BookingEvent, from: number, until: number): void {
  if (event.at >= from && event.at < until) return;
  disagree(book, 'booking.window', subjectOf(event), `from ${from} until before ${until}`, event.at);
}

/** When a claim or a challenge ends by itself (unix seconds). */
export function windowEnd(account: BookingAccount, market: MarketConstants): number {
  const { phase, claimedAt, challengedAt } = unpackHead(account.state.head);
  const { closes } = timesOf(account, market);
  return phase === PHASE.CHALLENGED
    ? proofEnd(Number(challengedAt), closes, market.windows)
    : challengeEnd(Number(claimedAt), closes, market.windows);
}

/** Co-signed readings count from `opens` to `reportBy`, on a claim or a challenge until its window ends. */
export function checkReportWindow(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Settled'> | EventOf<'Claimed'>,
): void {
  const { opens, reportBy } = timesOf(account, market);
  const { phase } = unpackHead(account.state.head);
  if (phase === PHASE.RESERVED) checkWindow(book, event, opens, reportBy);
  else checkWindow(book, event, 0, windowEnd(account, market));
}

/** Unilateral claims of a revoked agent key are not allowed. */
export function checkKeyLive(book: AccountBook, { booking }: BookingAccount, event: BookingEvent): void {
  if (book.listings.get(booking.listingId)?.status !== LISTING_STATUS.REVOKED) return;
  disagree(book, 'claim.keyRevoked', subjectOf(event), 'an agent key that is not revoked', event.eventName);
}
