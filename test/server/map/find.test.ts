import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../../server/db.ts';
import { type BoundingBox, isInBoundingBox } from '../../../server/map/bounding-box.ts';
import { redrawAll } from '../../../server/map/dirty.ts';
import { type Filters, findInBox, type Position } from '../../../server/map/find.ts';
import { mortonKey } from '../../../server/map/morton.ts';
import { redrawBatch } from '../../../server/map/pyramid.ts';
import { type ListingRow, listingIdFor, openNewDatabase, putListingRows } from './rows.ts';

const NOW = 1_800_000_000;
const COUNT = 900;
/** Rows that a page looks at; the server's own bound would need many more chargers. */
const LOOK_AT = 500;

/** On the run's database: `newDatabase` says which. */
let db: Db;
let stop: (() => Promise<void>) | undefined;
const listings: Required<Omit<ListingRow, 'isOpen'>>[] = [];

/** Numbers that look random and are the same on every run. */
const spreadOver = (i: number, modulus: number): number => (i * 7_919 + ((i * i) % 9_973)) % modulus;

beforeAll(async () => {
  ({ db, stop } = await openNewDatabase());
  for (let id = 1; id <= COUNT; id += 1) {
    // Half of them in one town, the others all over the world.
    const isTown = id % 2 === 0;
    listings.push({
      id,
      latitudeE6: isTown ? 52_500_000 + spreadOver(id, 90_000) : spreadOver(id, 160_000_000) - 80_000_000,
      longitudeE6: isTown
        ? 13_400_000 + spreadOver(3 * id, 90_000)
        : spreadOver(3 * id, 360_000_000) - 180_000_000,
      pricePerKwh: 1 + (id % 7),
      maxPowerW: id % 75 === 0 ? 50_000 : 11_000,
      connectorStandard: id % 3 === 0 ? 'CHADEMO' : 'IEC_62196_T2',
      hasMeterKey: id % 4 === 0,
    });
  }
  await putListingRows(db, listings);
  await redrawAll(db);
  while ((await redrawBatch(db, NOW)).looked > 0);
});
afterAll(() => stop?.());

/** All pages of an answer, and how many there were. */
async function allOf(box: BoundingBox, filters: Filters, limit: number) {
  const ids: string[] = [];
  let pages = 0;
  let after: Position | undefined;
  do {
    const { chargers, next } = await findInBox(db, box, filters, { limit, after, lookAt: LOOK_AT });
    expect(chargers.length).toBeLessThanOrEqual(limit);
    ids.push(...chargers.map(({ listingId }) => listingId));
    after = next ?? undefined;
    pages += 1;
  } while (after !== undefined);
  return { ids, pages };
}

/** The same from the list of all, in the order of pages. */
const expected = (box: BoundingBox, fits: (listing: (typeof listings)[number]) => boolean) =>
  listings
    .filter((listing) => isInBoundingBox(box, listing) && fits(listing))
    .map(({ id, latitudeE6, longitudeE6 }) => ({
      m: mortonKey(latitudeE6, longitudeE6),
      id: listingIdFor(id),
    }))
    .toSorted((a, b) => a.m - b.m || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);

const WORLD: BoundingBox = { west: -180, south: -90, east: 180, north: 90 };

const degrees = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const anyBox = fc.oneof(
  fc.tuple(degrees(180), degrees(90), degrees(180), degrees(90)).map(([west, a, east, b]) => ({
    ...{ west, east, south: Math.min(a, b), north: Math.max(a, b) },
  })),
  fc
    .tuple(fc.double({ min: 0, max: 0.08, noNaN: true }), fc.double({ min: 0, max: 0.08, noNaN: true }))
    .map(([x, y]) => ({
      ...{ west: 13.4 + x, east: 13.42 + x, south: 52.5 + y, north: 52.52 + y },
    })),
);

