import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { PlugpactError } from '../../protocol/errors.ts';
import type { DatabaseConfig } from '../db/open.ts';
import { createClient } from '../db/postgres.ts';
import { asDatabaseError } from '../db/postgresErrors.ts';

export type Value = string | number | null | Uint8Array;

/** A database as it is at one moment, while its server goes on. */
export interface Snapshot {
  /** Rows of a statement as lists of values, in the order of its columns, some at a time. */
  rows(text: string): AsyncIterable<Value[][]>;
  tables(): Promise<string[]>;
  columns(table: string): Promise<string[]>;
  close(): Promise<void>;
}

const ROWS_AT_ONCE = 500;

/** @throws PlugpactError `database.missing`, `database.unreachable`. */
export const openSnapshot = ({ databaseFile, databaseUrl }: DatabaseConfig): Promise<Snapshot> =>
  databaseUrl === undefined ? ofSqlite(databaseFile ?? '') : ofPostgres(databaseUrl);

async function ofSqlite(file: string): Promise<Snapshot> {
  if (!existsSync(file)) throw missing(file);
  // Not locked: the server that has the file may run. Write-ahead logging lets both go on.
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('begin');
  const all = (text: string) => database.prepare(text).all() as { name: string }[];
  return {
    async *rows(text) {
      const statement = database.prepare(text);
      let rows: Value[][] = [];
      for (const row of statement.iterate()) {
        rows.push(Object.values(row) as Value[]);
        if (rows.length < ROWS_AT_ONCE) continue;
        yield rows;
        rows = [];
      }
      if (rows.length > 0) yield rows;
    },
    tables: async () =>
      all("select name from sqlite_master where type = 'table' order by name").map(({ name }) => name),
    columns: async (table) => all(`select name from pragma_table_info('${table}')`).map(({ name }) => name),
    close: async () => database.close(),
  };
}

async function ofPostgres(databaseUrl: string): Promise<Snapshot> {
  const client = createClient(databaseUrl);
  try {
    await client.connect();
    await client.query('begin isolation level repeatable read read only');
  } catch (error) {
    await client.end();
    throw asDatabaseError(error, databaseUrl);
  }
  const names = async (text: string) =>
    (await client.query<{ name: string }>(text)).rows.map(({ name }) => name);
  return {
    async *rows(text) {
      await client.query(`declare backup no scroll cursor for ${text}`);
      for (;;) {
        const query = { text: `fetch ${ROWS_AT_ONCE} from backup`, rowMode: 'array' } as const;
        const { rows } = await client.query<Value[]>(query);
        if (rows.length === 0) break;
        yield rows;
      }
      await client.query('close backup');
    },
    tables: () =>
      names(`select tablename as name from pg_tables where schemaname = 'public' order by tablename`),
    columns: (table) =>
      names(`select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = '${table}' order by ordinal_position`),
    close: () => client.end(),
  };
}

const missing = (file: string): PlugpactError =>
  new PlugpactError({
    code: 'database.missing',
    value: `DATABASE_FILE = ${file}`,
    rule: 'The database to back up must be there.',
    remedy: 'Set DATABASE_FILE or DATABASE_URL as the server has it.',
  });
