import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SLOT_SEC } from '../../protocol/slots.ts';
import {
  chargingSecOf,
  LEAST_NEED_WH,
  MOST_HOURS,
  MOST_NEED_WH,
  type Need,
  needOf,
  needWhAt,
  powerFor,
  promisedWh,
  slotsOfNeed,
} from '../../server/web/app/need.ts';

const NOW_SEC = 1_800_000_000;
const NO_LIMIT = { minSlots: 1n, maxSlots: 1_000_000n };

const wh = fc.integer({ min: LEAST_NEED_WH, max: MOST_NEED_WH });
const powerW = fc.integer({ min: 1, max: 400_000 });
const seconds = fc.integer({ min: 0, max: 14 * 86_400 });
const car = fc.record({ batteryWh: wh, maxAcPowerW: fc.integer({ min: 1_000, max: 50_000 }) });
const need: fc.Arbitrary<Need> = fc
  .record({
    energyWh: wh,
    hours: fc.option(fc.integer({ min: 1, max: MOST_HOURS })),
    car: fc.option(car),
  })
  .map(({ energyWh, hours, car }) => ({
    energyWh,
    ...(hours === null ? {} : { hours }),
    ...(car === null ? {} : { car }),
  }));

describe('the energy that a booking promises', () => {
  it('is a whole number, and never more than the need, the power over the time, or the battery', () => {
    fc.assert(
      fc.property(need, powerW, seconds, (need, powerW, seconds) => {
        const promised = promisedWh(need, powerW, seconds);
        expect(Number.isSafeInteger(promised) && promised >= 0).toBe(true);
        expect(BigInt(promised) * 3_600n <= BigInt(powerW) * BigInt(seconds)).toBe(true);
        if (need.hours === undefined) expect(promised).toBeLessThanOrEqual(need.energyWh);
        else expect(promised * 3_600).toBeLessThanOrEqual(powerW * need.hours * 3_600);
        expect(promised).toBeLessThanOrEqual(need.car?.batteryWh ?? MOST_NEED_WH);
      }),
    );
  });

  it('is one of the three: nothing else makes it less', () => {
    fc.assert(
      fc.property(need, powerW, seconds, (need, powerW, seconds) => {
        const given = Math.floor((powerW * seconds) / 3_600);
        const wanted = need.hours === undefined ? need.energyWh : powerW * need.hours;
        expect(promisedWh(need, powerW, seconds)).toBe(
          Math.min(given, wanted, need.car?.batteryWh ?? MOST_NEED_WH),
        );
      }),
    );
  });

  it('does not become less with more time or more power', () => {
    fc.assert(
      fc.property(need, powerW, seconds, powerW, seconds, (need, p, s, moreP, moreS) => {
        expect(promisedWh(need, p + moreP, s + moreS)).toBeGreaterThanOrEqual(promisedWh(need, p, s));
      }),
    );
  });
});

describe('the default length of a booking', () => {
  it('is the need rounded up to a slot: the whole need fits, and in one slot less it does not', () => {
    fc.assert(
      fc.property(need, powerW, fc.integer({ min: 0, max: SLOT_SEC - 1 }), (need, powerW, lateSec) => {
        const slots = slotsOfNeed(need, powerW, NO_LIMIT, lateSec);
        const left = (slots: number) => slots * SLOT_SEC - lateSec;
        expect(promisedWh(need, powerW, left(slots))).toBe(needWhAt(need, powerW));
        const stays = need.hours === undefined ? chargingSecOf(need, powerW) : need.hours * 3_600;
        expect(left(slots)).toBeGreaterThanOrEqual(stays);
        if (slots > 1) expect(left(slots - 1)).toBeLessThan(stays);
      }),
    );
  });

  it('stays within the limits of the host', () => {
    const limits = fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 50 }))
      .map(([least, more]) => ({ minSlots: BigInt(least), maxSlots: BigInt(least + more) }));
    fc.assert(
      fc.property(need, powerW, limits, (need, powerW, limits) => {
        const slots = BigInt(slotsOfNeed(need, powerW, limits));
        expect(slots >= limits.minSlots && slots <= limits.maxSlots).toBe(true);
      }),
    );
  });

  it('is what one would say: 20 kWh at 11 kW are two hours, and five hours are twenty slots', () => {
    expect(slotsOfNeed({ energyWh: 20_000 }, 11_000, NO_LIMIT)).toBe(8);
    expect(slotsOfNeed({ energyWh: 20_000, hours: 5 }, 11_000, NO_LIMIT)).toBe(20);
    const small = { energyWh: 20_000, hours: 5, car: { batteryWh: 30_000, maxAcPowerW: 7_400 } };
    expect(needWhAt(small, 7_400)).toBe(30_000);
    expect(chargingSecOf(small, 7_400)).toBe(Math.ceil((30_000 * 3_600) / 7_400));
  });
});

describe('the power of a car', () => {
  const car = { batteryWh: 58_000, maxAcPowerW: 11_000 };

  it('limits alternating current, and no direct current', () => {
    expect(powerFor({ car }, { maxPowerW: 22_000, powerType: 'AC_3_PHASE' })).toBe(11_000);
    expect(powerFor({ car }, { maxPowerW: 3_700, powerType: 'AC_1_PHASE' })).toBe(3_700);
    expect(powerFor({ car }, { maxPowerW: 50_000, powerType: 'DC' })).toBe(50_000);
    expect(powerFor({}, { maxPowerW: 22_000, powerType: 'AC_3_PHASE' })).toBe(22_000);
  });
});

describe('a stored need', () => {
  it('is read as it was written, and the energy alone of the first version too', () => {
    const whole: Need = {
      ...{ energyWh: 31_000, hours: 5, byAt: NOW_SEC + 60 },
      car: { batteryWh: 58_000, maxAcPowerW: 11_000 },
    };
    expect(needOf({ version: 2, ...whole }, NOW_SEC)).toEqual(whole);
    expect(needOf(30_000, NOW_SEC)).toEqual({ energyWh: 30_000 });
  });

  it('is the default where there is none, or what there is makes no sense', () => {
    expect(needOf(undefined, NOW_SEC)).toEqual({ energyWh: 20_000 });
    const nonsense = { energyWh: -1, hours: 1.5, byAt: NOW_SEC, car: { batteryWh: '58' } };
    expect(needOf(nonsense, NOW_SEC)).toEqual({ energyWh: 20_000 });
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        const { energyWh } = needOf(anything, NOW_SEC);
        expect(energyWh >= LEAST_NEED_WH && energyWh <= MOST_NEED_WH).toBe(true);
      }),
    );
  });
});