test('the pages of any box and filter hold each charger that fits once, in order', async () => {
  const query = fc.record({
    box: anyBox,
    limit: fc.integer({ min: 20, max: 700 }),
    minPowerW: fc.option(fc.constantFrom(11_000, 22_000), { nil: undefined }),
    maxPricePerKwh: fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }),
    isChademo: fc.boolean(),
    isMeterSigned: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ box, limit, minPowerW, maxPricePerKwh, isChademo, isMeterSigned }) => {
      const filters: Filters = {
        ...{ minPowerW, maxPricePerKwh },
        ...(isChademo && { connectors: ['CHADEMO'] }),
        ...(isMeterSigned && { assuranceLevels: ['meter-signed', 'key-attested'] }),
      };
      const { ids } = await allOf(box, filters, limit);
      expect(ids).toEqual(
        expected(
          box,
          (listing) =>
            listing.maxPowerW >= (minPowerW ?? 0) &&
            listing.pricePerKwh <= (maxPricePerKwh ?? 7) &&
            (!isChademo || listing.connectorStandard === 'CHADEMO') &&
            (!isMeterSigned || listing.hasMeterKey),
        ),
      );
    }),
    { numRuns: process.env.PLUGPACT_DEEP === undefined ? 15 : 500 },
  );
});

test('a filter that few fit is answered over several pages, each of which looks at a bounded number of rows', async () => {
  const first = await findInBox(db, WORLD, { minPowerW: 60_000 }, { limit: 10, lookAt: LOOK_AT });
  expect(first.chargers).toEqual([]);
  expect(first.next).not.toBeNull();
  const rare = await allOf(WORLD, { minPowerW: 50_000 }, 100);
  expect(rare.ids).toHaveLength(COUNT / 75);
  expect(rare.pages).toBe(2);
});

test('only chargers that can be booked at a time are found when it is asked for', async () => {
  const box = { west: 13.4, east: 13.5, south: 52.5, north: 52.6 };
  const from = NOW + 86_400;
  const page = await findInBox(
    db,
    box,
    { free: { fromSec: from, untilSec: from + 3_600, nowSec: NOW } },
    { limit: 20 },
  );
  expect(page.chargers).toHaveLength(20);
  const taken = page.chargers[0]!;
  const firstSlot = Math.floor(from / 900);
  await putBookingRow(taken.listingId, firstSlot, 4);
  const later = await findInBox(
    db,
    box,
    { free: { fromSec: from, untilSec: from + 3_600, nowSec: NOW } },
    { limit: 20 },
  );
  expect(later.chargers.map(({ listingId }) => listingId)).toEqual(
    page.chargers.slice(1).map(({ listingId }) => listingId),
  );
  expect(later.next).toEqual(page.next);
});

async function putBookingRow(listingId: `0x${string}`, firstSlot: number, slotCount: number): Promise<void> {
  const word = listingIdFor(1);
  const { termsHash } = await db
    .selectFrom('listings')
    .select('termsHash')
    .where('listingId', '=', listingId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('bookings')
    .values({
      ...{ bookingId: word, fromBlock: 1, untilBlock: null, listingId, termsHash, firstSlot, slotCount },
      ...{ driver: '0x01', purse: 0, generation: '0', sessionKey: '0x01', startHash: word },
      ...{
        opensAt: firstSlot * 900,
        endsAt: (firstSlot + slotCount) * 900,
        cap: '0',
        unsignedCost: '0',
        allowedCost: '0',
      },
      ...{
        relayFee: '0',
        reservationStatus: 'RESERVED',
        settlementStatus: 'NONE',
        stateHead: word,
        stateClaim: word,
      },
      ...{ contested: 0, canceledBy: null, freedFromSlot: null, paid: null, refunded: null, energyWh: null },
      ...{ readingMeasure: null, readingEvidenceHash: null, readingRegistersCommitment: null },
      ...{ bookedAt: 1, bookedTx: word, endedAt: null, endedTx: null },
    })
    .execute();
}
