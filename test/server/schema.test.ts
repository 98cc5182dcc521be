import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../server/db/open.ts';
import { freshPostgres } from '../support/postgres.ts';

async function opened(config: Parameters<typeof openDatabase>[0]): Promise<Database> {
  const database = await openDatabase(config);
  onTestFinished(() => database.close());
  return database;
}

const NUMBERS = /^(?:integer|bigint|int4|int8)$/i;

async function columnsOf({ db }: Database): Promise<Record<string, string[]>> {
  const tables = await db.introspection.getTables();
  const describe = ({ name, dataType, isNullable }: (typeof tables)[number]['columns'][number]) =>
    `${name} ${NUMBERS.test(dataType) ? 'number' : dataType.toLowerCase()}${isNullable ? ' or null' : ''}`;
  return Object.fromEntries(tables.map(({ name, columns }) => [name, columns.map(describe).sort()]));
}

/** SQLite takes a key's column for one that may be null, unless it says otherwise; nothing here writes null into one. */
async function sqliteColumns(database: Database): Promise<Record<string, string[]>> {
  const { rows } = await sql<{ table: string; column: string }>`
    select m.name as "table", c.name as "column" from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and c.pk > 0`.execute(database.db);
  const keys = new Set(rows.map(({ table, column }) => `${table} ${column}`));
  const withKeys = ([table, columns]: [string, string[]]) => [
    table,
    columns.map((text) => (keys.has(`${table} ${text.split(' ')[0]}`) ? text.replace(' or null', '') : text)),
  ];
  return Object.fromEntries(Object.entries(await columnsOf(database)).map(withKeys));
}

const indexText = (table: string, isUnique: number | boolean, columns: string[], where: string): string =>
  `${table}(${columns})${isUnique ? ' unique' : ''} ${where.replaceAll(/["()]/g, '').toLowerCase()}`.trim();

async function sqliteIndexes({ db }: Database): Promise<string[]> {
  const { rows } = await sql<{ table: string; unique: number; columns: string; text: string | null }>`
    select m.name as "table", i."unique", s.sql as text,
      (select group_concat(c.name, ',') from pragma_index_info(i.name) c) as columns
    from sqlite_master m, pragma_index_list(m.name) i left join sqlite_master s on s.name = i.name
    where m.type = 'table' and m.name not like 'kysely%'
    union all
    -- The key of a row by its number has no index.
    select m.name, 1, null, c.name from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and c.pk = 1 and c.type = 'INTEGER'
      and not exists (select 1 from pragma_index_list(m.name) i where i.origin = 'pk')`.execute(db);
  return rows.map(({ table, unique, columns, text }) =>
    indexText(table, unique, columns.split(','), / where .*/is.exec(text ?? '')?.[0] ?? ''),
  );
}

async function postgresIndexes({ db }: Database): Promise<string[]> {
  const { rows } = await sql<{ table: string; unique: boolean; columns: string[]; text: string }>`
    select t.relname as "table", i.indisunique as "unique", pg_get_indexdef(i.indexrelid) as text,
      array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k) as columns
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'public' and t.relname not like 'kysely%'`.execute(db);
  return rows.map(({ table, unique, columns, text }) =>
    indexText(
      table,
      unique,
      columns.map((name) => name.replaceAll('"', '')),
      / WHERE .*/.exec(text)?.[0] ?? '',
    ),
  );
}

test('both databases have the same tables, columns and indexes after all migrations', async () => {
  const { url, drop } = await freshPostgres({ isEmpty: true });
  onTestFinished(drop);
  const sqlite = await opened({ databaseFile: ':memory:' });
  const postgres = await opened({ databaseUrl: url });
  expect(await columnsOf(postgres)).toEqual(await sqliteColumns(sqlite));
  const indexes = (await sqliteIndexes(sqlite)).sort();
  expect((await postgresIndexes(postgres)).sort()).toEqual(indexes);
  expect(indexes).toContain('listings(listing_id,from_block) unique');
  expect(indexes).toContain('ledger(id) unique');
});

test('several processes that start at once migrate once', async () => {
  const { url, drop } = await freshPostgres({ isEmpty: true });
  onTestFinished(drop);
  const databases = await Promise.all(Array.from({ length: 4 }, () => opened({ databaseUrl: url })));
  const tables = await Promise.all(databases.map(columnsOf));
  for (const columns of tables) expect(columns).toEqual(tables[0]);
});
