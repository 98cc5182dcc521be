import { toHex } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import type { ListingRecord } from '../../protocol/api.ts';
import { listingRecord } from '../../server/booking/listing-record.ts';
import { openDatabase } from '../../server/db/open.ts';
import { type BookingRow, drawing, someBooking } from './map/quote-world.ts';
import { newDatabase } from './support.ts';

const LISTING = toHex(1, { size: 32 });
const OTHER = toHex(2, { size: 32 });

const draw = drawing(20_261_129);

/** How a booking can end, and what the record then counts. */
const ENDINGS: readonly [keyof ListingRecord, Partial<BookingRow>][] = [
  ['completedSessions', { reservationStatus: 'FULFILLED', settlementStatus: 'SETTLED' }],
  ['canceledByHost', { reservationStatus: 'CANCELED', canceledBy: 'HOST' }],
  ['canceledByDriver', { reservationStatus: 'CANCELED', canceledBy: 'DRIVER' }],
  ['noShows', { reservationStatus: 'NO_SHOW', settlementStatus: 'SETTLED' }],
  ['contestedNoShows', { reservationStatus: 'NO_SHOW', settlementStatus: 'SETTLED', contested: 1 }],
  ['expired', { reservationStatus: 'FAILED' }],
];

test('a record counts each ended booking of its listing once, by its current version', async () => {
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl } = env as Record<string, string>;
  const { db, close } = await openDatabase({ databaseFile, databaseUrl });
  onTestFinished(close);
  const expected: ListingRecord = {
    ...{ completedSessions: 0, energyWh: 0, canceledByHost: 0, canceledByDriver: 0 },
    ...{ noShows: 0, contestedNoShows: 0, expired: 0 },
  };
  expect(await listingRecord(db, LISTING)).toEqual(expected);
  const rows: BookingRow[] = [];
  for (let i = 0; i < 120; i += 1) {
    const listingId = draw(3) === 0 ? OTHER : LISTING;
    const reserved = someBooking(listingId, toHex(i, { size: 32 }));
    // Some are open still, and contested meanwhile.
    if (draw(6) === 0) rows.push({ ...reserved, contested: 1 });
    else {
      const [counted, ending] = ENDINGS[draw(ENDINGS.length)]!;
      const energyWh = counted === 'completedSessions' ? 2 ** 40 + draw(50_000) : 0;
      rows.push({ ...reserved, untilBlock: 5 });
      rows.push({ ...reserved, ...ending, fromBlock: 5, energyWh, endedAt: 9, endedTx: LISTING });
      if (listingId === LISTING) {
        expected[counted] += 1;
        expected.energyWh += energyWh;
      }
    }
  }
  await db.insertInto('bookings').values(rows).execute();
  expect(await listingRecord(db, LISTING)).toEqual(expected);
  expect(expected.expired * expected.canceledByHost * expected.contestedNoShows).toBeGreaterThan(0);
});
