import { sql } from 'kysely';
import type { Db, Tx } from '../db.ts';
import type { Touched } from './events.ts';

const KEYS = { listings: 'listingId', bookings: 'bookingId' } as const;
type Versioned = keyof typeof KEYS;
const INDEX_TABLES = ['terms', 'listings', 'bookings', 'accountMoves'] as const;

/** Ends the present version of a row, so that one that begins with `block` can be written. */
export async function endVersion(tx: Tx, table: Versioned, id: string, block: number): Promise<void> {
  const here = sql`${sql.ref(KEYS[table])} = ${id}`;
  const from = sql.ref('fromBlock');
  const until = sql.ref('untilBlock');
  await sql`delete from ${sql.table(table)} where ${here} and ${from} = ${block}`.execute(tx);
  await sql`update ${sql.table(table)} set ${until} = ${block} where ${here} and ${until} is null`.execute(
    tx,
  );
}

/** Takes back every fact of blocks above `block`. Returns what it touched. */
export async function rollBack(tx: Tx, block: number, touched: Touched): Promise<void> {
  const listings = await tx
    .selectFrom('listings')
    .select('listingId')
    .where('fromBlock', '>', block)
    .execute();
  const bookings = await tx
    .selectFrom('bookings')
    .select(['bookingId', 'listingId'])
    .where('fromBlock', '>', block)
    .execute();
  for (const row of [...listings, ...bookings]) touched.listings.add(row.listingId);
  for (const row of bookings) touched.bookings.add(row.bookingId);
  for (const table of INDEX_TABLES) {
    await sql`delete from ${sql.table(table)} where ${sql.ref('fromBlock')} > ${block}`.execute(tx);
  }
  for (const table of Object.keys(KEYS)) {
    const until = sql.ref('untilBlock');
    await sql`update ${sql.table(table)} set ${until} = null where ${until} > ${block}`.execute(tx);
  }
  await tx.deleteFrom('ledgerBlocks').where('number', '>', block).execute();
  await tx.updateTable('ledger').set({ indexedTo: block }).execute();
}

/** The row that says which ledger is indexed and how far; undefined before the first contact. */
export const readLedger = (db: Db) => db.selectFrom('ledger').selectAll().executeTakeFirst();
