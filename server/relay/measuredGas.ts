import { sql } from 'kysely';
import type { Db, Tx } from '../db.ts';
import { groupOf } from './parties.ts';

/** Gas before the first call of a name was seen on this ledger: that of a first use, which writes new slots. */
const UNSEEN: Record<string, number> = {
  bookings: 130_000,
  money: 140_000,
  sessions: 110_000,
  listings: 150_000,
};

/** Those that do more than others of their group: a transfer of the token; the check of a passkey. */
const UNSEEN_CALLS: Record<string, number> = { fundAndBook: 190_000, bookByWallet: 170_000 };

const unseen = (name: string): number => UNSEEN_CALLS[name] ?? UNSEEN[groupOf(name)]!;

/** Where one measurement was higher, the later ones bring the figure down by a sixteenth of the difference. */
const FORGOTTEN_PART = 16;

export async function measureGas(tx: Tx, functionName: string, gas: number): Promise<void> {
  const known = sql.ref('relayGas.gas');
  const seen = sql.ref('excluded.gas');
  await tx
    .insertInto('relayGas')
    .values({ functionName, gas })
    .onConflict((conflict) =>
      conflict.column('functionName').doUpdateSet({
        gas: sql<number>`case when ${seen} > ${known} then ${seen} else ${known} - (${known} - ${seen}) / ${sql.lit(FORGOTTEN_PART)} end`,
      }),
    )
    .execute();
}

/** What calls of these names cost of late, in gas. */
export async function measuredGas(db: Db, functionNames: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('relayGas')
    .select(['functionName', 'gas'])
    .where('functionName', 'in', functionNames)
    .execute();
  const seen = new Map(rows.map(({ functionName, gas }) => [functionName, gas]));
  return new Map(functionNames.map((name) => [name, seen.get(name) ?? unseen(name)]));
}
