import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { named, sinceOf, stateName } from '../rules/state.ts';
import type { AccountBook } from './account-book.ts';
import {
  checkKeyLive,
  checkWindow,
  enter,
  openBooking,
  requireState,
  subjectOf,
  windowEnd,
} from './open-bookings.ts';
import { checkSigned } from './readings.ts';
import { timesOf } from './state.ts';

/** The driver declared to be there: before a report, or against a no-show claim until its window ends. */
export function applyArrived(book: AccountBook, market: MarketConstants, event: EventOf<'Arrived'>): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  if (!requireState(book, account, event, 'RESERVED', 'NO_SHOW_CLAIMED')) return;
  const { head } = account.state;
  const { opens, reportBy } = timesOf(account, market);
  const contests = stateName(account.state) === 'NO_SHOW_CLAIMED';
  if (contests) checkWindow(book, event, 0, windowEnd(account, market));
  else checkWindow(book, event, opens, reportBy);
  const next = named(head, contests ? 'CONTESTED' : 'ARRIVED', sinceOf(account.state));
  enter(book, account, event, { head: next, claim: 0n });
}

/** The agent declared that the driver did not come; if the driver said otherwise, nobody can decide (rule 6). */
export function applyNoShowClaimed(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'NoShowClaimed'>,
): void {
  const account = openBooking(book, event);
  if (account === undefined || !requireState(book, account, event, 'RESERVED', 'ARRIVED')) return;
  const { noShowFrom, reportBy } = timesOf(account, market);
  checkWindow(book, event, noShowFrom, reportBy);
  checkKeyLive(book, account, event);
  const { bookingId, agentSignature: signature } = event.args;
  const { agentKey: key } = account.booking.terms;
  const about = { code: 'claim.agentSignature', subject: subjectOf(event), key, signature };
  checkSigned(book, market, about, 'NoShow', { bookingId });
  const hasArrived = stateName(account.state) === 'ARRIVED';
  const next = named(account.state.head, hasArrived ? 'CONTESTED' : 'NO_SHOW_CLAIMED', event.at);
  enter(book, account, event, { head: next, claim: 0n });
}
