import { type BookingState, type Made, WINDOWS } from './world.ts';

/** A half-open span of unix seconds. */
export interface Span {
  from: number;
  until: number;
}

const SLOT_SEC = 900;
const MINUTE_SEC = 60;

/** The times of a booking by its terms (unix seconds). */
export function momentsOf({ booking, terms }: Pick<Made, 'booking' | 'terms'>) {
  const minutes = (value: bigint) => Number(value) * MINUTE_SEC;
  const start = booking.firstSlot * SLOT_SEC;
  const end = (booking.firstSlot + booking.slotCount) * SLOT_SEC;
  const opens = start - minutes(terms.bookingTerms.earlyStartMin);
  const closes = end + minutes(terms.bookingTerms.lateStopMin);
  return {
    start,
    opens,
    closes,
    cancelBy: Math.min(start - minutes(terms.bookingTerms.cancelUntilMin), opens),
    noShowFrom: start + minutes(terms.bookingTerms.noshowTimeoutMin),
    reportBy: closes + WINDOWS.reportSec,
  };
}

/** When a claim or a challenge ends by itself. */
export function windowEnd(made: Made, standing: BookingState): number {
  const { closes } = momentsOf(made);
  return standing.phase === 'CHALLENGED'
    ? Math.max(standing.challengedAt, closes) + WINDOWS.proofSec
    : Math.max(standing.claimedAt, closes) + WINDOWS.challengeSec;
}

/** Rules about a window: the ledger's errors before and after it. */
export const within = (nowSec: number, { from, until }: Span): [string, boolean][] => [
  ['Booking_TooEarly', nowSec < from],
  ['Booking_TooLate', nowSec >= until],
];

export const NEVER = Number.MAX_SAFE_INTEGER;
