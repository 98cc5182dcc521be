import { isWithinHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { earliestSlot, SLOT_SEC } from '../../../protocol/slots.ts';
import type { BookingTerms } from '../../../protocol/terms.ts';

const DAY_SEC = 86_400;

export type SlotState = 'free' | 'taken' | 'closed';

/** What determines which slots (unix seconds / 900) can be booked at `nowSec`. */
export interface Calendar {
  terms: BookingTerms;
  hours: WeeklyHours;
  taken: ReadonlySet<number>;
  nowSec: number;
}

/** Between the choice and the block that books it: reading, signing and relaying. A slot that ends within it is past. */
const SIGNING_SEC = 45;

const soonestSlot = ({ terms, nowSec }: Calendar): number => earliestSlot(nowSec + SIGNING_SEC, terms);

/** First slot beyond the horizon; a booking's last slot must come before it. */
export const horizonEnd = ({ terms, nowSec }: Calendar): number =>
  Math.floor(nowSec / SLOT_SEC) + Number(terms.horizonSlots);

export function slotState(calendar: Calendar, slot: number): SlotState {
  if (calendar.taken.has(slot)) return 'taken';
  const inTime = slot >= soonestSlot(calendar) && slot < horizonEnd(calendar);
  return inTime && isWithinHours(calendar.hours, slot) ? 'free' : 'closed';
}

/** Number of consecutive slots that can be booked from `slot` on, up to the host's longest booking. */
export function freeRun(calendar: Calendar, slot: number): number {
  const limit = Number(calendar.terms.maxSlots);
  let run = 0;
  while (run < limit && slotState(calendar, slot + run) === 'free') run += 1;
  return run;
}

/** Whether a booking of `slotCount` may begin at `slot`. */
export const canBegin = (calendar: Calendar, slot: number, slotCount: number): boolean =>
  slotCount >= Number(calendar.terms.minSlots) && freeRun(calendar, slot) >= slotCount;

/** The first slot from which `slotCount` slots can be booked; undefined when there is none up to the horizon. */
export function firstBookable(calendar: Calendar, slotCount: number): number | undefined {
  for (let slot = soonestSlot(calendar); slot + slotCount <= horizonEnd(calendar); slot += 1) {
    if (canBegin(calendar, slot, slotCount)) return slot;
  }
  return undefined;
}

/** The slots of the day `dayIndex` days after today, in the reader's time zone. */
export function slotsOfDay(nowSec: number, dayIndex: number): number[] {
  const midnight = new Date(nowSec * 1_000);
  midnight.setHours(0, 0, 0, 0);
  midnight.setDate(midnight.getDate() + dayIndex);
  const next = new Date(midnight);
  next.setDate(next.getDate() + 1);
  const first = midnight.getTime() / 1_000 / SLOT_SEC;
  // A day on which clocks change has 92 or 100 slots.
  const count = (next.getTime() - midnight.getTime()) / 1_000 / SLOT_SEC;
  return Array.from({ length: count }, (_, i) => Math.ceil(first) + i);
}

/** Days the reader can choose from, today included. */
export const dayCount = (calendar: Calendar): number =>
  Math.ceil((Number(calendar.terms.horizonSlots) * SLOT_SEC) / DAY_SEC) + 1;
