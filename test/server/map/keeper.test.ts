import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OFFLINE_AFTER_SEC } from '../../../protocol/link.ts';
import type { Progress } from '../../../server/chain/progress.ts';
import type { Db } from '../../../server/db.ts';
import { markChargers, redrawAll } from '../../../server/map/dirty.ts';
import { startMapKeeper } from '../../../server/map/keeper.ts';
import { redrawBatch } from '../../../server/map/pyramid.ts';
import { createTopics } from '../../../server/topics.ts';
import { waitFor } from '../support.ts';
import { isMapKept, listingIdFor, openNewDatabase, putListingRows, putReportRow } from './rows.ts';

/** More than two batches. */
const COUNT = 600;
const NOW = 1_000;

/** On the run's database: `newDatabase` says which. */
let db: Db;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  ({ db, stop } = await openNewDatabase());
});
afterAll(() => stop?.());

const drawn = async () =>
  (await db.selectFrom('mapChargers').select('listingId').execute()).map((row) => row.listingId).toSorted();

test('a map that is drawn as a whole waits for the end of a back-fill, and goes on where it was', async () => {
  const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
  await putListingRows(
    db,
    ids.map((id) => ({ id, latitudeE6: 52_500_000 + 10 * id, longitudeE6: 13_400_000 })),
  );
  await redrawAll(db);
  await markChargers(db, [listingIdFor(COUNT)]);
  let isNearHead = false;
  const options = { db, topics: createTopics(), log: pino({ enabled: false }), now: () => NOW };
  const keeper = startMapKeeper({ ...options, isNearHead: () => isNearHead, progress: () => null });
  try {
    await waitFor('what was marked to be drawn', async () => (await drawn()).length > 0);
    expect(await drawn()).toEqual([listingIdFor(COUNT)]);
    // A process before this one came so far.
    await redrawBatch(db, NOW, 200);
    isNearHead = true;
    await waitFor('the map to be drawn', () => isMapKept(db));
  } finally {
    await keeper.stop();
  }
  expect(await drawn()).toEqual(ids.map(listingIdFor));
  // Each was written once.
  const { changeNumber } = await db.selectFrom('mapState').select('changeNumber').executeTakeFirstOrThrow();
  expect(changeNumber).toBe(COUNT);
});

test('what time alone changes waits for the end of a back-fill', async () => {
  const seenTo = async () =>
    (await db.selectFrom('mapState').select('seenTo').executeTakeFirstOrThrow()).seenTo;
  const before = await seenTo();
  await putReportRow(db, 1, 'AVAILABLE', before);
  const later = before + OFFLINE_AFTER_SEC + 1;
  let progress: Progress | null = { blocksLeft: 5_000, secondsLeft: 9 };
  const options = { db, topics: createTopics(), log: pino({ enabled: false }), now: () => later };
  const keeper = startMapKeeper({ ...options, isNearHead: () => true, progress: () => progress });
  try {
    await markChargers(db, [listingIdFor(2)]);
    await waitFor('a pass', () => isMapKept(db));
    expect(await seenTo()).toBe(before);
    progress = null;
    await waitFor('the time to be looked at', async () => (await seenTo()) === later);
  } finally {
    await keeper.stop();
  }
});
