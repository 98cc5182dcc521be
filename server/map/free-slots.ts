import type { SlotRange } from '../../protocol/api.ts';
import { unpackHours, type WeeklyHours } from '../../protocol/hours.ts';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import { earliestSlot, SLOT_SEC } from '../../protocol/slots.ts';
import { type BookingTerms, unpackBookingTerms } from '../../protocol/terms.ts';
import { openRanges } from './open-ranges.ts';

/** What a listing says about when it can be booked. */
export interface Bookable {
  isOpen: boolean;
  hours: WeeklyHours;
  terms: Pick<BookingTerms, 'minSlots' | 'maxSlots' | 'leadTimeMin' | 'horizonSlots'>;
}

/** When a listing can be booked, as the index stores it: packed words as hex. */
export interface BookableWords {
  weeklyHours: string;
  bookingTerms: string;
}

export interface BookableRow extends BookableWords {
  status: number;
}

/** A time asked about, and when it is asked, in unix seconds. */
export interface Span {
  fromSec: number;
  untilSec: number;
  nowSec: number;
}

export const toBookable = (row: BookableRow): Bookable => ({
  ...openBookable(row),
  isOpen: row.status === LISTING_STATUS.OPEN,
});

/** Of a listing that is open, as all on the map are. */
export const openBookable = ({ weeklyHours, bookingTerms }: BookableWords): Bookable => ({
  isOpen: true,
  hours: unpackHours(BigInt(weeklyHours)),
  terms: unpackBookingTerms(BigInt(bookingTerms)),
});

/**
 * The slots that a booking made at `nowSec` (unix seconds) can take, as ranges in order that do not touch: open by the
 * weekly hours, not taken, from the lead time to the horizon, and as many together as the shortest booking needs. The
 * ledger's rule (contracts/stages/NewBookings.sol), except that it refuses all bookings while the guardian has stopped
 * them.
 *
 * @param taken Ranges of taken slots, ordered by their first slot.
 * @param beforeSlot Slots from this one on are left out.
 */
export function freeSlots(
  { isOpen, hours, terms }: Bookable,
  taken: readonly SlotRange[],
  nowSec: number,
  beforeSlot = Number.POSITIVE_INFINITY,
): SlotRange[] {
  if (!isOpen) return [];
  const end = Math.min(Math.floor(nowSec / SLOT_SEC) + Number(terms.horizonSlots), beforeSlot);
  return withoutTaken(openRanges(hours, earliestSlot(nowSec, terms), end), taken, terms);
}

/** What of free slots is left, in ranges that the shortest booking fits into, when these are taken too. */
export const withoutTaken = (
  free: readonly SlotRange[],
  taken: readonly SlotRange[],
  { minSlots }: Pick<BookingTerms, 'minSlots'>,
): SlotRange[] => without(free, taken).filter(([, slotCount]) => slotCount >= Number(minSlots));

/**
 * Whether one booking made at `nowSec` can hold the charger during the whole of [fromSec, untilSec). Where the shortest
 * booking is longer than that, it may begin sooner or end later.
 */
export function isFree(
  bookable: Bookable,
  taken: readonly SlotRange[],
  { fromSec, untilSec, nowSec }: Span,
): boolean {
  const first = Math.floor(fromSec / SLOT_SEC);
  const end = Math.ceil(untilSec / SLOT_SEC);
  if (end - first > Number(bookable.terms.maxSlots)) return false;
  return freeSlots(bookable, taken, nowSec).some(([from, count]) => from <= first && end <= from + count);
}

/** The slots of `ranges` that are not in `taken`. Both are ordered; taken ranges may overlap. */
function without(ranges: readonly SlotRange[], taken: readonly SlotRange[]): SlotRange[] {
  const left: SlotRange[] = [];
  let next = 0;
  for (const [first, count] of ranges) {
    const end = first + count;
    let from = first;
    while (next < taken.length && endOf(taken[next]!) <= from) next += 1;
    for (let i = next; i < taken.length && taken[i]![0] < end; i += 1) {
      const [takenFrom] = taken[i]!;
      if (takenFrom > from) left.push([from, takenFrom - from]);
      from = Math.max(from, endOf(taken[i]!));
    }
    if (from < end) left.push([from, end - from]);
  }
  return left;
}

const endOf = ([first, count]: SlotRange): number => first + count;
