import { type Book, disagree } from './account-book.ts';
import type { EventName, EventOf, LedgerEvent } from './events.ts';

/** Payments that stand right before the event which they belong to, in the same transaction. */
export interface Before {
  RelayFeePaid?: EventOf<'RelayFeePaid'>;
  MarketFeePaid?: EventOf<'MarketFeePaid'>;
  BondForfeited?: EventOf<'BondForfeited'>;
}

type Prelude = NonNullable<Before[keyof Before]>;

const CODES = {
  RelayFeePaid: 'relayFee.mismatch',
  MarketFeePaid: 'marketFee.mismatch',
  BondForfeited: 'bond.mismatch',
} as const;

const CARRIERS: Partial<Record<EventName, readonly (keyof Before)[]>> = {
  Booked: ['RelayFeePaid'],
  Withdrawn: ['RelayFeePaid'],
  EarningsWithdrawn: ['RelayFeePaid'],
  Settled: ['MarketFeePaid'],
  Finalised: ['MarketFeePaid', 'BondForfeited'],
};

export const isPrelude = (event: LedgerEvent): event is Prelude => event.eventName in CODES;

/** Keeps a payment for the event that follows; a second one of its kind belongs to nothing. */
export function keepPrelude(book: Book, before: Before, event: Prelude): Before {
  const earlier = before[event.eventName];
  if (earlier !== undefined) drop(book, earlier);
  return { ...before, [event.eventName]: event };
}

/** The payments that belong to this event. Each other one is named, and changes no account. */
export function preludesOf(book: Book, before: Before, event: LedgerEvent | undefined): Before {
  const carried = Object.values(before).filter((each: Prelude) => {
    if (event !== undefined && belongsTo(each, event)) return true;
    drop(book, each);
    return false;
  });
  return Object.fromEntries(carried.map((each: Prelude) => [each.eventName, each]));
}

function belongsTo(prelude: Prelude, event: LedgerEvent): boolean {
  if (!CARRIERS[event.eventName]?.includes(prelude.eventName) || prelude.tx !== event.tx) return false;
  if (prelude.eventName === 'RelayFeePaid') return true;
  return 'bookingId' in event.args && event.args.bookingId === prelude.args.bookingId;
}

function drop(book: Book, { eventName, args, tx }: Prelude): void {
  const subject = 'bookingId' in args ? { bookingId: args.bookingId, tx } : { account: args.relayer, tx };
  disagree(book, CODES[eventName], subject, 'what it belongs to, in the same transaction', args.amount);
}
