import type { Address } from 'viem';
import type { Db, Tables } from '../db.ts';
import { OWNERSHIP } from './ownership.ts';

type TableName = keyof Tables;
type Owned = { owned: (eb: never, account: Address) => never };

/** Tables whose rows belong to accounts, in the order in which they are emptied. */
const OWNED = (Object.entries(OWNERSHIP) as [TableName, object][]).filter(
  (entry): entry is [TableName, Owned] => 'owned' in entry[1],
);

/** What this server has of an account: rows by table, those without any left out. */
export async function countRowsOf(db: Db, account: Address): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, { owned }] of OWNED) {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where((eb) => owned(eb as never, account))
      .executeTakeFirstOrThrow();
    if (Number(row.count) > 0) counts[table] = Number(row.count);
  }
  return counts;
}

/** Deletes all of it, or nothing. Returns the deleted rows by table. */
export function eraseRowsOf(db: Db, account: Address): Promise<Record<string, number>> {
  return db.transaction().execute(async (tx) => {
    const counts: Record<string, number> = {};
    for (const [table, { owned }] of OWNED) {
      const { numDeletedRows } = await tx
        .deleteFrom(table as 'signIns')
        .where((eb) => owned(eb as never, account))
        .executeTakeFirst();
      if (numDeletedRows > 0n) counts[table] = Number(numDeletedRows);
    }
    return counts;
  });
}
