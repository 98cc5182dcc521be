import { type AccountBook, disagree, emptyAccountBook, type MarketConstants } from './account-book.ts';
import { applyDeposited, applyEarningsWithdrawn, applyWithdrawn, checkSum } from './accounts.ts';
import { applyBooked } from './bookings.ts';
import { applyArrived, applyClaimed, applyNoShowClaimed } from './claims.ts';
import { applyChallenged, applyProven } from './disputes.ts';
import type { LedgerEvent } from './events.ts';
import { applyPaused } from './guardian.ts';
import { addLeadingEvent, isLeadingEvent, type LeadingEvents, leadingEventsOf } from './leading-events.ts';
import { applyListingPublished, applyListingStatusChanged } from './listings.ts';
import { applyCanceled, applyExpired, applyFinalised, applySettled } from './settlements.ts';

/**
 * Rebuilds the book of accounts from the market's events, in the order of the ledger, and records
 * every event that breaks a rule or has another sum than the recomputed one. Uses nothing else: no node, no
 * clock. The book holds the recomputed sums; an event that breaks a rule of entry changes no account.
 */
export async function rebuild(market: MarketConstants, events: readonly LedgerEvent[]): Promise<AccountBook> {
  const book = emptyAccountBook();
  let leading: LeadingEvents = {};
  for (const event of events) {
    if (isLeadingEvent(event)) {
      leading = addLeadingEvent(book, leading, event);
    } else {
      await apply(book, market, event, leadingEventsOf(book, leading, event));
      leading = {};
    }
  }
  leadingEventsOf(book, leading, undefined);
  checkSum(book);
  return book;
}

async function apply(
  book: AccountBook,
  market: MarketConstants,
  event: LedgerEvent,
  leading: LeadingEvents,
): Promise<void> {
  switch (event.eventName) {
    case 'Deposited':
      return applyDeposited(book, event);
    case 'Withdrawn':
      return applyWithdrawn(book, event, leading);
    case 'EarningsWithdrawn':
      return applyEarningsWithdrawn(book, event, leading);
    case 'ListingPublished':
      return applyListingPublished(book, event);
    case 'ListingStatusChanged':
      return applyListingStatusChanged(book, event);
    case 'Booked':
      return applyBooked(book, market, event, leading);
    case 'Arrived':
      return applyArrived(book, market, event);
    case 'NoShowClaimed':
      return applyNoShowClaimed(book, market, event);
    case 'Challenged':
      return applyChallenged(book, market, event);
    case 'Proven':
      return applyProven(book, market, event);
    case 'NewBookingsPaused':
      return applyPaused(book, market, event);
    case 'BatchItemSkipped':
      // A skipped item of a batch changed nothing.
      return;
    case 'Claimed':
      return applyClaimed(book, market, event);
    case 'Settled':
      return applySettled(book, market, event, leading);
    case 'Finalised':
      return applyFinalised(book, market, event, leading);
    case 'Expired':
      return applyExpired(book, market, event);
    case 'Canceled':
      return applyCanceled(book, market, event);
    default:
      // A rule that the audit does not know must not pass as reconciled.
      return disagree(
        book,
        'event.unsupported',
        { tx: event.tx },
        'an event of known rules',
        event.eventName,
      );
  }
}
