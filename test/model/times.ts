import { type BookingState, type Made, WINDOWS } from './world.ts';

/** A half-open span of unix seconds. */
export interface Span {
  from: number;
  until: number;
}

const SLOT_SEC = 900;
const MINUTE_SEC = 60;
const HOUR_SEC = 3_600;

/** A booking made late is cancelled for nothing for this long. */
const COOLING_OFF_SEC = 10 * MINUTE_SEC;

type Slots = Pick<Made, 'booking' | 'terms'>;

const minutes = (value: bigint): number => Number(value) * MINUTE_SEC;

/** The times of a booking by its slots and terms (unix seconds). */
export function momentsOf({ booking, terms }: Slots) {
  const start = booking.firstSlot * SLOT_SEC;
  const end = (booking.firstSlot + booking.slotCount) * SLOT_SEC;
  const closes = end + minutes(terms.bookingTerms.lateStopMin);
  return {
    start,
    opens: start - minutes(terms.bookingTerms.earlyStartMin),
    closes,
    reportBy: closes + WINDOWS.reportSec,
  };
}

/** Until when the driver cancels for nothing: as the host set it, or shortly after booking, but never in the last hour. */
export function freeUntil(made: Slots, bookedAt: number): number {
  const { start, opens } = momentsOf(made);
  const asSet = Math.min(start - minutes(made.terms.bookingTerms.cancelUntilMin), opens);
  return Math.max(asSet, Math.min(bookedAt + COOLING_OFF_SEC, opens - HOUR_SEC));
}

/** From when the agent may say that nobody came. */
export const noShowFrom = (made: Slots, bookedAt: number): number =>
  Math.max(momentsOf(made).start, bookedAt) + minutes(made.terms.bookingTerms.noshowTimeoutMin);

/** When a claim or a challenge ends by itself. */
export function windowEnd(made: Made, { name, since }: BookingState): number {
  const windowSec = name === 'CHALLENGED' ? WINDOWS.proofSec : WINDOWS.challengeSec;
  return Math.max(since, momentsOf(made).closes) + windowSec;
}

/** Rules about a window: the ledger's errors before and after it. */
export const within = (nowSec: number, { from, until }: Span): [string, boolean][] => [
  ['Booking_TooEarly', nowSec < from],
  ['Booking_TooLate', nowSec >= until],
];

export const NEVER = Number.MAX_SAFE_INTEGER;
