import type { Hex } from 'viem';
import type { Db, Tx } from '../db.ts';

const ROWS_PER_STATEMENT = 500;

/**
 * Says that what the map shows of these listings may have changed. Call it in the transaction of the change: the map
 * then follows exactly what was committed. Listings that did not change cost a look, and nothing else.
 */
export async function markChargers(db: Db | Tx, listingIds: Iterable<string>): Promise<void> {
  const rows = [...listingIds].map((id) => ({ listingId: id as Hex }));
  for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
    await db
      .insertInto('mapDirty')
      .values(rows.slice(i, i + ROWS_PER_STATEMENT))
      .execute();
  }
}

/**
 * The same for listings that still exist. While the whole map is drawn, those that it has not come to need no mark. Until
 * that is over, its row stays locked to the end of the transaction: the keeper finds a listing either marked or changed.
 */
export async function markIndexed(db: Db | Tx, listingIds: Iterable<string>): Promise<void> {
  const row = await db
    .updateTable('mapState')
    .set((eb) => ({ redrawFrom: eb.ref('redrawFrom') }))
    .where('id', '=', 1)
    .where('redrawFrom', 'is not', null)
    .returning('redrawFrom')
    .executeTakeFirst();
  const redrawFrom = row?.redrawFrom ?? null;
  await markChargers(db, redrawFrom === null ? listingIds : [...listingIds].filter((id) => id <= redrawFrom));
}

/** Has the whole map drawn, once the index is near the head. Cheaper than marks where most listings will change. */
export async function redrawAll(db: Db): Promise<void> {
  await db.updateTable('mapState').set({ redrawFrom: '' }).where('id', '=', 1).execute();
}
