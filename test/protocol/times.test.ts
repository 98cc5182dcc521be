import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithinHours } from '../../protocol/hours.ts';
import { bookingTimes, challengeEnd, earliestSlot, SLOT_SEC } from '../../protocol/slots.ts';
import { hoursOracle } from '../vectors/oracle.ts';
import { RUNS, uint, weeklyHours } from './arbitraries.ts';

const windows = { reportSec: 600, challengeSec: 700, proofSec: 800 };
const slotNumbers = fc.integer({ min: 1_000_000, max: 4_000_000_000 });
const terms = fc.record({
  cancelUntilMin: uint(16),
  earlyStartMin: uint(16),
  noshowTimeoutMin: uint(16),
  lateStopMin: uint(16),
});

describe("a booking's times", () => {
  it('are in order for all terms', () => {
    const slots = fc.record({
      firstSlot: slotNumbers,
      slotCount: fc.integer({ min: 1, max: 96 }),
      bookedAt: fc.integer({ min: 0, max: 4_000_000_000 * SLOT_SEC }),
    });
    const property = fc.property(slots, terms, (s, t) => {
      const { freeUntil, opens, start, end, closes, reportBy, noShowFrom } = bookingTimes(s, t, windows);
      const order = [freeUntil, opens, start, end, closes, reportBy];
      expect([...order].sort((a, b) => a - b)).toEqual(order);
      const waitFrom = Math.max(start, s.bookedAt);
      expect(noShowFrom - waitFrom).toBe(Number(t.noshowTimeoutMin) * 60);
      expect(end - start).toBe(s.slotCount * SLOT_SEC);
      expect(reportBy - closes).toBe(windows.reportSec);
    });
    fc.assert(property, RUNS);
  });

  it('are these for an ordinary booking', () => {
    const minutes = { cancelUntilMin: 60n, earlyStartMin: 15n, noshowTimeoutMin: 30n, lateStopMin: 10n };
    const slots = { firstSlot: 2_000_000, slotCount: 4, bookedAt: 1_799_000_000 };
    expect(bookingTimes(slots, minutes, windows)).toEqual({
      freeUntil: 1_799_996_400,
      opens: 1_799_999_100,
      start: 1_800_000_000,
      noShowFrom: 1_800_001_800,
      end: 1_800_003_600,
      closes: 1_800_004_200,
      reportBy: 1_800_004_800,
    });
  });

  it.each([
    ['days before', 1_799_000_000, 1_799_956_800, 1_800_001_800],
    ['after the last free moment', 1_799_980_000, 1_799_980_600, 1_800_001_800],
    ['in the last hour before it opens', 1_799_998_000, 1_799_995_500, 1_800_001_800],
    ['in its first slot', 1_800_000_300, 1_799_995_500, 1_800_002_100],
  ])(
    'leave time to cancel for nothing, and to arrive, when it was made %s',
    (_, bookedAt, freeUntil, from) => {
      const minutes = { cancelUntilMin: 720n, earlyStartMin: 15n, noshowTimeoutMin: 30n, lateStopMin: 10n };
      const times = bookingTimes({ firstSlot: 2_000_000, slotCount: 4, bookedAt }, minutes, windows);
      expect([times.freeUntil, times.noShowFrom]).toEqual([freeUntil, from]);
    },
  );

  it('give a claim its whole window, counted from the later of claim and closes', () => {
    expect(challengeEnd(100, 200, windows)).toBe(900);
    expect(challengeEnd(300, 200, windows)).toBe(1_000);
  });
});

describe('the earliest slot', () => {
  it('is the present one without a lead time', () => {
    expect(earliestSlot(900, { leadTimeMin: 0n })).toBe(1);
    expect(earliestSlot(1_799, { leadTimeMin: 0n })).toBe(1);
  });

  it('begins no sooner than the lead time from now, and less than a slot later', () => {
    const lead = fc.bigInt({ min: 1n, max: 65_535n });
    const property = fc.property(fc.integer({ min: 0, max: 2 ** 40 }), lead, (nowSec, leadTimeMin) => {
      const wait = earliestSlot(nowSec, { leadTimeMin }) * SLOT_SEC - nowSec - Number(leadTimeMin) * 60;
      expect(wait >= 0 && wait < SLOT_SEC).toBe(true);
    });
    fc.assert(property, RUNS);
  });
});

describe('weekly hours', () => {
  it("agree with the language's calendar", () => {
    const property = fc.property(
      weeklyHours,
      slotNumbers,
      fc.integer({ min: -3, max: 3 }),
      (hours, slot, near) => {
        const openHours = Array.from({ length: 168 }, (_, hour) => hour).filter(
          (h) => (hours.mask >> BigInt(h)) & 1n,
        );
        // Half of the cases are at the change of the clocks, where errors are likely.
        const change = slot * SLOT_SEC + near * 450;
        for (const offsetChangesAt of [hours.offsetChangesAt, change]) {
          const one = { ...hours, offsetChangesAt };
          expect(isWithinHours(one, slot)).toBe(hoursOracle({ ...one, openHours, slot }));
        }
      },
    );
    fc.assert(property, RUNS);
  });
});
