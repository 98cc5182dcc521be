import { zeroAddress, zeroHash } from 'viem';
import { marketFeeOf } from '../rules/cost.ts';
import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { amountsOf } from '../rules/reading.ts';
import { type Outcome, outcomeOf } from '../rules/state.ts';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  earningsAccount,
  expectSame,
  purseAccount,
} from './account-book.ts';
import { freeSlots } from './calendar.ts';
import type { LeadingEvents } from './leading-events.ts';
import { lateFeeOf, noShowFeeOf } from './money-rules.ts';
import {
  checkWindow,
  type EndEvent,
  openBooking,
  requireState,
  subjectOf,
  windowEnd,
} from './open-bookings.ts';
import { timesOf } from './state.ts';

/** How a booking should end: `paid` before the market's fee, and what of the bond the host gets in addition. */
interface ExpectedEnd {
  outcome: Outcome;
  /** Token units. */
  paid: bigint;
  fee?: bigint;
  bond?: bigint;
  /** Wh by which the listing's counter rises. */
  countedWh?: bigint;
  /** Whether the host earned what was paid, which counts as a session. */
  isEarned: boolean;
}

const COST_CODES = {
  CANCELED: 'cancel.fee',
  NO_SHOW: 'noShow.fee',
  FAILED: 'session.cost',
  FULFILLED: 'session.cost',
} as const satisfies Record<Outcome, string>;

/** Nobody reported in time: the driver is refunded in full. */
export function applyExpired(book: AccountBook, market: MarketConstants, event: EventOf<'Expired'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requireState(book, account, event, 'RESERVED', 'ARRIVED')) return;
  checkWindow(book, event, timesOf(account, market).reportBy, Number.POSITIVE_INFINITY);
  end(book, account, event, { outcome: 'FAILED', paid: 0n, isEarned: false });
}

/** A contested no-show: the fee goes to purse 0 of account 0, the sink, and to nobody else (rule 6). */
export function applyNoShowContested(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'NoShowContested'>,
): void {
  const account = openBooking(book, event);
  if (account === undefined || !requireState(book, account, event, 'CONTESTED')) return;
  checkWindow(book, event, windowEnd(account, market), Number.POSITIVE_INFINITY);
  const paid = noShowFeeOf(account);
  purseAccount(book, zeroAddress, 0).balance += paid;
  end(book, account, event, { outcome: 'NO_SHOW', paid, isEarned: false });
}

/** The booking ended without a charge: for free, or for the late fee when the driver canceled late. */
export function applyCanceled(book: AccountBook, market: MarketConstants, event: EventOf<'Canceled'>): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const { byHost, overstayedBy } = event.args;
  const allowed = byHost ? (['RESERVED', 'ARRIVED'] as const) : (['RESERVED'] as const);
  if (!requireState(book, account, event, ...allowed)) return;
  const times = timesOf(account, market);
  checkWindow(book, event, 0, byHost ? times.reportBy : times.opens);
  const paid = byHost || event.at < times.freeUntil ? 0n : lateFeeOf(account);
  if (overstayedBy !== zeroHash) account.overstayedBy = overstayedBy;
  freeSlots(book, account, account.booking.firstSlot);
  end(book, account, event, { outcome: 'CANCELED', paid, isEarned: paid > 0n });
}

export function checkOutcome(book: AccountBook, event: EventOf<'Finalised'>, outcome: Outcome): void {
  expectSame(book, 'session.outcome', subjectOf(event), outcome, outcomeOf(event.args.outcome));
}

/** Credits the market's part of what a charge costs, and records where the event differs. */
export function payMarket(
  book: AccountBook,
  market: MarketConstants,
  event: EndEvent,
  { MarketFeePaid: paid }: LeadingEvents,
  cost: bigint,
): void {
  const fee = marketFeeOf(cost, market.fee.basisPoints);
  expectSame(book, 'marketFee.mismatch', subjectOf(event), fee, paid?.args.amount ?? 0n);
  if (fee > 0n) purseAccount(book, market.fee.to, 0).balance += fee;
}

/** Credits what should have been paid and refunded, and records where the event differs. */
export function end(
  book: AccountBook,
  account: BookingAccount,
  event: EndEvent,
  expected: ExpectedEnd,
): void {
  const { outcome, paid, fee = 0n, bond = 0n, countedWh = 0n } = expected;
  const { booking, locked } = account;
  const refunded = locked - paid - bond;
  checkAmounts(book, account, event, { outcome, paid, refunded });
  const purse = purseAccount(book, booking.driver, booking.purse);
  purse.balance += refunded;
  purse.generation = booking.generation + 1n;
  delete purse.open;
  if (expected.isEarned) {
    const earnings = earningsAccount(book, booking.listingId, booking.terms.host);
    earnings.earned += paid - fee + bond;
    earnings.soldWh += countedWh;
    earnings.sessions += 1n;
  }
  Object.assign(account, { paid, refunded, forfeited: bond });
  account.end = { by: event.eventName, outcome, stamp: event };
}

/** Token units: what the event says was paid and refunded. */
export const amountsSaidBy = ({ args }: EndEvent): { paid: bigint; refunded: bigint } =>
  'fee' in args ? { paid: args.fee, refunded: args.refunded } : amountsOf(args);

function checkAmounts(
  book: AccountBook,
  { booking }: BookingAccount,
  event: EndEvent,
  { outcome, paid, refunded }: Pick<ExpectedEnd, 'outcome' | 'paid'> & { refunded: bigint },
): void {
  const subject = subjectOf(event);
  const found = amountsSaidBy(event);
  const { cap } = booking.money;
  if (found.paid > cap) disagree(book, 'session.overCap', subject, cap, found.paid);
  expectSame(book, COST_CODES[outcome], subject, paid, found.paid);
  expectSame(book, 'session.refund', subject, refunded, found.refunded);
}
