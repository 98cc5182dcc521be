import { sql } from 'kysely';
import { Client } from 'pg';
import { type Database, openDatabase } from '../../server/db/open.ts';
import type { Db } from '../../server/db.ts';
import { MIGRATED, migratedPostgres, sharedPostgres } from '../support/postgres.ts';

const IN_MEMORY = { databaseFile: ':memory:' };

/** Rows of each table. With fewer, a database rightly reads the whole table. */
const ROW_COUNT = 2_000;

/** Nearly as many rows as the table has can have the same value: by these columns alone, nothing is looked up. */
const UNSELECTIVE = ['until_block', 'ended_at', 'status', 'reservation_status', 'settlement_status'];

/** What may read a whole table, each with its reason. */
const ALLOWED: readonly { statement: RegExp; reason: string }[] = [
  { statement: /(?:from|update) "ledger"/, reason: 'The table has one row.' },
  { statement: /^(?:begin|commit|rollback|set)\b/, reason: 'Reads nothing.' },
  { statement: /^(?:create|drop) index\b/i, reason: 'At the beginning and the end of a back-fill.' },
  { statement: /deferred_indexes|from (?:sqlite_master|pg_indexes)/, reason: 'One row for each index.' },
  { statement: /"sqlite_master"|pragma_table_info|"pg_catalog"/, reason: 'Tests alone ask for the tables.' },
  { statement: /from "processes" where "seen_at"/, reason: 'One row for each process.' },
  {
    statement: /from "pairing_offers" .* - \$1 order by/,
    reason: 'All codes are shown on the local ledger alone.',
  },
  { statement: /from "listings" where .*"connector" in/, reason: 'On the local ledger alone: few listings.' },
  {
    statement: /^delete from "handovers" where exists \(.*\)$/,
    reason: 'At the start and after a back-fill; those of open bookings.',
  },
  {
    statement: /^(?:select [^()]* from|update|delete from) "foreign_feeds"/,
    reason: 'It has a row for each feed.',
  },
];

const isAllowed = (text: string): boolean => ALLOWED.some(({ statement }) => statement.test(text));

/** The statements of `texts` that would read a whole table, each with the step of its plan that does. */
export async function scansOf(kind: Database['kind'], texts: Iterable<string>): Promise<string[]> {
  const asked = [...texts].filter((text) => !isAllowed(text));
  if (asked.length === 0) return [];
  return kind === 'sqlite' ? scansOnSqlite(asked) : scansOnPostgres(asked);
}

let sqlite: Promise<Database[]> | undefined;

/** One that has counted its rows, and one that has not, as the server's own: SQLite then guesses. */
async function sqliteDatabases(): Promise<Database[]> {
  const [filled, empty] = [await openDatabase(IN_MEMORY), await openDatabase(IN_MEMORY)];
  await fill(filled.db);
  return [filled, empty];
}

async function scansOnSqlite(texts: readonly string[]): Promise<string[]> {
  sqlite ??= sqliteDatabases();
  const scans: string[] = [];
  for (const { db } of await sqlite) {
    for (const text of texts) {
      const { rows } = await sql.raw<{ detail: string }>(`explain query plan ${text}`).execute(db);
      for (const { detail } of rows) if (isSqliteScan(detail, text)) scans.push(`${detail}: ${text}`);
    }
  }
  return scans;
}

const filledPostgres = (): Promise<string> =>
  sharedPostgres('filled', MIGRATED, async (databaseUrl) => {
    const { db, close } = await openDatabase({ databaseUrl });
    await fill(db);
    await close();
  });

async function scansOnPostgres(texts: readonly string[]): Promise<string[]> {
  await migratedPostgres();
  const client = new Client({ connectionString: await filledPostgres() });
  await client.connect();
  const scans: string[] = [];
  try {
    // Joins that read both sides are right for so few rows; for many they are not.
    for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await client.query(`set enable_${way} = off`);
    for (const text of texts) {
      const { rows } = await client.query(`explain (generic_plan, format json) ${text}`);
      const [{ Plan }] = rows[0]['QUERY PLAN'] as [{ Plan: PostgresPlan }];
      for (const node of nodesOf(Plan).filter(isPostgresScan))
        scans.push(`${node['Node Type']} on ${node['Relation Name'] ?? node['Index Name']}: ${text}`);
    }
  } finally {
    await client.end();
  }
  return scans;
}

/** What a scan may go over: values of the statement itself. */
const OF_THE_STATEMENT = /^(?:\(|(?:\d+ )?CONSTANT ROWS?|\d+-ROW VALUES|json_each\b)/;

/** `SCAN` reads all rows; so does a search by a condition that nearly all of them fulfil. */
function isSqliteScan(detail: string, text: string): boolean {
  const scanned = /^SCAN (.*)/.exec(detail)?.[1];
  if (scanned !== undefined)
    return !OF_THE_STATEMENT.test(scanned) && !isNamedIn(text, scanned.split(' ')[0]!);
  const condition = /^SEARCH .*\((.*)\)$/.exec(detail)?.[1];
  return condition !== undefined && isUnselective(condition);
}

/** Whether a `with` of the statement gives something this name. */
const isNamedIn = (text: string, name: string): boolean =>
  new RegExp(`\\b${name}"?(?: ?\\([^)]*\\))? as (?:materialized )?\\(`).test(text);

/** Whether a condition has columns of `UNSELECTIVE` alone, each with one value: a range of blocks is a few rows. */
function isUnselective(condition: string): boolean {
  const columns = [...condition.matchAll(/\b([a-z_0-9]+)\b\)?(?:::text)? ?(=|<|>|IS NULL)/g)];
  return (
    columns.length > 0 && columns.every(([, name, by]) => UNSELECTIVE.includes(name!) && !/[<>]/.test(by!))
  );
}

interface PostgresPlan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PostgresPlan[];
}

const nodesOf = (plan: PostgresPlan): PostgresPlan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

function isPostgresScan({ 'Node Type': type, 'Index Cond': condition }: PostgresPlan): boolean {
  if (type === 'Seq Scan') return true;
  if (!/^(?:Bitmap Index|Index|Index Only) Scan$/.test(type)) return false;
  return condition === undefined || isUnselective(condition);
}

/** Fills all tables with made-up rows whose keys fit each other, and lets the database count them. */
async function fill(withPlugins: Db): Promise<void> {
  const db = withPlugins.withoutPlugins();
  for (const { name, columns } of await db.introspection.getTables()) {
    const values = columns.map((column) => madeUp(column));
    const names = columns.map((column) => sql.id(column.name));
    await sql`
      insert into ${sql.id(name)} (${sql.join(names)})
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(ROW_COUNT)})
      select ${sql.join(values)} from n where true on conflict do nothing`.execute(db);
  }
  await sql`analyze`.execute(db);
}

/** A value of a row `i`; every other one is null where that is possible, most versions have ended, and so have bookings. */
function madeUp({ name, dataType, isNullable }: { name: string; dataType: string; isNullable: boolean }) {
  const isText = /text|char/i.test(dataType);
  const isBytes = /bytea/i.test(dataType);
  const value = isBytes ? sql`cast('0x' || i as bytea)` : isText ? sql`'0x' || i` : sql`i`;
  if (name === 'until_block') return sql`case when i % 3 = 0 then null else i + 1 end`;
  if (!isNullable) return value;
  return name === 'ended_at'
    ? sql`case when i % 50 = 0 then null else i end`
    : sql`case when i % 2 = 0 then null else ${value} end`;
}
