import { zeroHash } from 'viem';
import { FLAG, OUTCOME, PHASE, unpackHead } from '../../protocol/booking.ts';
import { amountsOf } from '../../protocol/reading.ts';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  earningsAccount,
  expectSame,
  type MarketConstants,
  type Outcome,
  purseAccount,
} from './account-book.ts';
import { freeSlots } from './calendar.ts';
import type { EventOf } from './events.ts';
import type { LeadingEvents } from './leading-events.ts';
import {
  checkReportWindow,
  checkWindow,
  type EndEvent,
  openBooking,
  requirePhase,
  subjectOf,
  windowEnd,
} from './open-bookings.ts';
import { costOf, marketFeeOf, noShowFeeOf, payoutOf, provenPayout } from './payouts.ts';
import { checkReading } from './readings.ts';
import { timesOf } from './state.ts';

/** How a booking should end: `paid` before the market's fee, and the bond that the host gets in addition. */
interface ExpectedEnd {
  outcome: Outcome;
  /** Token units. */
  paid: bigint;
  fee?: bigint;
  bond?: bigint;
}

const COST_CODES = {
  CANCELED: 'cancel.fee',
  NO_SHOW: 'noShow.fee',
  FAILED: 'session.cost',
  FULFILLED: 'session.cost',
} as const satisfies Record<Outcome, string>;

/** A final co-signed reading ended the booking. */
export async function applySettled(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Settled'>,
  leading: LeadingEvents,
): Promise<void> {
  const account = openBooking(book, event);
  if (account === undefined) return;
  checkReportWindow(book, market, account, event);
  const reading = await checkReading(book, market, account, event);
  if (!reading.isFinal) disagree(book, 'reading.notFinal', subjectOf(event), 'final', 'not final');
  account.reading = reading;
  account.energyWh = reading.energyWh;
  const paid = costOf(account, reading);
  const fee = payMarket(book, market, event, leading, paid);
  end(book, account, event, { outcome: 'FULFILLED', paid, fee });
}

/** A deadline ended the booking, or a proof of all that was claimed. */
export function applyFinalised(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Finalised'>,
  leading: LeadingEvents,
): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const { phase, flags } = unpackHead(account.state.head);
  if (phase === PHASE.RESERVED) {
    disagree(book, 'booking.phase', subjectOf(event), PHASE.CLAIMED, phase);
    return;
  }
  if (account.provenIn !== undefined) finaliseProven(book, market, account, event, leading);
  else if ((flags & FLAG.NO_SHOW) !== 0n) finaliseNoShow(book, market, account, event, leading);
  else finaliseClaim(book, market, account, event, leading);
}

type Finalise = (
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Finalised'>,
  leading: LeadingEvents,
) => void;

/** Pays the claim, and the challenger's bond to the host. */
const finaliseProven: Finalise = (book, market, account, event, leading) => {
  expectSame(book, 'proof.notPaidAtOnce', subjectOf(event), account.provenIn ?? '', event.tx);
  const bond = account.locked - account.booking.money.cap;
  const found = leading.BondForfeited?.args.amount ?? 'nothing';
  expectSame(book, 'bond.mismatch', subjectOf(event), bond, found);
  endWithPayout(book, market, account, event, leading, { ...provenPayout(account), bond });
};

const finaliseNoShow: Finalise = (book, market, account, event, leading) => {
  checkWindow(book, event, windowEnd(account, market), Number.POSITIVE_INFINITY);
  checkOutcome(book, event, 'NO_SHOW');
  forfeitNothing(book, event, leading);
  payMarket(book, market, event, leading, 0n);
  end(book, account, event, { outcome: 'NO_SHOW', paid: noShowFeeOf(account) });
};

const finaliseClaim: Finalise = (book, market, account, event, leading) => {
  checkWindow(book, event, windowEnd(account, market), Number.POSITIVE_INFINITY);
  forfeitNothing(book, event, leading);
  endWithPayout(book, market, account, event, leading, payoutOf(account));
};

