import { createHmac, randomBytes } from 'node:crypto';
import { latLngToCell } from 'h3-js';
import { DEMAND_RESOLUTION } from '../../protocol/api/statistics.ts';
import type { Db } from '../db.ts';

export const DAY_SEC = 86_400;
/** A process remembers so many searches of the day; beyond them it counts no more, rather than twice. */
const MAX_REMEMBERED = 100_000;

export interface Search {
  latitude: number;
  longitude: number;
  /** Who searched, as text; it never leaves this process's memory, and is not in it as it is. */
  from: string;
}

export interface Searches {
  /** Counts a search that found no charger, once a day for each who searches in a cell. */
  foundNothing(search: Search): Promise<void>;
}

/** Counts where people search for a charge and find none. */
export function createSearches(db: Db, now: () => number): Searches {
  let day = -1;
  let key = randomBytes(32);
  const seen = new Set<string>();
  const begin = (today: number) => {
    if (today === day) return;
    day = today;
    // What was kept of yesterday cannot be compared with today any more.
    key = randomBytes(32);
    seen.clear();
  };
  return {
    async foundNothing({ latitude, longitude, from }) {
      begin(Math.floor(now() / DAY_SEC));
      const cell = latLngToCell(latitude, longitude, DEMAND_RESOLUTION);
      const mark = createHmac('sha256', key).update(`${cell} ${from}`).digest('base64');
      if (seen.has(mark) || seen.size >= MAX_REMEMBERED) return;
      seen.add(mark);
      await countSearch(db, day, cell);
    },
  };
}

async function countSearch(db: Db, day: number, cell: string): Promise<void> {
  await db
    .insertInto('demand')
    .values({ day, cell, searchCount: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['day', 'cell'])
        .doUpdateSet((eb) => ({ searchCount: eb('demand.searchCount', '+', 1) })),
    )
    .execute();
}
