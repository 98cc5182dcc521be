import { sql } from 'kysely';
import type { Hex } from 'viem';
import { type BlockRange, CHECKPOINT_BLOCKS, FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import type { Db, Tx } from '../db.ts';
import { run } from './statements.ts';
import { statementsOf } from './statements-of.ts';

/** This many blocks below the newest are stored one by one; of older ones, each `CHECKPOINT_BLOCKS`th. */
const STORED_BLOCKS = 4 * FINALITY_BLOCKS;

export interface StoredBlock {
  number: number;
  hash: Hex;
}

/** The hash of a block; undefined where the index does not keep it. */
export async function storedHash(db: Db, block: number): Promise<Hex | undefined> {
  const row = await db
    .selectFrom('ledgerBlocks')
    .select('hash')
    .where('number', '=', block)
    .executeTakeFirst();
  return row?.hash;
}

/** The newest stored blocks up to a number, the newest first, at most `limit`. */
export const storedBlocksDown = (db: Db, upTo: number, limit: number): Promise<StoredBlock[]> =>
  db
    .selectFrom('ledgerBlocks')
    .select(['number', 'hash'])
    .where('number', '<=', upTo)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();

/** Stores the headers of a range, and forgets those that are no longer among the newest. */
export async function putBlocks(tx: Tx, { from, to, blocks }: BlockRange): Promise<void> {
  const oldest = to - STORED_BLOCKS;
  const kept = blocks.filter(({ number }) => number >= oldest || number % CHECKPOINT_BLOCKS === 0);
  // What lies below the newest blocks of the range before was forgotten then.
  await tx
    .deleteFrom('ledgerBlocks')
    .where('number', '>=', from - 1 - STORED_BLOCKS)
    .where('number', '<', oldest)
    .where(sql<boolean>`${sql.ref('number')} % ${CHECKPOINT_BLOCKS} <> 0`)
    .execute();
  for (const query of statementsOf(tx).insert('ledgerBlocks', kept)) await run(tx, query);
}

type Checkpoint = StoredBlock & { digest: Hex };

/** The newest stored block up to a number, with the digest of all events up to it. */
export const checkpointAt = (db: Db, upTo: number): Promise<Checkpoint | undefined> =>
  db
    .selectFrom('ledgerBlocks')
    .select(['number', 'hash', 'digest'])
    .where('number', '<=', upTo)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

/** The oldest stored block above a number. */
export const checkpointAbove = (db: Db, number: number): Promise<Checkpoint | undefined> =>
  db
    .selectFrom('ledgerBlocks')
    .select(['number', 'hash', 'digest'])
    .where('number', '>', number)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
