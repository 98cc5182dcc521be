import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SlotRange } from '../../../protocol/api.ts';
import { ALWAYS, isWithinHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { earliestSlot } from '../../../protocol/slots.ts';
import { type Bookable, freeSlots, isFree } from '../../../server/map/free-slots.ts';

const RUNS = { numRuns: process.env.PLUGPACT_DEEP ? 10_000 : 200, seed: 20_261_129 };

const NOW_SLOT = 1_980_000;
const NOW_SEC = NOW_SLOT * 900;

/** Whole hours of the week, drawn in runs so that there are ranges of many lengths. */
const mask = fc.oneof(
  fc.constant(ALWAYS.mask),
  fc.constant(0n),
  fc.bigInt({ min: 0n, max: ALWAYS.mask }),
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 167 }), fc.integer({ min: 1, max: 40 })), { maxLength: 6 })
    .map((runs) =>
      runs.reduce((all, [from, count]) => all | (((1n << BigInt(count)) - 1n) << BigInt(from)), 0n),
    )
    .map((bits) => bits & ALWAYS.mask),
);

const offset = fc.integer({ min: -128, max: 127 });

const hours: fc.Arbitrary<WeeklyHours> = fc.record({
  mask,
  utcOffset: offset,
  offsetChangesAt: fc.oneof(
    fc.constant(0),
    fc.integer({ min: NOW_SEC - 9_000, max: NOW_SEC + 400_000 }),
    fc.constant(NOW_SEC),
  ),
  utcOffsetAfter: offset,
});

const bookable: fc.Arbitrary<Bookable> = fc
  .record({
    isOpen: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    hours,
    minSlots: fc.integer({ min: 1, max: 8 }),
    more: fc.integer({ min: 0, max: 40 }),
    leadTimeMin: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
    horizonSlots: fc.integer({ min: 0, max: 400 }),
  })
  .map(({ isOpen, hours, minSlots, more, leadTimeMin, horizonSlots }) => ({
    isOpen,
    hours,
    terms: {
      minSlots: BigInt(minSlots),
      maxSlots: BigInt(minSlots + more),
      leadTimeMin: BigInt(leadTimeMin),
      horizonSlots: BigInt(horizonSlots),
    },
  }));

const taken: fc.Arbitrary<SlotRange[]> = fc
  .array(fc.tuple(fc.integer({ min: -20, max: 420 }), fc.integer({ min: 1, max: 30 })), { maxLength: 12 })
  .map((list) => list.map(([from, count]): SlotRange => [NOW_SLOT + from, count]))
  .map((list) => list.toSorted(([a], [b]) => a - b));

const nowSec = fc.integer({ min: NOW_SEC, max: NOW_SEC + 899 });

/** From which slot on none is asked for; mostly from none on. */
const before = fc.option(fc.integer({ min: NOW_SLOT - 2, max: NOW_SLOT + 405 }), { nil: undefined });

/** The contracts' rule for one booking, slot by slot: everything that `_requireTime`, hours and calendar refuse. */
function mayBook(
  listing: Bookable,
  taken: SlotRange[],
  nowSec: number,
  first: number,
  count: number,
): boolean {
  const { terms } = listing;
  const slots = Array.from({ length: count }, (_, i) => first + i);
  return (
    listing.isOpen &&
    count >= Number(terms.minSlots) &&
    count <= Number(terms.maxSlots) &&
    first >= earliestSlot(nowSec, terms) &&
    first + count <= Math.floor(nowSec / 900) + Number(terms.horizonSlots) &&
    slots.every((slot) => isWithinHours(listing.hours, slot)) &&
    slots.every((slot) => taken.every(([from, many]) => slot < from || slot >= from + many))
  );
}

test('free slots are exactly those that some booking can take, in ranges that do not touch', () => {
  fc.assert(
    fc.property(bookable, taken, nowSec, before, (listing, takenRanges, now, beforeSlot) => {
      const ranges = freeSlots(listing, takenRanges, now, beforeSlot);
      const found = new Set(
        ranges.flatMap(([from, count]) => Array.from({ length: count }, (_, i) => from + i)),
      );
      const shortest = Number(listing.terms.minSlots);
      const expected = new Set<number>();
      for (let first = NOW_SLOT - 2; first < NOW_SLOT + 405; first += 1) {
        if (!mayBook(listing, takenRanges, now, first, shortest)) continue;
        if (first + shortest > (beforeSlot ?? Number.POSITIVE_INFINITY)) continue;
        for (let i = 0; i < shortest; i += 1) expected.add(first + i);
      }
      expect([...found].sort()).toEqual([...expected].sort());
      for (const [i, [from]] of ranges.entries()) {
        const before = ranges[i - 1];
        expect(before === undefined || before[0] + before[1] < from).toBe(true);
      }
    }),
    RUNS,
  );
});

test('a time is free if and only if one booking can hold the charger during all of it', () => {
  const span = fc.tuple(fc.integer({ min: -2_000, max: 350_000 }), fc.integer({ min: 1, max: 45_000 }));
  fc.assert(
    fc.property(bookable, taken, nowSec, span, (listing, takenRanges, now, [ahead, length]) => {
      const [fromSec, untilSec] = [now + ahead, now + ahead + length];
      const [first, end] = [Math.floor(fromSec / 900), Math.ceil(untilSec / 900)];
      const { minSlots, maxSlots } = listing.terms;
      let expected = false;
      for (let count = Math.max(end - first, Number(minSlots)); count <= Number(maxSlots); count += 1) {
        for (let from = end - count; from <= first && !expected; from += 1) {
          expected = mayBook(listing, takenRanges, now, from, count);
        }
      }
      expect(isFree(listing, takenRanges, { fromSec, untilSec, nowSec: now })).toBe(expected);
    }),
    RUNS,
  );
});
