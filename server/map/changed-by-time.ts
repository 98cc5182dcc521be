import { type SelectQueryBuilder, sql } from 'kysely';
import { OFFLINE_AFTER_SEC, STALE_AFTER_SEC } from '../../protocol/link.ts';
import type { Db, Tables, Tx } from '../db.ts';

/** Listings of one kind that are marked in one transaction. */
const STEP = 500;

/** A moment at which time alone changes a status: so long after a time that a row has. */
interface Moment {
  table: 'bookings' | 'connectors';
  column: 'opensAt' | 'endsAt' | 'receivedAt';
  afterSec: number;
}

const MOMENTS: readonly Moment[] = [
  { table: 'bookings', column: 'opensAt', afterSec: 0 },
  { table: 'bookings', column: 'endsAt', afterSec: 0 },
  { table: 'connectors', column: 'receivedAt', afterSec: STALE_AFTER_SEC },
  { table: 'connectors', column: 'receivedAt', afterSec: OFFLINE_AFTER_SEC },
];

/**
 * Marks listings whose status time alone changed since it was looked at last: a booking opened or ended, an agent fell
 * silent. Returns true when nothing is left up to `now` (unix seconds).
 */
export async function markChangedByTime(db: Db, now: number): Promise<boolean> {
  const { seenTo } = await db
    .selectFrom('mapState')
    .select('seenTo')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
  if (seenTo === now) return true;
  // At the very first time everything is marked anyway. A clock that was set back passes its moments again.
  const since = seenTo === 0 ? now : Math.min(seenTo, now - (seenTo > now ? OFFLINE_AFTER_SEC : 0));
  const until = await endOfStep(db, since, now);
  await db.transaction().execute(async (tx) => {
    for (const moment of MOMENTS) await mark(tx, moment, since, until);
    await tx.updateTable('mapState').set({ seenTo: until }).where('id', '=', 1).execute();
  });
  return until === now;
}

/** A booking that has ended changes nothing at the times for which it was made. */
const IS_OPEN = sql<boolean>`${sql.ref('untilBlock')} is null and ${sql.ref('endedAt')} is null`;

/** The moments of a kind in (since, until]. */
function within(db: Db | Tx, { table, column, afterSec }: Moment, since: number, until: number) {
  const from = db.selectFrom(table as 'connectors') as SelectQueryBuilder<Tables, 'connectors', object>;
  const ref = column as 'receivedAt';
  const rows = from.where(ref, '>', since - afterSec).where(ref, '<=', until - afterSec);
  return table === 'bookings' ? rows.where(IS_OPEN) : rows;
}

/** A time up to which no kind has many more moments than `STEP`: after a long pause there may be a million. */
async function endOfStep(db: Db, since: number, now: number): Promise<number> {
  let until = now;
  for (const moment of MOMENTS) {
    const column = moment.column as 'receivedAt';
    const row = await within(db, moment, since, until)
      .select(`${column} as at`)
      .orderBy(column)
      .limit(1)
      .offset(STEP)
      .executeTakeFirst();
    if (row !== undefined) until = Math.max(since + 1, row.at + moment.afterSec - 1);
  }
  return until;
}

const mark = (tx: Tx, moment: Moment, since: number, until: number) =>
  tx
    .insertInto('mapDirty')
    .columns(['listingId'])
    .expression(within(tx, moment, since, until).select('listingId'))
    .execute();
