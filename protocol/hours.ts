import { PlugpactError } from './errors.ts';
import { SLOT_SEC } from './slots.ts';
import { packWord, unpackWord } from './words.ts';

const LAYOUT = [
  ['mask', 168],
  ['utcOffset', 8],
  ['offsetChangesAt', 40],
  ['utcOffsetAfter', 8],
] as const;

/** Local weekly hours: bit `weekday * 24 + hour` (Monday = 0); offsets in signed quarter hours. */
export interface WeeklyHours {
  mask: bigint;
  utcOffset: number;
  /** Unix seconds, 0 = never. */
  offsetChangesAt: number;
  utcOffsetAfter: number;
}

export const ALWAYS: WeeklyHours = {
  mask: (1n << 168n) - 1n,
  utcOffset: 0,
  offsetChangesAt: 0,
  utcOffsetAfter: 0,
};

/** @throws PlugpactError `word.outOfRange`, `hours.offsetOutOfRange`. */
export function packHours(hours: WeeklyHours): bigint {
  return packWord(LAYOUT, {
    mask: hours.mask,
    utcOffset: packOffset(hours.utcOffset),
    offsetChangesAt: BigInt(hours.offsetChangesAt),
    utcOffsetAfter: packOffset(hours.utcOffsetAfter),
  });
}

function packOffset(quarters: number): bigint {
  if (!Number.isInteger(quarters) || quarters < -128 || quarters > 127) {
    throw new PlugpactError({
      code: 'hours.offsetOutOfRange',
      value: String(quarters),
      rule: 'An offset from UTC is a whole number of quarter hours from -128 to 127.',
      remedy: 'Write +05:45 as 23, -03:30 as -14.',
    });
  }
  return BigInt.asUintN(8, BigInt(quarters));
}

export function unpackHours(word: bigint): WeeklyHours {
  const f = unpackWord(LAYOUT, word);
  return {
    mask: f.mask,
    utcOffset: Number(BigInt.asIntN(8, f.utcOffset)),
    offsetChangesAt: Number(f.offsetChangesAt),
    utcOffsetAfter: Number(BigInt.asIntN(8, f.utcOffsetAfter)),
  };
}

/** Whether the slot (unix seconds / 900) can be booked. Must equal contracts/libraries/Hours.sol. */
export function isWithinHours(hours: WeeklyHours, slot: number): boolean {
  const changed = hours.offsetChangesAt !== 0 && slot * SLOT_SEC >= hours.offsetChangesAt;
  const localSlot = slot + (changed ? hours.utcOffsetAfter : hours.utcOffset);
  const localHour = Math.floor(localSlot / 4);
  // 1970-01-01 was a Thursday, weekday 3 when Monday is 0.
  const weekday = (Math.floor(localHour / 24) + 3) % 7;
  return ((hours.mask >> BigInt(weekday * 24 + (localHour % 24))) & 1n) === 1n;
}
