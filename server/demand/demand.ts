import { MIN_SEARCHES } from '../../protocol/api/statistics.ts';
import type { Db } from '../db.ts';
import { cursorOf, valuesOf } from '../http/cursor.ts';
import { DAY_SEC } from './searches.ts';

const PAGE = 1_000;
const KEPT_DAYS = 90;
const CELL = /^[0-9a-f]{15}$/;

/** A page of the cells of a day that were searched often enough to be nobody's in particular. */
export async function demandOf(db: Db, day: number, cursor: string | undefined) {
  const [after = ''] = valuesOf(cursor, CELL) ?? [];
  const rows = await db
    .selectFrom('demand')
    .select(['cell', 'searchCount'])
    .where('day', '=', day)
    .where('cell', '>', after)
    .where('searchCount', '>=', MIN_SEARCHES)
    .orderBy('cell')
    .limit(PAGE + 1)
    .execute();
  const cells = rows.slice(0, PAGE);
  return { cells, cursor: rows.length > PAGE ? cursorOf(cells.at(-1)!.cell) : null };
}

export async function deleteOldDemand(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('demand')
    .where('day', '<', Math.floor(now / DAY_SEC) - KEPT_DAYS)
    .execute();
}
