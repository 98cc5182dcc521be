import type { Hex } from 'viem';
import type { ListingRecord } from '../../protocol/api.ts';
import type { Db } from '../db.ts';

/** How the ended bookings of a listing ended. Read from the index `bookingsEnded` alone. */
export async function listingRecord(db: Db, listingId: Hex): Promise<ListingRecord> {
  const rows = await db
    .selectFrom('bookings')
    .select(['reservationStatus', 'canceledBy', 'contested'])
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number>('energyWh').as('energyWh')])
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is not', null)
    .groupBy(['reservationStatus', 'canceledBy', 'contested'])
    .execute();
  const of = (isIt: (row: (typeof rows)[number]) => boolean) => rows.filter(isIt);
  const count = (isIt: Parameters<typeof of>[0]) => sum(of(isIt).map((row) => row.count));
  const completed = of((row) => row.reservationStatus === 'FULFILLED');
  return {
    completedSessions: sum(completed.map((row) => row.count)),
    energyWh: sum(completed.map((row) => row.energyWh)),
    canceledByHost: count((row) => row.canceledBy === 'HOST'),
    canceledByDriver: count((row) => row.canceledBy === 'DRIVER'),
    noShows: count((row) => row.reservationStatus === 'NO_SHOW' && row.contested === 0),
    contestedNoShows: count((row) => row.contested === 1),
    expired: count((row) => row.reservationStatus === 'FAILED'),
  };
}

/** PostgreSQL returns sums as text. */
const sum = (values: readonly (number | string)[]): number =>
  values.reduce<number>((total, value) => total + Number(value), 0);
