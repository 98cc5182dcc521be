import { sql } from 'kysely';
import type { Db, Tx } from '../db.ts';
import type { Touched } from './events.ts';

const KEYS = { listings: 'listingId', bookings: 'bookingId' } as const;
type Versioned = keyof typeof KEYS;
const INDEX_TABLES = ['terms', 'listings', 'bookings', 'accountMoves'] as const;

/** Ends the current version of a row at `block`, so that a new version can begin there. */
export async function endVersion(tx: Tx, table: Versioned, id: string, block: number): Promise<void> {
  const row = sql`${sql.ref(KEYS[table])} = ${id}`;
  const from = sql.ref('fromBlock');
  const until = sql.ref('untilBlock');
  await sql`delete from ${sql.table(table)} where ${row} and ${from} = ${block}`.execute(tx);
  await sql`update ${sql.table(table)} set ${until} = ${block} where ${row} and ${until} is null`.execute(tx);
}

/** Removes everything that blocks above `block` wrote, and adds the ids affected to `touched`. */
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

/** Identity of the indexed ledger, and how far it is indexed; undefined before the first contact. */
export const readLedger = (db: Db) => db.selectFrom('ledger').selectAll().executeTakeFirst();
