import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DatabaseConfig } from '../db/open.ts';
import { type Head, toCell } from './format.ts';
import { openSnapshot, type Snapshot, type Value } from './snapshot.ts';
import { isKept } from './tables.ts';

export interface BackupResult {
  tables: number;
  rows: number;
}

/**
 * Writes what the ledger cannot rebuild into a file, as it is at one moment; the server may run meanwhile. The file has its
 * name once it is whole.
 */
export async function backUp(database: DatabaseConfig, file: string, now: number): Promise<BackupResult> {
  const snapshot = await openSnapshot(database);
  const result: BackupResult = { tables: 0, rows: 0 };
  const unfinished = `${file}.part`;
  try {
    const lines = Readable.from(linesOf(snapshot, now, result));
    // What agents and people sent is for the operator alone.
    await pipeline(lines, createGzip(), createWriteStream(unfinished, { mode: 0o600, flush: true }));
    await rename(unfinished, file);
  } finally {
    await snapshot.close();
  }
  return result;
}

const textOf = (line: unknown): string => `${JSON.stringify(line)}\n`;

async function* linesOf(snapshot: Snapshot, now: number, result: BackupResult): AsyncGenerator<string> {
  yield textOf(await headOf(snapshot, now));
  for (const table of (await snapshot.tables()).filter(isKept)) {
    const columns = await snapshot.columns(table);
    yield textOf({ table, columns });
    result.tables += 1;
    const names = columns.map((column) => `"${column}"`).join(', ');
    for await (const rows of snapshot.rows(`select ${names} from "${table}"`)) {
      result.rows += rows.length;
      yield rows.map((row) => textOf(row.map(toCell))).join('');
    }
  }
  yield textOf({ end: true, rows: result.rows });
}

async function headOf(snapshot: Snapshot, now: number): Promise<Head> {
  const first = async (text: string): Promise<Value[] | undefined> => {
    const found = [];
    for await (const rows of snapshot.rows(text)) found.push(...rows);
    return found[0];
  };
  const [migration] = (await first('select name from kysely_migration order by name desc limit 1')) ?? [];
  const [chainId = null, market = null] = (await first('select chain_id, market from ledger')) ?? [];
  return {
    ...{ plugpact: 'backup', format: 1, madeAt: now, migration: String(migration) },
    chainId: chainId === null ? null : Number(chainId),
    market: market === null ? null : String(market),
  };
}
