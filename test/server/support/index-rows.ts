import type { Db } from '../../../server/db.ts';

/** Every row of the index, in an order of its own. */
export async function indexRows(db: Db) {
  return {
    terms: await db.selectFrom('terms').selectAll().orderBy('termsHash').execute(),
    listings: await db.selectFrom('listings').selectAll().orderBy('listingId').orderBy('fromBlock').execute(),
    bookings: await db.selectFrom('bookings').selectAll().orderBy('bookingId').orderBy('fromBlock').execute(),
    accountMoves: await db
      .selectFrom('accountMoves')
      .selectAll()
      .orderBy('fromBlock')
      .orderBy('logIndex')
      .execute(),
  };
}

/** Empties the index, and says that it is of a market deployed in the block after `indexedTo`. */
export async function resetIndex(db: Db, indexedTo: number): Promise<void> {
  for (const table of ['terms', 'listings', 'bookings', 'accountMoves', 'ledgerBlocks', 'ledger'] as const)
    await db.deleteFrom(table).execute();
  const identity = { chainId: 31_337, genesisHash: '0x01', market: '0x02' } as const;
  await db
    .insertInto('ledger')
    .values({ id: 1, ...identity, deployBlock: indexedTo + 1, indexedTo })
    .execute();
}
