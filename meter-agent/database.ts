import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { MIGRATIONS } from './journal-schema.ts';

export type Row = Record<string, SQLInputValue>;

/**
 * One SQLite file, written through to the disk (WAL, synchronous FULL) and locked while it is open. Statements are
 * prepared once.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  #depth = 0;
  /** Called when a write was undone: whoever holds a copy in memory reads it again. */
  onRollback: () => void = () => {};

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
    this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const version = Number(this.get('PRAGMA user_version')?.user_version);
    this.atomically(() => {
      for (const migration of MIGRATIONS.slice(version)) this.exec(migration);
      this.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** All of it or nothing; on disk when it returns. Calls inside a call join it. */
  atomically<T>(write: () => T): T {
    if (this.#depth > 0) return write();
    this.#db.exec('BEGIN IMMEDIATE');
    this.#depth += 1;
    try {
      const result = write();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      this.onRollback();
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** Resolves when everything written so far is on disk. */
  async written(): Promise<void> {}

  protected exec(sql: string): void {
    this.#db.exec(sql);
  }

  protected run(sql: string, ...values: SQLInputValue[]) {
    return this.#prepare(sql).run(...values);
  }

  protected get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  protected all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  #prepare(sql: string) {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
