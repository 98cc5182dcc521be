import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OFFLINE_AFTER_SEC, STALE_AFTER_SEC } from '../../../protocol/link.ts';
import type { Db } from '../../../server/db.ts';
import { markChangedByTime } from '../../../server/map/changed-by-time.ts';
import { changesAfter } from '../../../server/map/changes.ts';
import { markChargers, markIndexed, redrawAll } from '../../../server/map/dirty.ts';
import { keepBatch, redrawBatch } from '../../../server/map/pyramid.ts';
import { up as addAnswers } from '../../../server/migrations/0017-map-answers.ts';
import {
  emptyTables,
  type ListingRow,
  listingIdFor,
  openNewDatabase,
  putListingRow,
  putReportRow,
} from './rows.ts';

const RUNS = process.env.PLUGPACT_DEEP === undefined ? 6 : 300;

/** On the run's database: `newDatabase` says which. */
let db: Db;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ db, stop } = await openNewDatabase());
});
afterAll(() => stop?.());
beforeEach(() => emptyTables(db));

/** Brings the map up to date at a time. Returns the number of the newest change. */
async function keep(db: Db, now: number): Promise<void> {
  while (!(await markChangedByTime(db, now)));
  while ((await keepBatch(db, now)).looked > 0);
}

/** What the model knows of a charger: the listing, and when its agent reported what. */
interface Known extends ListingRow {
  report?: { status: string; at: number };
}

type Sums = Record<string, { n: number; live: number; cheapest: number; x: number; y: number }>;

/** Cells counted from scratch, by the formulas that number map tiles, in plain degrees. */
function countedCells(known: Iterable<Known>, now: number): Sums {
  const sums: Sums = {};
  for (const charger of known) {
    if (charger.isOpen === false) continue;
    const isLive = charger.report !== undefined && now - charger.report.at < STALE_AFTER_SEC;
    for (let z = 0; z <= 14; z += 1) {
      const key = `${z}/${tileIndex(charger, z + 3).join('/')}`;
      const cell = sums[key] ?? { n: 0, live: 0, cheapest: Number.POSITIVE_INFINITY, x: 0, y: 0 };
      const [x, y] = tileIndex(charger, 24);
      cell.n += 1;
      cell.x += x;
      cell.y += y;
      cell.live += isLive ? 1 : 0;
      cell.cheapest = Math.min(cell.cheapest, charger.pricePerKwh!);
      sums[key] = cell;
    }
  }
  return sums;
}

function tileIndex({ latitudeE6, longitudeE6 }: ListingRow, zoom: number): [number, number] {
  const latitude = ((latitudeE6 / 1e6) * Math.PI) / 180;
  const x = (longitudeE6 / 1e6 + 180) / 360;
  const y = (1 - Math.asinh(Math.tan(latitude)) / Math.PI) / 2;
  return [Math.floor(x * 2 ** zoom), Math.floor(y * 2 ** zoom)];
}

/** The stored cells by the same keys: a cell number's bits are those of y and x in turn. */
async function storedCells(db: Db): Promise<Sums> {
  const rows = await db.selectFrom('mapCells').selectAll().execute();
  return Object.fromEntries(
    rows.map(({ z, cell, chargerCount, liveCount, cheapestPerKwh, sumX, sumY }) => {
      const bits = cell.toString(2).padStart(2 * (z + 3), '0');
      const every = (offset: number) =>
        Number.parseInt([...bits].filter((_, i) => i % 2 === offset).join(''), 2);
      return [
        `${z}/${every(1)}/${every(0)}`,
        { n: chargerCount, live: liveCount, cheapest: cheapestPerKwh!, x: sumX, y: sumY },
      ];
    }),
  );
}

const STATUSES = ['AVAILABLE', 'CHARGING', 'OUTOFORDER'] as const;

