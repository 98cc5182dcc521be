import { Client, type ClientConfig, Pool } from 'pg';
import type { PostgresConnections } from './postgresDialect.ts';
import { postgresTypes } from './postgresTypes.ts';

/** Connections of one process, beside those of its `Cluster`. PostgreSQL by default takes 100 of all processes. */
const POOL_SIZE = 10;

const CONNECT_TIMEOUT_MS = 10_000;

const configOf = (databaseUrl: string): ClientConfig => ({
  connectionString: databaseUrl,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  application_name: 'plugpact',
  keepAlive: true,
  types: postgresTypes,
});

/** A connection of its own, not connected yet. Its errors end in the promises of its users, never in the process. */
export function createClient(databaseUrl: string): Client {
  const client = new Client(configOf(databaseUrl));
  client.on('error', () => {});
  return client;
}

/** A pool of connections, each made when it is needed. A connection that is lost is replaced at the next use. */
export function openPostgres(databaseUrl: string): PostgresConnections {
  const pool = new Pool({ ...configOf(databaseUrl), max: POOL_SIZE });
  // Without listeners the loss of a connection would end the process; the query under way, if any, is refused.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return { pool, databaseUrl };
}