function endWithPayout(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Finalised'>,
  leading: LeadingEvents,
  { paid, energyWh, reading, bond = 0n }: ReturnType<typeof payoutOf> & { bond?: bigint },
): void {
  checkOutcome(book, event, 'FULFILLED');
  account.energyWh = energyWh;
  if (reading === undefined) delete account.reading;
  else account.reading = reading;
  const fee = payMarket(book, market, event, leading, paid);
  end(book, account, event, { outcome: 'FULFILLED', paid, fee, bond });
}

function checkOutcome(book: AccountBook, event: EventOf<'Finalised'>, outcome: Outcome): void {
  const found = OUTCOME[event.args.outcome as keyof typeof OUTCOME] ?? event.args.outcome;
  expectSame(book, 'session.outcome', subjectOf(event), outcome, found);
}

/** Only a proof of all that was claimed forfeits the bond. */
function forfeitNothing(book: AccountBook, event: EndEvent, { BondForfeited: bond }: LeadingEvents): void {
  if (bond !== undefined) disagree(book, 'bond.mismatch', subjectOf(event), 'nothing', bond.args.amount);
}

/** Credits the market's part of what a charge costs, and records where the event differs. */
function payMarket(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Settled'> | EventOf<'Finalised'>,
  { MarketFeePaid: paid }: LeadingEvents,
  cost: bigint,
): bigint {
  const fee = marketFeeOf(market, cost);
  expectSame(book, 'marketFee.mismatch', subjectOf(event), fee, paid?.args.amount ?? 0n);
  if (fee > 0n) purseAccount(book, market.fee.to, 0).balance += fee;
  return fee;
}

/** Nobody reported in time: the driver is refunded in full. */
export function applyExpired(book: AccountBook, market: MarketConstants, event: EventOf<'Expired'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  checkWindow(book, event, timesOf(account, market).reportBy, Number.POSITIVE_INFINITY);
  end(book, account, event, { outcome: 'FAILED', paid: 0n });
}

/** The booking ended without a charge: for free, or for the late fee when the driver canceled late. */
export function applyCanceled(book: AccountBook, market: MarketConstants, event: EventOf<'Canceled'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  const { byHost, overstayedBy } = event.args;
  const times = timesOf(account, market);
  checkWindow(book, event, 0, byHost ? times.reportBy : times.opens);
  const paid = byHost || event.at < times.cancelBy ? 0n : noShowFeeOf(account);
  if (overstayedBy !== zeroHash) account.overstayedBy = overstayedBy;
  freeSlots(book, account);
  end(book, account, event, { outcome: 'CANCELED', paid });
}

/** Credits what should have been paid and refunded, and records where the event differs. */
function end(book: AccountBook, account: BookingAccount, event: EndEvent, expectedEnd: ExpectedEnd): void {
  const { outcome, paid, fee = 0n, bond = 0n } = expectedEnd;
  const { booking, locked } = account;
  const subject = subjectOf(event);
  const refunded = locked - paid - bond;
  const found = amountsOf(event.args);
  const { cap } = booking.money;
  if (found.paid > cap) disagree(book, 'session.overCap', subject, cap, found.paid);
  expectSame(book, COST_CODES[outcome], subject, paid, found.paid);
  expectSame(book, 'session.refund', subject, refunded, found.refunded);
  const purse = purseAccount(book, booking.driver, booking.purse);
  purse.balance += refunded;
  purse.generation = booking.generation + 1n;
  delete purse.open;
  if (event.eventName === 'Settled' || event.eventName === 'Finalised' || paid > 0n) {
    const earnings = earningsAccount(book, booking.listingId, booking.terms.host);
    earnings.earned += paid - fee + bond;
    earnings.soldWh += BigInt(account.energyWh);
    earnings.sessions += 1n;
  }
  Object.assign(account, { paid, refunded, forfeited: bond });
  account.end = { by: event.eventName, outcome, stamp: event };
}
