import type { BookingTerms } from './terms.ts';

/** Length of a slot: 15 minutes. */
export const SLOT_SEC = 900;

/** The ledger's windows in unix seconds, half-open: an action is allowed in [from, until). */
export interface BookingTimes {
  opens: number;
  start: number;
  end: number;
  closes: number;
  cancelBy: number;
  noShowFrom: number;
  reportBy: number;
}

/** Seconds for reporting, challenging, proving: constants of the deployment. */
export interface MarketWindows {
  reportSec: number;
  challengeSec: number;
  proofSec: number;
}

/** Must equal contracts/libraries/Times.sol. */
export function bookingTimes(
  slots: { firstSlot: number; slotCount: number },
  terms: Pick<BookingTerms, 'cancelUntilMin' | 'earlyStartMin' | 'noshowTimeoutMin' | 'lateStopMin'>,
  windows: MarketWindows,
): BookingTimes {
  const start = slots.firstSlot * SLOT_SEC;
  const end = start + slots.slotCount * SLOT_SEC;
  const opens = start - Number(terms.earlyStartMin) * 60;
  const closes = end + Number(terms.lateStopMin) * 60;
  return {
    opens,
    start,
    end,
    closes,
    cancelBy: Math.min(start - Number(terms.cancelUntilMin) * 60, opens),
    noShowFrom: start + Number(terms.noshowTimeoutMin) * 60,
    reportBy: closes + windows.reportSec,
  };
}

/**
 * The first slot that can be booked at `nowSec` (unix seconds): the one that contains now without a lead time, else
 * the first that begins no sooner than the lead time from now. Must equal contracts/libraries/Times.sol.
 */
export function earliestSlot(nowSec: number, terms: Pick<BookingTerms, 'leadTimeMin'>): number {
  const leadTimeSec = Number(terms.leadTimeMin) * 60;
  return leadTimeSec === 0 ? Math.floor(nowSec / SLOT_SEC) : Math.ceil((nowSec + leadTimeSec) / SLOT_SEC);
}

export const challengeEnd = (claimedAt: number, closes: number, windows: MarketWindows): number =>
  Math.max(claimedAt, closes) + windows.challengeSec;

export const proofEnd = (challengedAt: number, closes: number, windows: MarketWindows): number =>
  Math.max(challengedAt, closes) + windows.proofSec;
