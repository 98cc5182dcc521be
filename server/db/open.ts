import { CamelCasePlugin, type Dialect, Kysely, type LogEvent } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Db, Tables } from '../db.ts';
import { migrations } from '../migrations/index.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { createClient, openPostgres } from './postgres.ts';
import { PostgresDialect } from './postgresDialect.ts';
import { asDatabaseError } from './postgresErrors.ts';
import { openSqlite } from './sqlite.ts';
import { SqliteDialect } from './sqliteDialect.ts';

/** Exactly one of the two. */
export interface DatabaseConfig {
  databaseFile?: string | undefined;
  databaseUrl?: string | undefined;
}

export interface DatabaseOptions {
  /** Hears the text of each statement, those of the migrations left out. */
  onStatement?(text: string): void;
}

export interface Database {
  db: Db;
  kind: 'sqlite' | 'postgres';
  /** Undefined on SQLite, whose file one process has for itself. */
  cluster: Cluster | undefined;
  close(): Promise<void>;
}

/**
 * Opens the database and migrates its tables; a file is created when missing.
 *
 * @throws PlugpactError `database.inUse` (SQLite), `database.unreachable` (PostgreSQL).
 */
export async function openDatabase(
  { databaseFile, databaseUrl }: DatabaseConfig,
  { onStatement }: DatabaseOptions = {},
): Promise<Database> {
  let isMigrated = false;
  const log = onStatement && (({ query }: LogEvent) => isMigrated && onStatement(query.sql));
  const database = databaseUrl === undefined ? onSqlite(databaseFile, log) : onPostgres(databaseUrl, log);
  try {
    await (databaseUrl === undefined ? migrate(database.db) : migrateAlone(databaseUrl, database.db));
  } catch (error) {
    await database.close();
    throw error;
  }
  isMigrated = true;
  return database;
}

function onSqlite(databaseFile: string | undefined, log?: (event: LogEvent) => void): Database {
  if (databaseFile === undefined) throw new Error('A database needs a file or an address.');
  const db = createDb(new SqliteDialect(openSqlite(databaseFile)), log);
  return { db, kind: 'sqlite', cluster: undefined, close: () => db.destroy() };
}

function onPostgres(databaseUrl: string, log?: (event: LogEvent) => void): Database {
  const connections = openPostgres(databaseUrl);
  const db = createDb(new PostgresDialect(connections), log);
  const cluster = createCluster(connections);
  const close = async () => {
    await cluster.close();
    await db.destroy();
  };
  return { db, kind: 'postgres', cluster, close };
}

const createDb = (dialect: Dialect, log?: (event: LogEvent) => void): Db =>
  new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()], ...(log && { log }) });

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Kysely's own lock does not cover the making of its own tables: two processes that start at once would both make them. */
const MIGRATION_LOCK = "select pg_advisory_lock(hashtext('plugpact migrations'))";

async function migrateAlone(databaseUrl: string, db: Db): Promise<void> {
  const client = createClient(databaseUrl);
  try {
    await client.connect();
    await client.query(MIGRATION_LOCK);
    await migrate(db);
  } catch (error) {
    throw asDatabaseError(error, databaseUrl);
  } finally {
    await client.end();
  }
}