/** Few listings, points and prices, so that cells share chargers and prices are often equal. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('listing' as const),
    id: fc.integer({ min: 1, max: 6 }),
    latitudeE6: fc.constantFrom(52_500_000, 52_500_400, 52_600_000, -33_900_000, 84_000_000),
    longitudeE6: fc.constantFrom(13_400_000, 13_400_400, 13_900_000, -179_999_999, 179_999_999),
    pricePerKwh: fc.integer({ min: 1, max: 5 }),
    isOpen: fc.constantFrom(true, true, true, false),
  }),
  fc.record({
    kind: fc.constant('report' as const),
    id: fc.integer({ min: 1, max: 6 }),
    status: fc.constantFrom(...STATUSES),
  }),
  fc.record({ kind: fc.constant('time' as const), sec: fc.integer({ min: 1, max: OFFLINE_AFTER_SEC }) }),
  fc.record({ kind: fc.constant('keep' as const) }),
  fc.record({ kind: fc.constant('redrawAll' as const) }),
  /** Some listings of a map that is drawn as a whole. */
  fc.record({ kind: fc.constant('redraw' as const), most: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ kind: fc.constant('delist' as const), id: fc.integer({ min: 1, max: 6 }) }),
);

test('after any changes the sums of all zooms equal those counted from scratch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60, size: 'max' }), async (steps) => {
      await emptyTables(db);
      const known = new Map<number, Known>();
      let now = 1_800_000_000;
      await keep(db, now);
      for (const action of steps) {
        if (action.kind === 'time') now += action.sec;
        if (action.kind === 'time' || action.kind === 'keep') await keep(db, now);
        else if (action.kind === 'redrawAll') await redrawAll(db);
        else if (action.kind === 'redraw') await redrawBatch(db, now, action.most);
        else if (action.kind === 'delist') await delist(db, known, action.id);
        else await take(db, known, action, now);
      }
      while ((await redrawBatch(db, now)).looked > 0);
      await keep(db, now);
      expect(await storedCells(db)).toEqual(countedCells(known.values(), now));
      await expectRows(db, known, now);
    }),
    { numRuns: RUNS },
  );
});

async function take(
  db: Db,
  known: Map<number, Known>,
  action:
    | ({ kind: 'listing' } & Required<Pick<ListingRow, 'id' | 'pricePerKwh'>> & ListingRow)
    | { kind: 'report'; id: number; status: string },
  now: number,
): Promise<void> {
  const { id } = action;
  if (action.kind === 'listing') {
    const { kind: _, ...listing } = action;
    const report = known.get(id)?.report;
    known.set(id, { ...listing, ...(report && { report }) });
    await putListingRow(db, listing);
    await markIndexed(db, [listingIdFor(id)]);
  } else {
    const charger = known.get(id);
    if (charger === undefined) return;
    charger.report = { status: action.status, at: now };
    await putReportRow(db, id, action.status, now);
    await markChargers(db, [listingIdFor(id)]);
  }
}

/** As a reorganisation does it: the listing was never published. */
async function delist(db: Db, known: Map<number, Known>, id: number): Promise<void> {
  known.delete(id);
  await db.deleteFrom('listings').where('listingId', '=', listingIdFor(id)).execute();
  await db.deleteFrom('connectors').where('listingId', '=', listingIdFor(id)).execute();
  await markChargers(db, [listingIdFor(id)]);
}

/** Each open charger has one row with the status that holds now, and the numbers of changes are all different. */
async function expectRows(db: Db, known: Map<number, Known>, now: number): Promise<void> {
  const rows = await db.selectFrom('mapChargers').selectAll().execute();
  const expected = [...known.values()]
    .filter(({ isOpen }) => isOpen)
    .map(({ id, report, ...charger }) => ({
      listingId: listingIdFor(id),
      pricePerKwh: charger.pricePerKwh,
      latitudeE6: charger.latitudeE6,
      status: report === undefined || now - report.at >= OFFLINE_AFTER_SEC ? 'UNKNOWN' : report.status,
    }));
  const shown = rows.map(({ listingId, pricePerKwh, latitudeE6, status }) => ({
    listingId,
    pricePerKwh,
    latitudeE6,
    status,
  }));
  const byId = (a: { listingId: string }, b: { listingId: string }) => (a.listingId < b.listingId ? -1 : 1);
  expect(shown.toSorted(byId)).toEqual(expected.toSorted(byId));
  const numbers = (await changesAfter(db, 0, 1_000)).map(({ changeNumber }) => changeNumber);
  expect(new Set(numbers).size).toBe(numbers.length);
}

