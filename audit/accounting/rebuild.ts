import type { EventOf, LedgerEvent } from '../rules/events.ts';
import { type AccountBook, disagree, emptyAccountBook, type MarketConstants } from './account-book.ts';
import { applyDeposited, applyEarningsWithdrawn, applyWithdrawn, checkSum } from './accounts.ts';
import { applyBooked } from './bookings.ts';
import { applyClaimed, applyClaimedAlone } from './claims.ts';
import { applyChallenged, applyProven } from './disputes.ts';
import { applyCanceled, applyExpired, applyNoShowContested } from './ends.ts';
import { applySlotsGivenBack } from './give-backs.ts';
import { applyPaused } from './guardian.ts';
import { addLeadingEvent, isLeadingEvent, type LeadingEvents, leadingEventsOf } from './leading-events.ts';
import { applyListingPublished, applyListingStatusChanged } from './listings.ts';
import { applyArrived, applyNoShowClaimed } from './no-shows.ts';
import { applyFinalised, applySettled, applySettledAlone } from './settlements.ts';

/**
 * Rebuilds the book of accounts from the market's events, in the order of the ledger, and records
 * every event that breaks a rule or has another sum than the recomputed one. Uses nothing else: no node, no
 * clock. The book holds the recomputed sums; an event that breaks a rule of entry changes no account.
 */
export async function rebuild(market: MarketConstants, events: readonly LedgerEvent[]): Promise<AccountBook> {
  const book = emptyAccountBook();
  let leading: LeadingEvents = {};
  for (const [index, event] of events.entries()) {
    if (isLeadingEvent(event)) {
      leading = addLeadingEvent(book, leading, event);
    } else {
      const around = {
        leading: leadingEventsOf(book, leading, event),
        previous: events[index - 1],
        next: events[index + 1],
      };
      await apply(book, market, event, around);
      leading = {};
    }
  }
  leadingEventsOf(book, leading, undefined);
  checkSum(book);
  return book;
}

/** The events that an event may belong to, or that may belong to it. */
interface Surroundings {
  leading: LeadingEvents;
  previous: LedgerEvent | undefined;
  next: LedgerEvent | undefined;
}

/** The other of two events that one call logs in a row, for one booking. */
function partnerOf<Name extends 'Booked' | 'OfferTaken'>(
  { args, tx }: EventOf<'Booked'> | EventOf<'OfferTaken'>,
  other: LedgerEvent | undefined,
  name: Name,
): EventOf<Name> | undefined {
  const isPartner = other?.eventName === name && other.tx === tx;
  return isPartner && other.args.bookingId === args.bookingId ? (other as EventOf<Name>) : undefined;
}

/** An offer was looked at with its booking; one without a booking right before it is no offer that was taken. */
function checkOfferTaken(
  book: AccountBook,
  event: EventOf<'OfferTaken'>,
  previous: LedgerEvent | undefined,
): void {
  if (partnerOf(event, previous, 'Booked') !== undefined) return;
  const subject = { bookingId: event.args.bookingId, tx: event.tx };
  disagree(book, 'offer.apart', subject, 'its booking just before', previous?.eventName ?? 'nothing');
}

async function apply(
  book: AccountBook,
  market: MarketConstants,
  event: LedgerEvent,
  { leading, previous, next }: Surroundings,
): Promise<void> {
  switch (event.eventName) {
    case 'Deposited':
      return applyDeposited(book, event);
    case 'Withdrawn':
      return applyWithdrawn(book, event, leading);
    case 'EarningsWithdrawn':
      return applyEarningsWithdrawn(book, event, leading);
    case 'ListingPublished':
      return applyListingPublished(book, market, event);
    case 'ListingStatusChanged':
      return applyListingStatusChanged(book, event);
    case 'Booked':
      return applyBooked(book, market, event, leading, partnerOf(event, next, 'OfferTaken'));
    case 'OfferTaken':
      return checkOfferTaken(book, event, previous);
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
    case 'ClaimedAlone':
      return applyClaimedAlone(book, market, event);
    case 'SettledAlone':
      return applySettledAlone(book, market, event, leading);
    case 'SlotsGivenBack':
      return applySlotsGivenBack(book, market, event, previous);
    case 'NoShowContested':
      return applyNoShowContested(book, market, event);
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
