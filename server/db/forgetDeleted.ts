import { SqliteAdapter, sql } from 'kysely';
import type { Db } from '../db.ts';

/**
 * Call when people have deleted something: what was deleted leaves the files too. SQLite's write-ahead log still has it, and
 * begins again from nothing. PostgreSQL overwrites it when it uses the space again; it has no statement for more.
 */
export async function forgetDeleted(db: Db): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) {
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
  }
}
