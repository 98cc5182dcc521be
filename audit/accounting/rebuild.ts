import { setImmediate } from 'node:timers/promises';
import type { EventName, EventOf, LedgerEvent } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { type AccountBook, disagree, emptyAccountBook } from './account-book.ts';
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

/** Events between two pauses in which the program does other things, such as show its progress. */
const EVENTS_AT_ONCE = 500;

/**
 * Rebuilds the book of accounts from the market's events, in the order of the ledger, and records
 * every event that breaks a rule or has another sum than the recomputed one. Uses nothing else: no node, no
 * clock. The book holds the recomputed sums; an event that breaks a rule of entry changes no account.
 *
 * @param earlier The book that a run which reconciled has made of all events before these: it goes on in that book.
 */
export async function rebuild(
  market: MarketConstants,
  events: readonly LedgerEvent[],
  earlier?: { book: AccountBook },
): Promise<AccountBook> {
  const book = earlier?.book ?? emptyAccountBook(market.fee.to);
  let leading: LeadingEvents = {};
  for (const [index, event] of events.entries()) {
    if (index % EVENTS_AT_ONCE === 0) await setImmediate();
    if (isLeadingEvent(event)) {
      leading = addLeadingEvent(book, leading, event);
    } else {
      const around = {
        leading: leadingEventsOf(book, leading, event),
        previous: events[index - 1],
        next: events[index + 1],
      };
      apply(book, market, event, around);
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

type Handler<Event> = (
  book: AccountBook,
  market: MarketConstants,
  event: Event,
  around: Surroundings,
) => void;

/** Leading events come with the event that they belong to; the market’s EIP-712 domain never changes. */
type HandledName = Exclude<EventName, keyof LeadingEvents | 'EIP712DomainChanged'>;

/** What each event does to the accounts. An event of the ABI that is missing here fails the type check. */
const HANDLERS: { readonly [Name in HandledName]: Handler<EventOf<Name>> } = {
  Arrived: applyArrived,
  // A skipped item of a batch changed nothing.
  BatchItemSkipped: () => undefined,
  Booked: (book, market, event, { leading, next }) =>
    applyBooked(book, market, event, leading, partnerOf(event, next, 'OfferTaken')),
  Canceled: applyCanceled,
  Challenged: applyChallenged,
  Claimed: applyClaimed,
  ClaimedAlone: applyClaimedAlone,
  Deposited: (book, _, event) => applyDeposited(book, event),
  EarningsWithdrawn: (book, _, event, { leading }) => applyEarningsWithdrawn(book, event, leading),
  Expired: applyExpired,
  Finalised: (book, market, event, { leading }) => applyFinalised(book, market, event, leading),
  ListingPublished: applyListingPublished,
  ListingStatusChanged: (book, _, event) => applyListingStatusChanged(book, event),
  NewBookingsPaused: applyPaused,
  NoShowClaimed: applyNoShowClaimed,
  NoShowContested: applyNoShowContested,
  OfferTaken: (book, _, event, { previous }) => checkOfferTaken(book, event, previous),
  Proven: applyProven,
  Settled: (book, market, event, { leading }) => applySettled(book, market, event, leading),
  SettledAlone: (book, market, event, { leading }) => applySettledAlone(book, market, event, leading),
  SlotsGivenBack: (book, market, event, { previous }) => applySlotsGivenBack(book, market, event, previous),
  Withdrawn: (book, _, event, { leading }) => applyWithdrawn(book, event, leading),
};

function apply(book: AccountBook, market: MarketConstants, event: LedgerEvent, around: Surroundings): void {
  // The table pairs each name with the handler of that very event, which the index does not show to the compiler.
  const handlers: Partial<Record<EventName, Handler<never>>> = HANDLERS;
  const handler = handlers[event.eventName];
  if (handler !== undefined) handler(book, market, event as never, around);
  // A rule that the audit does not know must not pass as reconciled.
  else disagree(book, 'event.unsupported', { tx: event.tx }, 'an event of known rules', event.eventName);
}
