import type { SlotRange } from '../../protocol/api.ts';
import type { WeeklyHours } from '../../protocol/hours.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';

const SLOTS_PER_HOUR = 4;
const HOURS_PER_WEEK = 168;
const ALL_OPEN = (1n << BigInt(HOURS_PER_WEEK)) - 1n;

/** 1970-01-01 was a Thursday, weekday 3 when Monday is 0. */
const FIRST_HOUR_OF_WEEK = 3 * 24;

/**
 * The slots of [first, end) within a listing's weekly hours, as ranges in order that do not touch. The same rule as
 * `isWithinHours`, hour by hour.
 */
export function openRanges(hours: WeeklyHours, first: number, end: number): SlotRange[] {
  if (end <= first || hours.mask === 0n) return [];
  if (hours.mask === ALL_OPEN) return [[first, end - first]];
  const { offsetChangesAt } = hours;
  const changesAt = offsetChangesAt === 0 ? end : Math.ceil(offsetChangesAt / SLOT_SEC);
  const change = Math.min(Math.max(changesAt, first), end);
  // The last digit is the first hour of the week.
  const openHours = hours.mask.toString(2).padStart(HOURS_PER_WEEK, '0');
  const ranges: SlotRange[] = [];
  addOpen(ranges, openHours, hours.utcOffset, first, change);
  addOpen(ranges, openHours, hours.utcOffsetAfter, change, end);
  return ranges;
}

/** Adds the open slots of [first, end), in which the offset from UTC (quarter hours) stays the same. */
function addOpen(
  ranges: SlotRange[],
  openHours: string,
  utcOffset: number,
  first: number,
  end: number,
): void {
  let slot = first;
  while (slot < end) {
    const localHour = Math.floor((slot + utcOffset) / SLOTS_PER_HOUR);
    const next = Math.min((localHour + 1) * SLOTS_PER_HOUR - utcOffset, end);
    const hour = (localHour + FIRST_HOUR_OF_WEEK) % HOURS_PER_WEEK;
    if (openHours[HOURS_PER_WEEK - 1 - hour] === '1') append(ranges, slot, next);
    slot = next;
  }
}

/** Appends [first, end), joined to the last range where they touch. */
function append(ranges: SlotRange[], first: number, end: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last[0] + last[1] === first) last[1] += end - first;
  else ranges.push([first, end - first]);
}
