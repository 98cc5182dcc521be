import { setImmediate as turn } from 'node:timers/promises';
import { CompiledQuery, SqliteAdapter } from 'kysely';
import type { Tx } from '../db.ts';

/** Few sizes, so that few statements are prepared and all are found again; a charger is in 15 cells. */
const GROUP_SIZES = [60, 15, 1] as const;

type Value = number | string | null;

/** A list of rows as placeholders of the database: `(?, ?), (?, ?)` or `($1, $2), ($3, $4)`. */
function placeholders(tx: Tx, rows: number, columns: number): string {
  const isSqlite = tx.getExecutor().adapter instanceof SqliteAdapter;
  const row = (r: number) =>
    Array.from({ length: columns }, (_, c) => (isSqlite ? '?' : `$${r * columns + c + 1}`)).join(', ');
  return Array.from({ length: rows }, (_, r) => `(${row(r)})`).join(', ');
}

/** Runs a statement over many rows of values, group by group, and others between. `values` is their list in SQL. */
export async function writeRows<Result>(
  tx: Tx,
  rows: readonly (readonly Value[])[],
  statement: (values: string) => string,
): Promise<Result[]> {
  const results: Result[] = [];
  let at = 0;
  while (at < rows.length) {
    const size = GROUP_SIZES.find((n) => n <= rows.length - at)!;
    const group = rows.slice(at, at + size);
    const sql = statement(placeholders(tx, size, group[0]!.length));
    const result = await tx.executeQuery<Result>(CompiledQuery.raw(sql, group.flat()));
    results.push(...result.rows);
    at += size;
    if (at < rows.length) await turn();
  }
  return results;
}
