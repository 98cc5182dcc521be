import { type PageQuery, pageOf } from '../../protocol/api/pages.ts';
import { CELL_CURSOR, MIN_SEARCHES } from '../../protocol/api/statistics.ts';
import type { Db } from '../db.ts';
import { DAY_SEC } from './searches.ts';

const KEPT_DAYS = 90;

/** A page of the cells of a day that were searched often enough to be nobody's in particular. */
export async function demandOf(db: Db, day: number, { limit, cursor }: PageQuery<readonly [string]>) {
  const [after = ''] = cursor ?? [];
  const found = await db
    .selectFrom('demand')
    .select(['cell', 'searchCount'])
    .where('day', '=', day)
    .where('cell', '>', after)
    .where('searchCount', '>=', MIN_SEARCHES)
    .orderBy('cell')
    .limit(limit + 1)
    .execute();
  const { rows: cells, cursor: next } = pageOf(found, limit, ({ cell }) => CELL_CURSOR.text(cell));
  return { cells, cursor: next };
}

export async function deleteOldDemand(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('demand')
    .where('day', '<', Math.floor(now / DAY_SEC) - KEPT_DAYS)
    .execute();
}
