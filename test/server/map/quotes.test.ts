import fc from 'fast-check';
import { greatCircleDistance } from 'h3-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isWithinHours } from '../../../protocol/hours.ts';
import { earliestSlot } from '../../../protocol/slots.ts';
import { openDatabase } from '../../../server/db/open.ts';
import type { Db } from '../../../server/db.ts';
import { isInBoundingBox } from '../../../server/map/bounding-box.ts';
import { areaAround, distanceM } from '../../../server/map/distance.ts';
import type { Need } from '../../../server/map/need.ts';
import { chargersAround } from '../../../server/map/quote-store.ts';
import { findQuotes, type QuoteOrder, type QuoteQuery } from '../../../server/map/quotes.ts';
import { newDatabase } from '../support.ts';
import { drawChargers, drawing, putChargers, type WorldCharger } from './quote-world.ts';

const SEED = 20_261_129;
const isDeep = process.env.PLUGPACT_DEEP !== undefined;
const QUERIES = isDeep ? 2_000 : 40;
const CHARGERS = 300;
const NOW_SLOT = 1_980_000;

const CENTRES = [
  { latitude: 47.4, longitude: 8.5 },
  { latitude: -17.7, longitude: 179.9 },
  { latitude: 69.6, longitude: 18.9 },
];

const worlds = CENTRES.map((centre, i) => {
  const chargers = drawChargers(drawing(SEED + i), CHARGERS, centre, NOW_SLOT, i * CHARGERS);
  return { centre, chargers, calendars: new Map(chargers.map((charger) => [charger, calendarOf(charger)])) };
});

let close = async () => {};
let db: Db;

beforeAll(async () => {
  const { env, remove } = await newDatabase();
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl } = env as Record<string, string>;
  const database = await openDatabase({ databaseFile, databaseUrl });
  db = database.db;
  close = async () => {
    await database.close();
    await remove();
  };
  for (const { chargers } of worlds) await putChargers(db, chargers);
});
afterAll(() => close());

const pointOf = ({ latitudeE6, longitudeE6 }: WorldCharger) => ({
  latitude: latitudeE6 / 1e6,
  longitude: longitudeE6 / 1e6,
});

/** Whether each slot up to the horizon is within the hours and not taken. */
function calendarOf(charger: WorldCharger): boolean[] {
  const taken = new Set<number>();
  for (const { firstSlot, slotCount, isCanceled, freedFromSlot } of charger.bookings) {
    const end = isCanceled ? firstSlot : (freedFromSlot ?? firstSlot + slotCount);
    for (let slot = firstSlot; slot < end; slot += 1) taken.add(slot);
  }
  return Array.from({ length: Number(charger.terms.bookingTerms.horizonSlots) }, (_, i) => {
    const slot = NOW_SLOT + i;
    return isWithinHours(charger.hours, slot) && !taken.has(slot);
  });
}

/** All that is known of a charger without looking anything up: tries each slot one after the other. */
function quoteOf(charger: WorldCharger, free: readonly boolean[], need: Need, nowSec: number) {
  const fromSec = Math.max(nowSec, need.from ?? 0);
  const { tariff, bookingTerms, metering } = charger.terms;
  const powerW = Math.min(need.powerW ?? 1e9, Number(metering.maxPowerW));
  const stays = BigInt(powerW) * BigInt(need.durationSec ?? 1e9);
  const energyWh = Number(stays / 3_600n < BigInt(need.energyWh) ? stays / 3_600n : BigInt(need.energyWh));
  const wattSec = BigInt(energyWh) * 3_600n;
  const timeSec = Number((wattSec + BigInt(powerW) - 1n) / BigInt(powerW));
  const scaled =
    BigInt(energyWh) * tariff.pricePerKwh * 3_600n +
    BigInt(timeSec) * tariff.pricePerHour * 1_000n +
    tariff.flatFee * 3_600_000n;
  const cost = scaled / 3_600_000n;
  for (let i = 0; i < free.length; i += 1) {
    const firstSlot = NOW_SLOT + i;
    if (firstSlot < earliestSlot(nowSec, bookingTerms)) continue;
    if ((firstSlot + 1) * 900 <= fromSec) continue;
    const startsAt = Math.max(fromSec, firstSlot * 900);
    const finishesAt = startsAt + timeSec;
    let slotCount = Number(bookingTerms.minSlots);
    while ((firstSlot + slotCount) * 900 < finishesAt) slotCount += 1;
    if (slotCount > Number(bookingTerms.maxSlots) || i + slotCount > free.length) continue;
    if (!free.slice(i, i + slotCount).every(Boolean)) continue;
    if (finishesAt > (need.by ?? Number.POSITIVE_INFINITY)) return undefined;
    return { cost: cost.toString(), energyWh, firstSlot, slotCount, startsAt, finishesAt };
  }
  return undefined;
}

const padded = (value: number | string): string => String(value).padStart(24, '0');

/** The place of a quote in an order, as text that sorts alike. */
function rankOf(order: QuoteOrder, quote: Expected): string {
  const { cost, finishesAt, distance, isOffline, listingId } = quote;
  const first = { cost, finish: finishesAt, distance }[order];
  return [first, isOffline ? 1 : 0, order === 'cost' ? distance : cost, distance, listingId]
    .map(padded)
    .join();
}

type Expected = NonNullable<ReturnType<typeof quoteOf>> & {
  listingId: string;
  distance: number;
  isOffline: boolean;
};

