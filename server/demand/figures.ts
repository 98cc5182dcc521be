import { STATISTICS_DAYS } from '../../protocol/api/statistics.ts';
import { readLedger } from '../chain/versions.ts';
import type { Db } from '../db.ts';
import { DAY_SEC } from './searches.ts';

/** What was charged on a day: unix seconds / 86,400. */
export interface DayFigures {
  day: number;
  completedSessions: number;
  energyWh: number;
}

/** Figures as they were read, and how far the index was then; both unix seconds. */
interface KeptFigures {
  figures: DayFigures;
  readAt: number;
  indexedAt: number;
}

/** How long figures are shown before they are read again: of a day that goes on, and of one that is over. */
const FRESH_SEC = 60;
const SETTLED_SEC = 3_600;

/** The figures of the last days, the present one first. What was read is kept for a while: a day may have many bookings. */
export function createFigures(db: Db, now: () => number): () => Promise<DayFigures[]> {
  const known = new Map<number, KeptFigures>();
  const figuresOf = async (day: number, indexedAt: number): Promise<DayFigures> => {
    if (indexedAt < day * DAY_SEC) return { day, completedSessions: 0, energyWh: 0 };
    const kept = known.get(day);
    if (kept !== undefined && isFresh(kept, now(), indexedAt)) return kept.figures;
    const figures = await readDay(db, day);
    known.set(day, { figures, readAt: now(), indexedAt });
    return figures;
  };
  return async () => {
    const today = Math.floor(now() / DAY_SEC);
    const indexedAt = await indexedTime(db);
    for (const day of known.keys()) if (day <= today - STATISTICS_DAYS) known.delete(day);
    const days: DayFigures[] = [];
    for (let i = 0; i < STATISTICS_DAYS; i++) days.push(await figuresOf(today - i, indexedAt));
    return days;
  };
}

/** A day is over when clock and index are beyond it. One that goes on may grow by more than the clock: during a back-fill. */
function isFresh({ figures, readAt, indexedAt }: KeptFigures, nowSec: number, indexedNow: number): boolean {
  const isOver = Math.min(readAt, indexedAt) >= (figures.day + 1) * DAY_SEC;
  if (isOver) return nowSec - readAt < SETTLED_SEC;
  return nowSec - readAt < FRESH_SEC && indexedNow - indexedAt < FRESH_SEC;
}

/** Unix seconds of the block up to which the ledger is indexed; 0 before the first one. */
async function indexedTime(db: Db): Promise<number> {
  const number = (await readLedger(db))?.indexedTo ?? -1;
  const block = db.selectFrom('ledgerBlocks').select('timestamp').where('number', '=', number);
  return Number((await block.executeTakeFirst())?.timestamp ?? 0);
}

async function readDay(db: Db, day: number): Promise<DayFigures> {
  const row = await db
    .selectFrom('bookings')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number | null>('energyWh').as('energyWh')])
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is not', null)
    .where('endedAt', '>=', day * DAY_SEC)
    .where('endedAt', '<', (day + 1) * DAY_SEC)
    .where('reservationStatus', '=', 'FULFILLED')
    .executeTakeFirstOrThrow();
  return { day, completedSessions: Number(row.count), energyWh: Number(row.energyWh ?? 0) };
}

/** Chargers on the map, by its coarsest cells. */
export async function chargersOnMap(db: Db): Promise<{ chargers: number; liveChargers: number }> {
  const row = await db
    .selectFrom('mapCells')
    .select(({ fn }) => [
      fn.sum<number | null>('chargerCount').as('all'),
      fn.sum<number | null>('liveCount').as('live'),
    ])
    .where('z', '=', 0)
    .executeTakeFirstOrThrow();
  return { chargers: Number(row.all ?? 0), liveChargers: Number(row.live ?? 0) };
}
