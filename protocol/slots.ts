import type { BookingTerms } from './terms.ts';

/** Length of a slot: 15 minutes. */
export const SLOT_SEC = 900;

/** The ledger's windows in unix seconds, half-open: an action is allowed in [from, until). */
export interface BookingTimes {
  opens: number;
  start: number;
  end: number;
  closes: number;
  /** Until when the driver cancels for nothing. */
  freeUntil: number;
  noShowFrom: number;
  reportBy: number;
}

/** Seconds for reporting, challenging, proving: constants of the deployment. */
export interface MarketWindows {
  reportSec: number;
  challengeSec: number;
  proofSec: number;
}

/** A booking made late can be cancelled for nothing for this long. */
const COOLING_OFF_SEC = 600;

/** No free cancelling in the last hour before the booking opens. */
const LAST_HOUR_SEC = 3_600;

/** The slots of a booking, and when it was made (unix seconds; for one that is not yet made: now). */
export interface BookedSlots {
  firstSlot: number;
  slotCount: number;
  bookedAt: number;
}

/** Must equal contracts/types/Booking.sol. */
export function bookingTimes(
  { firstSlot, slotCount, bookedAt }: BookedSlots,
  terms: Pick<BookingTerms, 'cancelUntilMin' | 'earlyStartMin' | 'noshowTimeoutMin' | 'lateStopMin'>,
  windows: MarketWindows,
): BookingTimes {
  const start = firstSlot * SLOT_SEC;
  const end = start + slotCount * SLOT_SEC;
  const opens = start - Number(terms.earlyStartMin) * 60;
  const closes = end + Number(terms.lateStopMin) * 60;
  const cancelBy = Math.min(start - Number(terms.cancelUntilMin) * 60, opens);
  return {
    opens,
    start,
    end,
    closes,
    freeUntil: Math.max(cancelBy, Math.min(bookedAt + COOLING_OFF_SEC, opens - LAST_HOUR_SEC)),
    noShowFrom: Math.max(start, bookedAt) + Number(terms.noshowTimeoutMin) * 60,
    reportBy: closes + windows.reportSec,
  };
}

/**
 * The first slot that can be booked at `nowSec` (unix seconds): the one that contains now without a lead time, else
 * the first that begins no sooner than the lead time from now. Must equal contracts/types/Terms.sol.
 */
export function earliestSlot(nowSec: number, terms: Pick<BookingTerms, 'leadTimeMin'>): number {
  const leadTimeSec = Number(terms.leadTimeMin) * 60;
  return leadTimeSec === 0 ? Math.floor(nowSec / SLOT_SEC) : Math.ceil((nowSec + leadTimeSec) / SLOT_SEC);
}

export const challengeEnd = (claimedAt: number, closes: number, windows: MarketWindows): number =>
  Math.max(claimedAt, closes) + windows.challengeSec;

export const proofEnd = (challengedAt: number, closes: number, windows: MarketWindows): number =>
  Math.max(challengedAt, closes) + windows.proofSec;
