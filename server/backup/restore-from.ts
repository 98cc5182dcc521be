import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CompiledQuery, SqliteAdapter } from 'kysely';
import { PlugpactError } from '../../protocol/errors.ts';
import { type DatabaseConfig, openDatabase } from '../db/open.ts';
import type { Db, Tx } from '../db.ts';
import { migrations } from '../migrations/index.ts';
import type { BackupResult } from './backup.ts';
import { damaged, fromCell, type Head, head, line } from './format.ts';
import type { Value } from './snapshot.ts';
import { isKept } from './tables.ts';

const ROWS_AT_ONCE = 200;

export interface RestoreOptions {
  /** The market that the server will follow, lower case; a backup of another one is refused. */
  market: string | undefined;
}

/**
 * Reads a backup into an empty database, of either kind, all of it or nothing. The server then follows the ledger from the
 * market's first block.
 *
 * @throws PlugpactError `backup.damaged`, `backup.otherVersion`, `backup.otherMarket`, `backup.notEmpty`.
 */
export async function restore(
  database: DatabaseConfig,
  file: string,
  { market }: RestoreOptions,
): Promise<BackupResult & { head: Head }> {
  const { db, close } = await openDatabase(database);
  try {
    return await db.transaction().execute(async (tx) => {
      await refuseFilled(tx);
      const lines = parsedLines(file);
      const first = await lines.next();
      const found = head.safeParse(first.value);
      if (!found.success) throw damaged('no head');
      refuseOther(found.data, market);
      return { head: found.data, ...(await readRows(tx, lines)) };
    });
  } finally {
    await close();
  }
}

async function* parsedLines(file: string): AsyncGenerator<unknown> {
  const input = createReadStream(file);
  const unzipped = createGunzip();
  input.on('error', (error) => unzipped.destroy(error));
  try {
    for await (const text of createInterface({ input: input.pipe(unzipped) })) yield JSON.parse(text);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : file);
  }
}

interface OpenTable {
  table: string;
  columns: string[];
}

async function readRows(tx: Tx, lines: AsyncGenerator<unknown>): Promise<BackupResult> {
  const result = { tables: 0, rows: 0 };
  let open: OpenTable | undefined;
  let rows: Value[][] = [];
  let end: number | undefined;
  const write = async () => {
    if (open !== undefined && rows.length > 0) await insert(tx, open, rows);
    result.rows += rows.length;
    rows = [];
  };
  for await (const text of lines) {
    const parsed = line.safeParse(text);
    if (!parsed.success || end !== undefined) throw damaged(`line after row ${result.rows + rows.length}`);
    if (Array.isArray(parsed.data)) {
      if (parsed.data.length !== open?.columns.length) throw damaged(`a row of ${open?.table}`);
      rows.push(parsed.data.map(fromCell));
      if (rows.length >= ROWS_AT_ONCE) await write();
      continue;
    }
    await write();
    if ('end' in parsed.data) end = parsed.data.rows;
    else {
      open = parsed.data;
      result.tables += 1;
      if (!isKept(open.table)) throw damaged(`table ${open.table}`);
    }
  }
  if (end !== result.rows) throw damaged(`${result.rows} rows, and an end of ${end ?? 'none'}`);
  return result;
}

async function insert(tx: Tx, { table, columns }: OpenTable, rows: readonly Value[][]): Promise<void> {
  const isSqlite = tx.getExecutor().adapter instanceof SqliteAdapter;
  const cells = (r: number) =>
    columns.map((_, c) => (isSqlite ? '?' : `$${r * columns.length + c + 1}`)).join(', ');
  const values = rows.map((_, r) => `(${cells(r)})`).join(', ');
  const names = columns.map((column) => `"${column}"`).join(', ');
  const text = `insert into "${table}" (${names}) values ${values}`;
  await tx.executeQuery(CompiledQuery.raw(text, rows.flat()));
}

/** What is there would mix with what comes, and one of both would be lost. */
async function refuseFilled(tx: Tx): Promise<void> {
  for (const name of (await tablesOf(tx)).filter(isKept)) {
    const text = `select 1 as one from "${name}" limit 1`;
    const { rows } = await tx.executeQuery(CompiledQuery.raw(text));
    if (rows.length > 0) throw notEmpty(name);
  }
}

const tablesOf = async (db: Db): Promise<string[]> =>
  (await db.introspection.getTables()).map(({ name }) => name);

function refuseOther({ migration, market: of }: Head, market: string | undefined): void {
  const latest = Object.keys(migrations).sort().at(-1)!;
  if (migration !== latest) throw otherVersion(migration, latest);
  if (of !== null && market !== undefined && of.toLowerCase() !== market.toLowerCase())
    throw otherMarket(of, market);
}

const notEmpty = (table: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.notEmpty',
    value: `rows in ${table}`,
    rule: 'A backup is restored into an empty database.',
    remedy: 'Set DATABASE_FILE to a new file, or DATABASE_URL to a new database.',
  });

const otherVersion = (migration: string, latest: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.otherVersion',
    value: `tables as of ${migration}, here ${latest}`,
    rule: 'A backup is restored by the version that made it.',
    remedy: 'Restore it with that version, then start the newer one: it brings the tables up to date.',
  });

const otherMarket = (of: string, market: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.otherMarket',
    value: `${of}, here ${market}`,
    rule: 'What agents and people sent belongs to one market.',
    remedy: 'Set MARKET_ADDRESS or NETWORK to the market of the backup.',
  });
