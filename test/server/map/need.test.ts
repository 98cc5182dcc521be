import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chargingSec, costOfNeed, earliestFit } from '../../../server/map/need.ts';

const NOW_SLOT = 1_980_000;
const terms = (minSlots: bigint, maxSlots: bigint) => ({ minSlots, maxSlots });

test('the weaker of charger and car decides how long a charge takes, rounded up to a second', () => {
  expect(chargingSec({ energyWh: 10_000 }, 11_000)).toBe(3_273);
  expect(chargingSec({ energyWh: 10_000, powerW: 3_600 }, 11_000)).toBe(10_000);
  expect(chargingSec({ energyWh: 10_000, powerW: 22_000 }, 11_000)).toBe(3_273);
});

test('a cost is what the ledger bills, rounded down once, of small prices and of the largest', () => {
  const price = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
  const energyWh = fc.integer({ min: 1, max: 1_000_000 });
  const timeSec = fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 2 ** 32 }));
  fc.assert(
    fc.property(
      price,
      price,
      price,
      energyWh,
      timeSec,
      (pricePerKwh, pricePerHour, flatFee, energy, time) => {
        const [kwh, hour, flat] = [pricePerKwh, pricePerHour, flatFee].map(BigInt);
        const exact =
          (BigInt(energy) * kwh! * 3_600n + BigInt(time) * hour! * 1_000n + flat! * 3_600_000n) / 3_600_000n;
        const most = (1n << 64n) - 1n;
        const cost = costOfNeed({ pricePerKwh, pricePerHour, flatFee }, { energyWh: energy }, time);
        expect(cost).toBe(exact < most ? exact : most);
      },
    ),
    { numRuns: 2_000, seed: 20_261_130 },
  );
});

test('a charge in a slot that has begun starts now, and takes one slot more where it needs it', () => {
  const nowSec = NOW_SLOT * 900 + 600;
  const fit = earliestFit([[NOW_SLOT, 4]], terms(1n, 4n), 1_800, nowSec);
  expect(fit).toEqual({
    ...{ firstSlot: NOW_SLOT, slotCount: 3, startsAt: nowSec, finishesAt: nowSec + 1_800 },
  });
});

test('where the longest booking has no slot more, the charge waits for the next slot', () => {
  const nowSec = NOW_SLOT * 900 + 600;
  const fit = earliestFit([[NOW_SLOT, 4]], terms(1n, 2n), 1_800, nowSec);
  expect(fit).toEqual({
    ...{ firstSlot: NOW_SLOT + 1, slotCount: 2, startsAt: nowSec + 300, finishesAt: nowSec + 2_100 },
  });
});

test('a booking is as long as the shortest that the host takes, in the first range that holds it', () => {
  const free: [number, number][] = [
    [NOW_SLOT + 1, 3],
    [NOW_SLOT + 9, 4],
  ];
  expect(earliestFit(free, terms(4n, 8n), 60, NOW_SLOT * 900)).toMatchObject({
    ...{ firstSlot: NOW_SLOT + 9, slotCount: 4, finishesAt: (NOW_SLOT + 9) * 900 + 60 },
  });
  expect(earliestFit(free, terms(1n, 8n), 4 * 900 + 1, NOW_SLOT * 900)).toBeUndefined();
});
