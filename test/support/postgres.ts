import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { postgresUrl } from '../../scripts/lib/postgres.ts';
import { SHARED_POSTGRES } from '../../scripts/lib/shared-postgres.ts';
import { openDatabase } from '../../server/db/open.ts';

/** A database of a test's own, on the run's one PostgreSQL server. */
export interface FreshPostgres {
  url: string;
  /** Ends all connections to it and removes it. */
  drop(): Promise<void>;
}

/** A database whose tables are there already: each fresh one is a copy of it. */
export const MIGRATED = 'migrated';

/** Any number: holds off others while the first one makes a database. */
const MAKING = 1;

let server: Promise<string> | undefined;
let migrated: Promise<string> | undefined;

const serverUrl = (): Promise<string> => {
  server ??= askForServer();
  return server;
};

/** Address of the run's server, which is started when nobody has asked before. */
async function askForServer(): Promise<string> {
  const address = process.env[SHARED_POSTGRES];
  if (address === undefined) throw new Error(`${SHARED_POSTGRES} is missing: run tests by vitest.config.ts.`);
  const response = await fetch(address);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const urlOf = (url: string, database: string): string => postgresUrl(Number(new URL(url).port), database);

/**
 * A database that all test files share, made by the first of them that asks. A test that writes into it copies it before.
 *
 * @returns its address.
 */
export async function sharedPostgres(
  name: string,
  template: string,
  make: (url: string) => Promise<void>,
): Promise<string> {
  const url = await serverUrl();
  await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MAKING]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(`create database making template ${template}`);
    await make(urlOf(url, 'making'));
    await client.query(`alter database making rename to ${name}`);
  });
  return urlOf(url, name);
}

/** Address of a database whose tables are there, and nothing else. */
export const migratedPostgres = (): Promise<string> =>
  sharedPostgres(MIGRATED, 'template1', async (databaseUrl) => (await openDatabase({ databaseUrl })).close());

/** A new database: migrated, unless it shall be empty. */
export async function freshPostgres({ isEmpty = false } = {}): Promise<FreshPostgres> {
  const url = await serverUrl();
  migrated ??= migratedPostgres();
  await migrated;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = isEmpty ? 'template1' : MIGRATED;
  await withClient(url, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  );
  return {
    url: urlOf(url, name),
    async drop() {
      await withClient(url, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}
