import type { EventName, EventOf, LedgerEvent } from '../rules/events.ts';
import { type AccountBook, disagree } from './account-book.ts';

/** Payments that are logged right before the event to which they belong, in the same transaction. */
export interface LeadingEvents {
  RelayFeePaid?: EventOf<'RelayFeePaid'>;
  MarketFeePaid?: EventOf<'MarketFeePaid'>;
  BondForfeited?: EventOf<'BondForfeited'>;
}

type LeadingEvent = NonNullable<LeadingEvents[keyof LeadingEvents]>;

const CODES = {
  RelayFeePaid: 'relayFee.mismatch',
  MarketFeePaid: 'marketFee.mismatch',
  BondForfeited: 'bond.mismatch',
} as const;

const LED_BY: Partial<Record<EventName, readonly (keyof LeadingEvents)[]>> = {
  Booked: ['RelayFeePaid'],
  Withdrawn: ['RelayFeePaid'],
  EarningsWithdrawn: ['RelayFeePaid'],
  Settled: ['MarketFeePaid', 'BondForfeited'],
  SettledAlone: ['MarketFeePaid', 'BondForfeited'],
  Finalised: ['MarketFeePaid', 'BondForfeited'],
};

export const isLeadingEvent = (event: LedgerEvent): event is LeadingEvent => event.eventName in CODES;

/** Adds a payment for the event that follows; an earlier one of its kind belongs to no event and is recorded. */
export function addLeadingEvent(
  book: AccountBook,
  leading: LeadingEvents,
  event: LeadingEvent,
): LeadingEvents {
  const earlier = leading[event.eventName];
  if (earlier !== undefined) drop(book, earlier);
  return { ...leading, [event.eventName]: event };
}

/** The payments that belong to this event. Others are recorded as discrepancies and change no account. */
export function leadingEventsOf(
  book: AccountBook,
  leading: LeadingEvents,
  event: LedgerEvent | undefined,
): LeadingEvents {
  const belonging = Object.values(leading).filter((each: LeadingEvent) => {
    if (event !== undefined && belongsTo(each, event)) return true;
    drop(book, each);
    return false;
  });
  return Object.fromEntries(belonging.map((each: LeadingEvent) => [each.eventName, each]));
}

function belongsTo(prelude: LeadingEvent, event: LedgerEvent): boolean {
  if (!LED_BY[event.eventName]?.includes(prelude.eventName) || prelude.tx !== event.tx) return false;
  if (prelude.eventName === 'RelayFeePaid') return true;
  return 'bookingId' in event.args && event.args.bookingId === prelude.args.bookingId;
}

function drop(book: AccountBook, { eventName, args, tx }: LeadingEvent): void {
  const subject = 'bookingId' in args ? { bookingId: args.bookingId, tx } : { account: args.relayer, tx };
  disagree(book, CODES[eventName], subject, 'what it belongs to, in the same transaction', args.amount);
}
