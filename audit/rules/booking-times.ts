import type { BookingTerms } from './listing-terms.ts';

/** A slot is a quarter of an hour. */
export const SLOT_SEC = 900;

const MIN = 60;

/** Seconds for reporting, challenging and proving: constants of a deployment. */
export interface MarketWindows {
  reportSec: number;
  challengeSec: number;
  proofSec: number;
}

/** Unix seconds. A window goes from its first second until before its last one. */
export interface BookingTimes {
  opens: number;
  start: number;
  end: number;
  closes: number;
  freeUntil: number;
  noShowFrom: number;
  reportBy: number;
}

/** Cancelling a booking that was made late is free for ten minutes, but not in the last hour before it opens. */
const LATE_FREE_SEC = 10 * MIN;
const NOT_FREE_SEC = 60 * MIN;

/** When what is allowed. `bookedAt` in unix seconds. */
export function timesOf(
  { firstSlot, slotCount, bookedAt }: { firstSlot: number; slotCount: number; bookedAt: number },
  terms: Pick<BookingTerms, 'cancelUntilMin' | 'earlyStartMin' | 'noshowTimeoutMin' | 'lateStopMin'>,
  { reportSec }: Pick<MarketWindows, 'reportSec'>,
): BookingTimes {
  const sec = (minutes: bigint) => Number(minutes) * MIN;
  const start = firstSlot * SLOT_SEC;
  const end = (firstSlot + slotCount) * SLOT_SEC;
  const opens = start - sec(terms.earlyStartMin);
  const closes = end + sec(terms.lateStopMin);
  const cancelBy = Math.min(opens, start - sec(terms.cancelUntilMin));
  const freeOfLate = Math.min(bookedAt + LATE_FREE_SEC, opens - NOT_FREE_SEC);
  const noShowFrom = Math.max(start, bookedAt) + sec(terms.noshowTimeoutMin);
  const freeUntil = Math.max(cancelBy, freeOfLate);
  return { opens, start, end, closes, freeUntil, noShowFrom, reportBy: closes + reportSec };
}

/** Until before when a claim may be challenged, and from when on it is final. */
export const challengeEnd = (claimedAt: number, closes: number, { challengeSec }: MarketWindows): number =>
  (claimedAt > closes ? claimedAt : closes) + challengeSec;

/** The same of a proof. */
export const proofEnd = (challengedAt: number, closes: number, { proofSec }: MarketWindows): number =>
  (challengedAt > closes ? challengedAt : closes) + proofSec;

/** The first slot that can be booked: the current one without a lead time, else one that begins no sooner than it. */
export function earliestSlot(nowSec: number, { leadTimeMin }: Pick<BookingTerms, 'leadTimeMin'>): number {
  if (leadTimeMin === 0n) return Math.floor(nowSec / SLOT_SEC);
  return Math.ceil((nowSec + Number(leadTimeMin) * MIN) / SLOT_SEC);
}

/** Before which slot a booking must end. */
export const latestEndSlot = (nowSec: number, { horizonSlots }: Pick<BookingTerms, 'horizonSlots'>): number =>
  Math.floor(nowSec / SLOT_SEC) + Number(horizonSlots);
