import { marketFeeOf } from '../rules/cost.ts';
import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { claimOf, stateName } from '../rules/state.ts';
import { type AccountBook, type BookingAccount, disagree, expectSame } from './account-book.ts';
import { checkOutcome, end, payMarket } from './ends.ts';
import type { LeadingEvents } from './leading-events.ts';
import { forfeitOf, noShowFeeOf } from './money-rules.ts';
import {
  checkReportWindow,
  checkWindow,
  openBooking,
  requireState,
  subjectOf,
  windowEnd,
} from './open-bookings.ts';
import { type Payout, payoutOfReading, payoutOfState } from './payouts.ts';
import { checkAlone, checkCosigned } from './readings.ts';

/** A final reading that both signed ended the booking. */
export function applySettled(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Settled'>,
  leading: LeadingEvents,
): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  checkReportWindow(book, market, account, event);
  const reading = checkCosigned(book, market, account, event);
  if (!reading.isFinal) disagree(book, 'reading.notFinal', subjectOf(event), 'final', 'not final');
  const forfeited = concededBy(account, market, event);
  fulfil(book, market, account, event, leading, payoutOfReading(account, reading), forfeited);
}

/** Co-signing, or allowing, the very reading that was challenged concedes the challenge (rule 7). */
function concededBy(
  account: BookingAccount,
  market: MarketConstants,
  { args }: EventOf<'Settled'> | EventOf<'SettledAlone'>,
): bigint | undefined {
  const isSame = claimOf(args.reading.measure) === claimOf(account.state.claim);
  return stateName(account.state) === 'CHALLENGED' && isSame ? forfeitOf(account, market) : undefined;
}

/** A final reading of the agent alone ended the booking: its cost is within what the driver allowed. */
export function applySettledAlone(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'SettledAlone'>,
  leading: LeadingEvents,
): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  requireState(book, account, event, 'RESERVED', 'ARRIVED', 'CLAIMED', 'CLAIMED_ALONE', 'CHALLENGED');
  checkReportWindow(book, market, account, event);
  const { reading, allowed } = checkAlone(book, market, account, event);
  const payout = payoutOfReading(account, reading);
  if (payout.paid > allowed) {
    disagree(book, 'settlement.notAllowed', subjectOf(event), `at most ${allowed}`, payout.paid);
  }
  const forfeited = concededBy(account, market, event);
  fulfil(book, market, account, event, leading, payout, forfeited);
}

/** A deadline ended the booking, or a proof that pays as much as the claim. */
export function applyFinalised(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Finalised'>,
  leading: LeadingEvents,
): void {
  const account = openBooking(book, event);
  if (account === undefined) return;
  const open = ['CLAIMED', 'CLAIMED_ALONE', 'NO_SHOW_CLAIMED', 'CHALLENGED'] as const;
  if (!requireState(book, account, event, ...open)) return;
  if (account.provenIn !== undefined) {
    expectSame(book, 'proof.notPaidAtOnce', subjectOf(event), account.provenIn, event.tx);
    const forfeited = forfeitOf(account, market);
    fulfil(book, market, account, event, leading, payoutOfState(account), forfeited);
    return;
  }
  checkWindow(book, event, windowEnd(account, market), Number.POSITIVE_INFINITY);
  if (stateName(account.state) !== 'NO_SHOW_CLAIMED') {
    fulfil(book, market, account, event, leading, payoutOfState(account));
    return;
  }
  checkOutcome(book, event, 'NO_SHOW');
  checkForfeit(book, event, leading, undefined);
  end(book, account, event, { outcome: 'NO_SHOW', paid: noShowFeeOf(account), isEarned: true });
  payMarket(book, market, event, leading, 0n);
}

/** The host is paid for a charge. `forfeited`: what the challenger lost beside it; undefined where nothing was. */
function fulfil(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Settled'> | EventOf<'SettledAlone'> | EventOf<'Finalised'>,
  leading: LeadingEvents,
  { paid, energyWh, countedWh, reading }: Payout,
  forfeited?: bigint,
): void {
  if (event.eventName === 'Finalised') checkOutcome(book, event, 'FULFILLED');
  checkForfeit(book, event, leading, forfeited);
  account.energyWh = energyWh;
  if (reading === undefined) delete account.reading;
  else account.reading = reading;
  const fee = marketFeeOf(paid, market.fee.basisPoints);
  const bond = forfeited ?? 0n;
  end(book, account, event, { outcome: 'FULFILLED', paid, fee, bond, countedWh, isEarned: true });
  payMarket(book, market, event, leading, paid);
}

/** Only a proof of the claim, or the challenger's own signature under it, forfeits anything. */
function checkForfeit(
  book: AccountBook,
  event: EventOf<'Settled'> | EventOf<'SettledAlone'> | EventOf<'Finalised'>,
  { BondForfeited: bond }: LeadingEvents,
  forfeited: bigint | undefined,
): void {
  const found = bond?.args.amount ?? 'nothing';
  expectSame(book, 'bond.mismatch', subjectOf(event), forfeited ?? 'nothing', found);
}
