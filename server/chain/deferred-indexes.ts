import { CompiledQuery, PostgresAdapter, sql } from 'kysely';
import { longQuery } from '../db/sqliteDialect.ts';
import type { Db } from '../db.ts';
import { run } from './statements.ts';

const TABLES = ['account_moves', 'bookings', 'listings', 'terms'];

interface Index {
  name: string;
  /** The statement that makes it. */
  definition: string;
}

/**
 * What following the ledger itself needs stays: the keys, and the blocks in which versions began, which come in order and
 * cost little.
 */
const isDeferred = ({ definition }: Index): boolean =>
  /^create index/i.test(definition) && !/\("?from_block"?\)/.test(definition);

/**
 * The indexes that only readers need. To keep them takes most of the time of writing a version, so they are taken away
 * before most of the history is written, and built at its end from the rows that are then current. What is missing stands
 * in the database, changed in one transaction with each index: a process that is killed leaves either. Until they are
 * built every answer is right, and may be slow.
 */
export class DeferredIndexes {
  readonly #db: Db;
  #areBuilt = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Takes the indexes away. */
  async defer(): Promise<void> {
    const indexes = (await this.#present()).filter(isDeferred);
    if (indexes.length > 0) this.#areBuilt = false;
    // Each by itself: a transaction that locks several tables could wait for a reader that waits for it.
    for (const { name, definition } of indexes) {
      const noted = `insert into deferred_indexes (name, definition) values (${quoted(name)}, ${quoted(definition)})`;
      await this.#change([noted, `drop index "${name}"`]);
    }
  }

  /** Builds what is missing, one index after the other; the rest when it is called again after `signal` aborted. */
  async build(signal: AbortSignal): Promise<void> {
    if (this.#areBuilt) return;
    const missing = await this.#db.selectFrom('deferredIndexes').selectAll().orderBy('name').execute();
    const present = new Set((await this.#present()).map(({ name }) => name));
    for (const { name, definition } of missing) {
      if (signal.aborted) return;
      const built = `delete from deferred_indexes where name = ${quoted(name)}`;
      await this.#change(present.has(name) ? [built] : [definition, built]);
    }
    this.#areBuilt = true;
  }

  async #present(): Promise<Index[]> {
    const tables = sql.join(TABLES);
    const catalog = this.#isPostgres
      ? sql<Index>`select indexname as name, indexdef as definition from pg_indexes
          where schemaname = current_schema() and tablename in (${tables})`
      : sql<Index>`select name, sql as definition from sqlite_master
          where type = 'index' and sql is not null and tbl_name in (${tables})`;
    return (await catalog.execute(this.#db)).rows;
  }

  /** In one transaction. On SQLite, whose driver is synchronous, on another thread. */
  async #change(statements: readonly string[]): Promise<void> {
    if (!this.#isPostgres) {
      const script = ['begin immediate', ...statements, 'commit'].join(';\n');
      await this.#db.executeQuery(longQuery(script));
      return;
    }
    await this.#db.transaction().execute(async (tx) => {
      for (const statement of statements) await run(tx, CompiledQuery.raw(statement));
    });
  }

  get #isPostgres(): boolean {
    return this.#db.getExecutor().adapter instanceof PostgresAdapter;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