test('a listing that did not change keeps its change number, and one that moved leaves and comes', async () => {
  const [berlin, paris] = [
    { id: 1, latitudeE6: 52_500_000, longitudeE6: 13_400_000 },
    { id: 1, latitudeE6: 48_900_000, longitudeE6: 2_300_000 },
  ];
  await putListingRow(db, berlin);
  await markChargers(db, [listingIdFor(1)]);
  await keep(db, 1_000);
  await markChargers(db, [listingIdFor(1), listingIdFor(1), listingIdFor(2)]);
  expect(await keepBatch(db, 1_000)).toEqual({ looked: 2, changeNumber: undefined });
  await putListingRow(db, paris);
  await markChargers(db, [listingIdFor(1)]);
  await keep(db, 1_000);
  const seen = (await changesAfter(db, 1, 10)).map(({ changeNumber, latitudeE6, charger }) => [
    changeNumber,
    latitudeE6,
    charger !== undefined,
  ]);
  expect(seen).toEqual([
    [2, berlin.latitudeE6, false],
    [3, paris.latitudeE6, true],
  ]);
});

test('after a long pause all that fell silent is marked, in steps', async () => {
  await keep(db, 1_000_000);
  const listed = Array.from({ length: 1_200 }, (_, i) => i + 1);
  await db
    .insertInto('connectors')
    .values(
      listed.map((id) => ({
        ...{
          listingId: listingIdFor(id),
          agentKey: listingIdFor(id),
          host: null,
          status: 'AVAILABLE',
          health: null,
        },
        ...{ sentAt: 1_000_000 + Math.floor(id / 3), receivedAt: 1_000_000 + Math.floor(id / 3) },
      })),
    )
    .execute();
  let steps = 0;
  while (!(await markChangedByTime(db, 2_000_000))) steps += 1;
  expect(steps).toBeGreaterThan(1);
  const marked = await db.selectFrom('mapDirty').select('listingId').distinct().execute();
  expect(marked).toHaveLength(listed.length);
});

test('a map from before its rows held the answers gets them as the keeper writes them', async () => {
  const now = 1_800_000_000;
  const listings: ListingRow[] = [
    { id: 1, latitudeE6: 52_500_000, longitudeE6: 13_400_007, maxPowerW: 50_000 },
    { id: 2, latitudeE6: -33_900_000, longitudeE6: -70_000_001 },
    { id: 3, latitudeE6: -5, longitudeE6: 0 },
  ];
  for (const listing of listings) await putListingRow(db, listing);
  await putReportRow(db, 2, 'AVAILABLE', now);
  // The agent of the third gave its consent to another host.
  await putReportRow(db, 3, 'AVAILABLE', now);
  await db.updateTable('connectors').set({ host: '0x03' }).where('listingId', '=', listingIdFor(3)).execute();
  await markChargers(
    db,
    listings.map(({ id }) => listingIdFor(id)),
  );
  await keep(db, now);
  const kept = await db.selectFrom('mapChargers').selectAll().orderBy('listingId').execute();
  expect(kept.map(({ isBookable }) => isBookable)).toEqual([1, 1, 0]);
  for (const column of ['summary', 'weeklyHours', 'bookingTerms', 'isBookable'])
    await db.schema.alterTable('mapChargers').dropColumn(column).execute();
  await addAnswers(db as unknown as Kysely<unknown>);
  const columns = Object.keys(kept[0]!) as (keyof (typeof kept)[0])[];
  const after = await db.selectFrom('mapChargers').select(columns).orderBy('listingId').execute();
  expect(after).toEqual(kept);
});
