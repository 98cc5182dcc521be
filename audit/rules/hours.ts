import { bitsAt, numberAt } from './bits.ts';
import { SLOT_SEC } from './booking-times.ts';

/** Hours of the week, one bit each. */
const WEEK_HOURS = 168;

/** The first of January 1970 was a Thursday: this many hours after the Monday before it. */
const EPOCH_HOUR = 3 * 24;

const SLOTS_PER_HOUR = 4;

/** A signed byte: quarter hours ahead of UTC. */
const offsetAt = (word: bigint, shift: number): number => Number(BigInt.asIntN(8, word >> BigInt(shift)));

/** Whether the listing is open in no hour at all: then it is booked by offers only. */
export const isNeverOpen = (weeklyHours: bigint): boolean => bitsAt(weeklyHours, 0, WEEK_HOURS) === 0n;

/** Rule 25: whether the slot (unix seconds / 900) lies in an open hour of the charger's own time. */
export function isOpenAt(weeklyHours: bigint, slot: number): boolean {
  const changesAt = numberAt(weeklyHours, 176, 40);
  const isChanged = changesAt > 0 && slot * SLOT_SEC >= changesAt;
  const localSlot = slot + offsetAt(weeklyHours, isChanged ? 216 : 168);
  const hour = (Math.floor(localSlot / SLOTS_PER_HOUR) + EPOCH_HOUR) % WEEK_HOURS;
  return bitsAt(weeklyHours, hour, 1) === 1n;
}
