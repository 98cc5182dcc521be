import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { asDatabaseError } from './postgresErrors.ts';

/** Each connection keeps what it prepared; texts beyond this number are prepared each time. */
const MAX_NAMED = 500;

/** The tables changed since the statement was prepared. */
const PLAN_OUTDATED = '0A000';

/** Names of statements by their text: PostgreSQL prepares a statement with a name once per connection. */
class StatementNames {
  readonly #names = new Map<string, string>();
  #count = 0;

  of(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size >= MAX_NAMED) return name;
    const added = `s${this.#count++}`;
    this.#names.set(text, added);
    return added;
  }

  forget(text: string): void {
    this.#names.delete(text);
  }
}

export interface PostgresConnections {
  pool: Pool;
  databaseUrl: string;
}

/** Kysely over a pool of `pg`, with statements that are prepared once per connection. */
export class PostgresDialect implements Dialect {
  readonly #connections: PostgresConnections;

  constructor(connections: PostgresConnections) {
    this.#connections = connections;
  }

  createDriver = (): Driver => new PostgresDriver(this.#connections);
  createQueryCompiler = (): QueryCompiler => new PostgresQueryCompiler();
  createAdapter = () => new PostgresAdapter();
  createIntrospector = (db: Kysely<unknown>) => new PostgresIntrospector(db);
}

class PostgresConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  readonly #names: StatementNames;
  readonly #databaseUrl: string;
  #isBroken = false;

  constructor(client: PoolClient, names: StatementNames, databaseUrl: string) {
    this.#client = client;
    this.#names = names;
    this.#databaseUrl = databaseUrl;
  }

  async executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const name = parameters.length === 0 ? undefined : this.#names.of(text);
    try {
      const values = [...parameters];
      const { command, rowCount, rows } = await this.#client.query({ ...(name && { name }), text, values });
      const isChange = command !== 'SELECT' && rowCount !== null;
      return { rows: rows as R[], ...(isChange && { numAffectedRows: BigInt(rowCount) }) };
    } catch (error) {
      if ((error as { code?: string }).code === PLAN_OUTDATED) this.#names.forget(text);
      throw asDatabaseError(error, this.#databaseUrl);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for it, and nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed from PostgreSQL: read them in pages.');
  }

  /** A connection whose transaction could not be ended is not used again. */
  discard(): void {
    this.#isBroken = true;
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }
}

class PostgresDriver implements Driver {
  readonly #connections: PostgresConnections;
  readonly #names = new StatementNames();

  constructor(connections: PostgresConnections) {
    this.#connections = connections;
  }

  init = async (): Promise<void> => {};

  async acquireConnection(): Promise<DatabaseConnection> {
    const { pool, databaseUrl } = this.#connections;
    const client = await pool.connect().catch((error: unknown) => {
      throw asDatabaseError(error, databaseUrl);
    });
    return new PostgresConnection(client, this.#names, databaseUrl);
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel } = settings;
    const level = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`;
    await connection.executeQuery(CompiledQuery.raw(`begin${level}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch (error) {
      connection.discard();
      throw error;
    }
  }

  releaseConnection = async (connection: PostgresConnection): Promise<void> => connection.release();

  destroy = (): Promise<void> => this.#connections.pool.end();
}
