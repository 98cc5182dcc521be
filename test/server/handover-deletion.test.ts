import { expect, onTestFinished, test } from 'vitest';
import { handoverDeletion, putHandover } from '../../server/charging/handover.ts';
import { openDatabase } from '../../server/db/open.ts';
import { configOf } from './support/database-config.ts';
import { FOLD, followTo, sampleHistory } from './support/follow-history.ts';
import { resetIndex } from './support/index-rows.ts';
import { newDatabase } from './support.ts';

test('handovers go with their bookings, and those of a back-fill when it is over', async () => {
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const { db, close } = await openDatabase(configOf(env));
  onTestFinished(close);
  const history = sampleHistory(3);
  await resetIndex(db, history.deployBlock - 1);
  await followTo(db, history, FOLD, 500);
  const current = await db
    .selectFrom('bookings')
    .select(['bookingId', 'endedAt'])
    .where('untilBlock', 'is', null)
    .orderBy('bookingId')
    .execute();
  const idsOf = (isEnded: boolean) =>
    current.filter(({ endedAt }) => (endedAt !== null) === isEnded).map(({ bookingId }) => bookingId);
  const [ended, open] = [idsOf(true), idsOf(false)];
  expect([ended.length > 2, open.length > 0]).toEqual([true, true]);
  const kept = async () =>
    (await db.selectFrom('handovers').select('bookingId').orderBy('bookingId').execute()).map(
      (row) => row.bookingId,
    );
  for (const bookingId of [...ended, ...open]) await putHandover(db, bookingId, '0x01');
  const all = await kept();
  const deleteEnded = handoverDeletion(db);

  await deleteEnded([ended[0]!, open[0]!], false);
  expect(await kept()).toEqual(all.filter((id) => id !== ended[0]));
  await deleteEnded(ended.slice(1), true);
  expect(await kept()).toEqual(all.filter((id) => id !== ended[0]));
  await deleteEnded([], false);
  expect(await kept()).toEqual(open);

  await putHandover(db, ended[1]!, '0x01');
  await deleteEnded([], false);
  expect(await kept()).toContain(ended[1]);
});
