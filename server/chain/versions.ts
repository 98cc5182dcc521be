import type { Db, Tx } from '../db.ts';
import type { IndexRules, Touched } from './events.ts';
import { createPace } from './pace.ts';
import { run, type VersionedTable } from './statements.ts';
import { statementsOf } from './statements-of.ts';

/** About as many rows a statement removes or reopens, so that each is short. The rows of a block stay together. */
const BATCH_ROWS = 200;

type Marks = Pick<IndexRules, 'markChargers' | 'markBookings'>;
type IndexTable = VersionedTable | 'terms' | 'accountMoves';

/**
 * Removes everything that blocks above `toBlock` wrote, in one transaction. Where the index ends there or before,
 * nothing happens: another process was first.
 */
export const rollBack = (db: Db, toBlock: number, rules: Marks): Promise<Touched> =>
  db.transaction().execute((tx) => rollBackWithin(tx, toBlock, rules));

export async function rollBackWithin(
  tx: Tx,
  toBlock: number,
  { markChargers, markBookings }: Marks,
): Promise<Touched> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  const { numUpdatedRows } = await tx
    .updateTable('ledger')
    .set({ indexedTo: toBlock })
    .where('indexedTo', '>', toBlock)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return touched;
  await removeVersions(tx, toBlock, touched);
  await tx.deleteFrom('ledgerBlocks').where('number', '>', toBlock).execute();
  await markChargers(tx, touched.listings);
  await markBookings(tx, touched.bookings);
  return touched;
}

async function removeVersions(tx: Tx, toBlock: number, touched: Touched): Promise<void> {
  const above = (table: IndexTable) => spansDown((offset) => nthFrom(tx, table, toBlock, offset), toBlock);
  for await (const block of above('bookings')) {
    const query = tx.deleteFrom('bookings').where('fromBlock', '>', block);
    const rows = await query.returning(['bookingId', 'listingId']).execute();
    for (const row of rows) {
      touched.bookings.add(row.bookingId);
      touched.listings.add(row.listingId);
    }
    await reopenVersions(
      tx,
      'bookings',
      block,
      rows.map((row) => row.bookingId),
    );
  }
  for await (const block of above('listings')) {
    const rows = await tx
      .deleteFrom('listings')
      .where('fromBlock', '>', block)
      .returning('listingId')
      .execute();
    for (const row of rows) touched.listings.add(row.listingId);
    await reopenVersions(
      tx,
      'listings',
      block,
      rows.map((row) => row.listingId),
    );
  }
  for (const table of ['terms', 'accountMoves'] as const) {
    for await (const block of above(table))
      await tx.deleteFrom(table).where('fromBlock', '>', block).execute();
  }
}

/** A version ends where the next one of its row begins: those to reopen have the ids of those that were removed. */
async function reopenVersions(
  tx: Tx,
  table: VersionedTable,
  block: number,
  ids: readonly string[],
): Promise<void> {
  for (const query of statementsOf(tx).reopen(table, [...new Set(ids)], block)) await run(tx, query);
}

/**
 * Blocks going down to `toBlock`: what lies above each of them, and was not removed before, is about a batch of rows.
 * Lets the event loop have a turn in between.
 */
async function* spansDown(
  nth: (offset: number) => Promise<number | undefined>,
  toBlock: number,
): AsyncGenerator<number> {
  const pace = createPace();
  for (;;) {
    const block = await nth(BATCH_ROWS);
    yield block === undefined ? toBlock : block - 1;
    if (block === undefined) return;
    await pace();
  }
}

/** The block in which the version began that `offset` newer ones follow. */
async function nthFrom(tx: Tx, table: IndexTable, toBlock: number, offset: number) {
  const newest = tx.selectFrom(table).select('fromBlock').where('fromBlock', '>', toBlock);
  const row = await newest.orderBy('fromBlock', 'desc').offset(offset).limit(1).executeTakeFirst();
  return row?.fromBlock;
}

/** Identity of the indexed ledger, and how far it is indexed; undefined before the first contact. */
export const readLedger = (db: Db) => db.selectFrom('ledger').selectAll().executeTakeFirst();
