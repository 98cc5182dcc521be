import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  RawNode,
  type RootOperationNode,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Checkpoints } from './checkpoints.ts';
import { Mutex } from './mutex.ts';
import type { SqliteStatements } from './sqliteStatements.ts';

/** A statement that runs once for each list of values. Only this dialect knows it. */
export interface RepeatedQuery extends CompiledQuery {
  readonly lists: readonly (readonly unknown[])[];
}

export const repeatedQuery = (text: string, lists: RepeatedQuery['lists']): RepeatedQuery => ({
  ...CompiledQuery.raw(text),
  lists,
});

/** A script that may take seconds. Only this dialect knows it. */
export interface LongQuery extends CompiledQuery {
  readonly isLong: true;
}

/** @param script Statements with a transaction of their own: run it outside of one. */
export const longQuery = (script: string): LongQuery => ({ ...CompiledQuery.raw(script), isLong: true });

/** The connections to one file. `reader` is missing where there can be no second one, as for a database in memory. */
export interface SqliteConnections {
  writer: SqliteStatements;
  reader: SqliteStatements | undefined;
  checkpoints: Checkpoints | undefined;
  /** Runs a script while no other connection of this process writes; the event loop does not wait for it. */
  runLong(script: string): Promise<void>;
  close(): void;
}

/**
 * Kysely over node:sqlite. A SELECT outside of a transaction runs on the reading connection, at once, whatever
 * transaction is under way on the writing one; it sees the last commit. All else takes turns on the writing one.
 */
export class SqliteDialect implements Dialect {
  readonly #connections: SqliteConnections;

  constructor(connections: SqliteConnections) {
    this.#connections = connections;
  }

  createDriver = (): Driver => new SqliteDriver(this.#connections);
  createQueryCompiler = (): QueryCompiler => new SqliteQueryCompiler();
  createAdapter = () => new TransactionalAdapter();
  createIntrospector = (db: Kysely<unknown>) => new SqliteIntrospector(db);
}

class TransactionalAdapter extends SqliteAdapter {
  /** The driver itself lets the writers take turns. */
  override get supportsMultipleConnections(): true {
    return true;
  }

  /** A start that is killed while it migrates leaves the tables as they were. */
  override get supportsTransactionalDdl(): true {
    return true;
  }
}

const SELECT_TEXT = /^\s*select\b/i;

const isRead = (query: RootOperationNode, text: string): boolean =>
  SelectQueryNode.is(query) || (RawNode.is(query) && SELECT_TEXT.test(text));

class SqliteConnection implements DatabaseConnection {
  readonly #connections: SqliteConnections;
  readonly #turns: Mutex;
  #endTurn: (() => void) | undefined;

  constructor(connections: SqliteConnections, turns: Mutex) {
    this.#connections = connections;
    this.#turns = turns;
  }

  /** Waits for this connection's turn on the writing one, and keeps it until `release`. */
  async takeTurn(): Promise<void> {
    if (this.#endTurn !== undefined) return;
    this.#endTurn = await this.#turns.lock();
    await this.#connections.checkpoints?.beforeWrite();
  }

  release(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  async executeQuery<R>(compiled: CompiledQuery | RepeatedQuery | LongQuery): Promise<QueryResult<R>> {
    const { sql, parameters, query } = compiled;
    if ('isLong' in compiled) {
      await this.takeTurn();
      await this.#connections.runLong(sql);
      return { rows: [] };
    }
    const statements = await this.#statementsFor(query, sql);
    if (!('lists' in compiled)) return statements.execute<R>(sql, parameters);
    statements.executeEach(sql, compiled.lists);
    return { rows: [] };
  }

  async *streamQuery<R>({ sql, parameters, query }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statements = await this.#statementsFor(query, sql);
    for (const row of statements.iterate<R>(sql, parameters)) yield { rows: [row] };
  }

  async #statementsFor(query: RootOperationNode, text: string): Promise<SqliteStatements> {
    const { reader, writer } = this.#connections;
    if (reader !== undefined && this.#endTurn === undefined && isRead(query, text)) return reader;
    await this.takeTurn();
    return writer;
  }
}

class SqliteDriver implements Driver {
  readonly #connections: SqliteConnections;
  readonly #turns = new Mutex();

  constructor(connections: SqliteConnections) {
    this.#connections = connections;
  }

  init = async (): Promise<void> => {};
  acquireConnection = async (): Promise<DatabaseConnection> =>
    new SqliteConnection(this.#connections, this.#turns);

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    await connection.takeTurn();
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  releaseConnection = async (connection: SqliteConnection): Promise<void> => connection.release();
  destroy = async (): Promise<void> => this.#connections.close();
}
