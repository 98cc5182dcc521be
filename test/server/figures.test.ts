import { toHex, zeroAddress, zeroHash } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { STATISTICS_DAYS } from '../../protocol/api/statistics.ts';
import { openDatabase } from '../../server/db/open.ts';
import { createFigures, type DayFigures } from '../../server/demand/figures.ts';
import { type BookingRow, drawing, someBooking } from './map/quote-world.ts';
import { newDatabase } from './support.ts';

const DAY_SEC = 86_400;
const TODAY = 20_000;
const NOON = TODAY * DAY_SEC + DAY_SEC / 2;
const LISTING = toHex(1, { size: 32 });

/** An index and a clock that a test moves, and the figures that are read from them. */
async function startIndex() {
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl } = env as Record<string, string>;
  let looks = 0;
  const onStatement = (text: string) => (looks += Number(/^select.*"bookings"/.test(text)));
  const { db, close } = await openDatabase({ databaseFile, databaseUrl }, { onStatement });
  onTestFinished(close);
  const ledger = { chainId: 1, genesisHash: zeroHash, market: zeroAddress, deployBlock: 1, indexedTo: 0 };
  await db.insertInto('ledger').values(ledger).execute();
  const clock = { nowSec: NOON };
  const truth = new Map<number, DayFigures>();
  let number = 0;
  const index = async (timestamp: number, sessions: readonly { endedAt: number; energyWh: number }[]) => {
    const rows = sessions.map(({ endedAt, energyWh }): BookingRow => {
      const day = Math.floor(endedAt / DAY_SEC);
      const before = truth.get(day) ?? { day, completedSessions: 0, energyWh: 0 };
      const completedSessions = before.completedSessions + 1;
      truth.set(day, { day, completedSessions, energyWh: before.energyWh + energyWh });
      number += 1;
      const ended = { reservationStatus: 'FULFILLED', endedAt, endedTx: zeroHash, energyWh };
      return { ...someBooking(LISTING, toHex(number, { size: 32 })), ...ended };
    });
    if (rows.length > 0) await db.insertInto('bookings').values(rows).execute();
    number += 1;
    const block = { number, timestamp, hash: zeroHash, digest: zeroHash };
    await db.insertInto('ledgerBlocks').values(block).execute();
    await db.updateTable('ledger').set({ indexedTo: number }).execute();
  };
  const expected = () =>
    Array.from({ length: STATISTICS_DAYS }, (_, i) => {
      const day = Math.floor(clock.nowSec / DAY_SEC) - i;
      return truth.get(day) ?? { day, completedSessions: 0, energyWh: 0 };
    });
  const figures = createFigures(db, () => clock.nowSec);
  return { index, expected, figures, clock, looks: () => looks };
}

test('figures that were asked for during a back-fill are right at once when it goes on and when it ends', async () => {
  const { index, expected, figures } = await startIndex();
  const draw = drawing(20_261_130);
  expect(await figures()).toEqual(expected());
  let at = NOON - 33 * DAY_SEC;
  while (at < NOON) {
    const from = at;
    at = Math.min(NOON, at + 600 + draw(DAY_SEC));
    const endings = Array.from({ length: 1 + draw(4) }, () => from + 1 + draw(at - from));
    await index(
      at,
      endings.map((endedAt) => ({ endedAt, energyWh: 1 + draw(50_000) })),
    );
    expect(await figures()).toEqual(expected());
  }
  expect(expected().filter(({ completedSessions }) => completedSessions > 0).length).toBeGreaterThan(25);
});

test('days that are over are read once an hour, the present one once a minute, and none that the index has not reached', async () => {
  const { index, expected, figures, clock, looks } = await startIndex();
  const looksOf = async () => {
    const before = looks();
    expect(await figures()).toEqual(expected());
    return looks() - before;
  };
  expect(await looksOf()).toBe(0);
  await index(NOON - 10 * DAY_SEC, [{ endedAt: NOON - 10 * DAY_SEC, energyWh: 7 }]);
  expect(await looksOf()).toBe(STATISTICS_DAYS - 10);
  expect(await looksOf()).toBe(0);
  await index(NOON, []);
  expect(await looksOf()).toBe(11);
  expect(await looksOf()).toBe(0);
  clock.nowSec += 60;
  expect(await looksOf()).toBe(1);
  clock.nowSec += 3_540;
  expect(await looksOf()).toBe(STATISTICS_DAYS);
  // The last look at the present day was not its end.
  clock.nowSec += DAY_SEC / 2 - 3_601;
  await looksOf();
  await index(clock.nowSec, [{ endedAt: clock.nowSec, energyWh: 9 }]);
  clock.nowSec += 61;
  await index(clock.nowSec, []);
  expect(await figures()).toEqual(expected());
});
