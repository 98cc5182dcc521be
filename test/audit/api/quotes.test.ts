import { expect, test } from 'vitest';
import { isFreeDuring } from '../../../audit/api/availability.ts';
import { expectedQuote } from '../../../audit/api/expected-quote.ts';
import type { Need } from '../../../audit/api/needs.ts';
import type { PlacedCharger } from '../../../audit/api/placed-charger.ts';
import { distanceM } from '../../../audit/api/positions.ts';
import type { SlotRange } from '../../../protocol/api.ts';
import { packHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { distanceM as distanceOfServer } from '../../../server/map/distance.ts';
import { freeSlots, isFree } from '../../../server/map/free-slots.ts';
import { chargingSec, costOfNeed, earliestFit, energyAt } from '../../../server/map/need.ts';
import { drawing } from '../../server/map/quote-world.ts';
import { testTerms } from '../../support/market.ts';

const NOBODY = '0x1111111111111111111111111111111111111111';

type Draw = ReturnType<typeof drawing>;

function drawHours(draw: Draw, now: number): WeeklyHours {
  const open = [1, 2, 10][draw(3)]!;
  let mask = 0n;
  for (let hour = 0; hour < 168; hour += 1) if (open === 1 || draw(open) > 0) mask |= 1n << BigInt(hour);
  const offsetChangesAt = draw(2) * (now + draw(500_000));
  return { mask, utcOffset: draw(40) - 20, offsetChangesAt, utcOffsetAfter: draw(40) - 20 };
}

function drawTaken(draw: Draw, now: number): SlotRange[] {
  const taken: SlotRange[] = [];
  for (let slot = Math.floor(now / 900); taken.length < 20; slot += 1 + draw(30)) {
    const count = 1 + draw(8);
    taken.push([slot, count]);
    slot += count;
  }
  return taken;
}

function drawBookingTerms(draw: Draw): PlacedCharger['terms'] {
  const minSlots = 1 + draw(6);
  return {
    ...testTerms(NOBODY, NOBODY).bookingTerms,
    minSlots: BigInt(minSlots),
    maxSlots: BigInt(minSlots + draw(24)),
    leadTimeMin: BigInt([0, 0, 20, 60, 700][draw(5)]!),
    horizonSlots: BigInt(40 + draw(260)),
  };
}

const drawNeed = (draw: Draw, now: number): Need => ({
  ...{ latitude: 1, longitude: 1, radiusKm: 5, energyWh: 1_000 + draw(40_000) },
  from: now + draw(100_000) - 5_000,
  ...(draw(2) === 0 ? {} : { powerW: 2_300 + draw(20_000) }),
  ...(draw(2) === 0 ? {} : { durationSec: 3_600 + draw(14_400) }),
  ...(draw(2) === 0 ? {} : { by: now + draw(200_000) }),
});

/** A charger with its calendar, and a need, as the audit and as the server have them. */
function drawCase(draw: Draw) {
  const now = 1_800_000_000 + draw(1_000_000);
  const terms = drawBookingTerms(draw);
  const [hours, taken] = [drawHours(draw, now), drawTaken(draw, now)];
  const slots = taken.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
  const prices = { pricePerKwh: draw(500_000), pricePerHour: draw(3) * 77_777, flatFee: draw(2) * 50_001 };
  const { tariff } = testTerms(NOBODY, NOBODY);
  const { pricePerKwh, pricePerHour, flatFee } = prices;
  const units = {
    pricePerKwh: BigInt(pricePerKwh),
    pricePerHour: BigInt(pricePerHour),
    flatFee: BigInt(flatFee),
  };
  const charger = {
    account: {
      listing: { weeklyHours: packHours(hours) },
      slots: new Map(slots.map((slot) => [slot, '0x'])),
    },
    ...{ terms, latitude: 1, longitude: 1, maxPowerW: 1_000 + draw(30_000) },
    tariff: { ...tariff, ...units },
  } as unknown as PlacedCharger;
  return { now, bookable: { isOpen: true, hours, terms }, taken, prices, charger, need: drawNeed(draw, now) };
}

test('what a need costs and when it fits is what the server computes, by other code', () => {
  const draw = drawing(20_261_130);
  let fitting = 0;
  for (let i = 0; i < 1_500; i += 1) {
    const { now, bookable, taken, prices, charger, need } = drawCase(draw);
    const { by = Number.POSITIVE_INFINITY } = need;
    const energyWh = energyAt(need, charger.maxPowerW);
    const timeSec = chargingSec(need, charger.maxPowerW);
    const free = freeSlots(bookable, taken, now);
    const earliest = earliestFit(free, bookable.terms, timeSec, Math.max(now, need.from));
    const fit = earliest !== undefined && earliest.finishesAt <= by ? earliest : undefined;
    const expected = expectedQuote(charger, need, { earliest: now, latest: now });
    const cost = costOfNeed(prices, { energyWh }, timeSec);
    expect({ ...expected, charger: 0 }).toEqual({ charger: 0, cost, energyWh, distanceM: 0, fits: [fit] });
    if (fit !== undefined) fitting += 1;
  }
  expect(fitting).toBeGreaterThan(300);
});

test('whether a charger is free during a span is what the server says, by other code', () => {
  const draw = drawing(7);
  let free = 0;
  for (let i = 0; i < 1_500; i += 1) {
    const { now, bookable, taken, charger } = drawCase(draw);
    const fromSec = now + draw(200_000);
    const span = { fromSec, untilSec: fromSec + 1 + draw(9_000) };
    const isFreeByServer = isFree(bookable, taken, { ...span, nowSec: now });
    expect(isFreeDuring(charger, span, now)).toBe(isFreeByServer);
    if (isFreeByServer) free += 1;
  }
  expect(free).toBeGreaterThan(100);
});

test('a distance is within half a metre of the server’s whole metres, by another formula', () => {
  const draw = drawing(8);
  const point = () => ({ latitude: draw(180_000) / 1e3 - 90, longitude: draw(360_000) / 1e3 - 180 });
  for (let i = 0; i < 2_000; i += 1) {
    const [from, to] = [point(), point()];
    const near = { latitude: from.latitude * 0.999, longitude: from.longitude };
    for (const other of [to, near]) {
      const differenceM = Math.abs(distanceM(from, other) - distanceOfServer(from, other));
      expect(differenceM).toBeLessThanOrEqual(0.51);
    }
  }
});
