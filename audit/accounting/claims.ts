import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import {
  claimOf,
  named,
  readClaim,
  readHead,
  renamed,
  stateName,
  withCosigned,
  withRaise,
} from '../rules/state.ts';
import { type AccountBook, type BookingAccount, disagree } from './account-book.ts';
import {
  checkKeyLive,
  checkReportWindow,
  checkWindow,
  enter,
  openBooking,
  requireState,
  subjectOf,
} from './open-bookings.ts';
import { payoutOfReading } from './payouts.ts';
import { checkAlone, checkCosigned, checkNewer } from './readings.ts';
import { timesOf } from './state.ts';

/** A co-signed reading was claimed, or shown in a challenge. A final one settles, or does nothing (rule 8). */
export function applyClaimed(book: AccountBook, market: MarketConstants, event: EventOf<'Claimed'>): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const reading = checkCosigned(book, market, account, event);
  if (reading.isFinal) disagree(book, 'claim.final', subjectOf(event), 'not final', 'final');
  checkReportWindow(book, market, account, event);
  const { head, claim } = account.state;
  const name = stateName(account.state);
  let next = head;
  if (name === 'CLAIMED' || name === 'CLAIMED_ALONE' || name === 'CHALLENGED') {
    checkNewer(book, head, event, reading);
    const endsClaim = name === 'CLAIMED_ALONE' && BigInt(reading.seq) >= readClaim(claim).seq;
    if (endsClaim) next = renamed(head, 'CLAIMED');
  } else {
    next = named(head, 'CLAIMED', event.at);
  }
  enter(book, account, event, { head: withCosigned(next, reading), claim });
  account.cosigned = reading;
  account.reading = reading;
}

/**
 * The agent alone claimed more than the driver allowed: once, until `reportBy`, by a key that is not revoked. The same
 * reading again, with a higher raise, adds the raise and moves no deadline.
 */
export function applyClaimedAlone(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'ClaimedAlone'>,
): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const { reading, allowed } = checkAlone(book, market, account, event);
  const { head, claim } = account.state;
  requireState(book, account, event, 'RESERVED', 'ARRIVED', 'CLAIMED', 'CLAIMED_ALONE', 'CHALLENGED');
  checkReportWindow(book, market, account, event);
  const cost = payoutOfReading(account, reading).paid;
  if (cost <= allowed) disagree(book, 'claim.withinAllowance', subjectOf(event), `above ${allowed}`, cost);
  const raisedCost = event.args.allowance.cost === 0n ? 0n : allowed;
  const claimed = claimOf(event.args.reading.measure);
  account.alone = reading;
  account.reading = reading;
  if (claimed === claimOf(claim) && raisedCost > readHead(head).raisedCost) {
    enter(book, account, event, { head: withRaise(head, raisedCost), claim });
    return;
  }
  checkFirstClaim(book, market, account, event);
  const next = withRaise(named(head, 'CLAIMED_ALONE', event.at), raisedCost);
  enter(book, account, event, { head: next, claim: claimed });
}

function checkFirstClaim(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'ClaimedAlone'>,
): void {
  if (account.state.claim !== 0n || stateName(account.state) === 'CHALLENGED') {
    disagree(book, 'claim.alreadyRaised', subjectOf(event), 'the first claim by the agent alone', 'another');
  }
  const { opens, reportBy } = timesOf(account, market);
  checkWindow(book, event, opens, reportBy);
  checkKeyLive(book, account, event);
}