const query = fc.record({
  world: fc.constantFrom(...worlds),
  nowSec: fc.integer({ min: NOW_SLOT * 900, max: NOW_SLOT * 900 + 899 }),
  north: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
  east: fc.double({ min: -0.2, max: 0.09, noNaN: true }),
  energyWh: fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.constant(11_000)),
  powerW: fc.option(fc.constantFrom(3_000, 6_900, 11_000), { nil: undefined }),
  durationSec: fc.option(fc.integer({ min: 60, max: 40_000 }), { nil: undefined }),
  after: fc.option(fc.integer({ min: -5_000, max: 100_000 }), { nil: undefined }),
  minPowerW: fc.option(fc.constantFrom(3_700, 11_000), { nil: undefined }),
  maxPricePerKwh: fc.option(fc.constantFrom(100_000, 200_000), { nil: undefined }),
  within: fc.option(fc.integer({ min: 600, max: 200_000 }), { nil: undefined }),
  connectors: fc.option(fc.constant(['IEC_62196_T2', 'CHADEMO'] as const), { nil: undefined }),
  radiusM: fc.constantFrom(100, 5_000, 25_000, 80_000),
  sort: fc.constantFrom<QuoteOrder>('cost', 'finish', 'distance'),
  limit: fc.constantFrom(1, 3, 20, 100),
});

test('quotes are those that a look at every slot of every charger finds, in the same order', async () => {
  let found = 0;
  const property = fc.asyncProperty(query, async (drawn) => {
    const { world, nowSec, within, after, sort, limit, minPowerW, maxPricePerKwh, connectors } = drawn;
    const centre = {
      latitude: world.centre.latitude + drawn.north,
      longitude: world.centre.longitude + drawn.east,
    };
    const from = after === undefined ? undefined : nowSec + after;
    const need = { ...drawn, from, by: within === undefined ? undefined : nowSec + within };
    const asked: QuoteQuery = {
      need,
      area: { ...drawn, centre, filters: { connectors, minPowerW, maxPricePerKwh } },
      sort,
      limit,
    };
    const expected = world.chargers
      .filter((charger) => charger.isOpen && !charger.isOfOtherHost)
      .filter((charger) => connectors?.some((c) => c === charger.connectorStandard) ?? true)
      .filter(({ terms }) => Number(terms.metering.maxPowerW) >= (minPowerW ?? 0))
      .filter(({ terms }) => Number(terms.tariff.pricePerKwh) <= (maxPricePerKwh ?? 1e9))
      .flatMap((charger): Expected[] => {
        const distance = distanceM(centre, pointOf(charger));
        const quote = quoteOf(charger, world.calendars.get(charger)!, need, nowSec);
        if (quote === undefined || distance > drawn.radiusM) return [];
        const { listingId, freshness } = charger;
        return [{ ...quote, listingId, distance, isOffline: freshness === 'OFFLINE' }];
      })
      .toSorted((a, b) => (rankOf(sort, a) < rankOf(sort, b) ? -1 : 1))
      .slice(0, limit);
    const { best, searchedRadiusM } = await findQuotes(db, asked, nowSec);
    const seen = best.map(
      ({ listingId, cost, energyWh, firstSlot, slotCount, startsAt, finishesAt, ...rest }) => ({
        ...{ cost: cost.toString(), energyWh, firstSlot, slotCount, startsAt, finishesAt },
        ...{ listingId, distance: rest.distanceM, isOffline: rest.isOffline },
      }),
    );
    expect(seen).toEqual(expected);
    expect(searchedRadiusM).toBe(drawn.radiusM);
    found += seen.length;
  });
  await fc.assert(property, { numRuns: QUERIES, seed: SEED });
  expect(found).toBeGreaterThan(QUERIES);
});

test('where many chargers stand, the nearest are looked at, and how far is said', async () => {
  const asked = fc.tuple(fc.constantFrom(...worlds), fc.integer({ min: 1, max: 200 }));
  const property = fc.asyncProperty(asked, async ([{ centre, chargers }, most]) => {
    const { near, searchedRadiusM } = await chargersAround(db, { centre, radiusM: 80_000 }, most);
    const within = chargers
      .filter((charger) => charger.isOpen && !charger.isOfOtherHost)
      .filter((charger) => distanceM(centre, pointOf(charger)) <= searchedRadiusM);
    const ids = near.map(({ listingId }) => listingId).sort();
    if (searchedRadiusM > 50) expect(ids).toEqual(within.map(({ listingId }) => listingId).sort());
    expect(near.length).toBeLessThanOrEqual(most);
    expect(searchedRadiusM).toBeLessThan(80_000);
  });
  await fc.assert(property, { numRuns: isDeep ? 500 : 20, seed: SEED });
});

test('distances are those of the great circle, and the box around a radius holds all that is within it', () => {
  const latitude = fc.double({ min: -90, max: 90, noNaN: true });
  const longitude = fc.double({ min: -180, max: 180, noNaN: true });
  const nearby = fc.double({ min: -1, max: 1, noNaN: true });
  const property = fc.property(latitude, longitude, nearby, nearby, (lat, lng, north, east) => {
    const a = { latitude: lat, longitude: lng };
    const turned = lng + east / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
    const b = {
      latitude: Math.min(90, Math.max(-90, lat + north)),
      longitude: turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned,
    };
    const metres = distanceM(a, b);
    expect(
      Math.abs(metres - greatCircleDistance([a.latitude, a.longitude], [b.latitude, b.longitude], 'm')),
    ).toBeLessThan(1);
    const e6 = { latitudeE6: Math.round(b.latitude * 1e6), longitudeE6: Math.round(b.longitude * 1e6) };
    expect(isInBoundingBox(areaAround(a, metres), e6)).toBe(true);
  });
  fc.assert(property, { numRuns: isDeep ? 20_000 : 500, seed: SEED });
});
