import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { PlugpactError } from '../../protocol/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import { MIGRATIONS } from './migrations.ts';

export type Row = Record<string, SQLInputValue>;

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * One SQLite file, written through to the disk (WAL, synchronous FULL) and locked while it is open. Statements are
 * prepared once. All that is written in one turn of the event loop is one commit: many wallboxes share one flush of
 * the disk, and what is said to the outside waits for it (`written`, `afterCommit`).
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  readonly #scheduled = new Set<NodeJS.Immediate>();
  #isOpen = false;
  #isInside = false;
  #waiters: Waiter[] = [];
  #consequences: (() => void)[] = [];
  /** Emitted when a write was undone: who holds a copy in memory reads it again. */
  readonly rolledBack = new Listeners();
  /** Emitted when nothing of a turn could be written to the disk; who waits for it gets the error too. */
  readonly commitFailed = new Listeners<[error: unknown]>();

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const file = join(dataDir, 'journal.sqlite');
    // Start secrets and places stand in it: its owner's alone, also in a folder that others may enter.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    this.#db = new DatabaseSync(file);
    this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    // Pages that change with every message are copied into the database once in 16 MB of them, not once in 4.
    this.#db.exec('PRAGMA wal_autocheckpoint = 4000');
    const version = Number(this.get('PRAGMA user_version')?.user_version);
    if (version > MIGRATIONS.length) {
      this.#db.close();
      throw newerJournal(version);
    }
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const migration of MIGRATIONS.slice(version)) {
        if (typeof migration === 'string') this.#db.exec(migration);
        else migration(this.#db);
      }
      this.#db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
    } catch (error) {
      // All of it is as it was: the version that wrote it can go on with it.
      this.#db.close();
      throw error;
    }
  }

  /** Brings what is written to the disk. Consequences not told by now are found again by the next start. */
  close(): void {
    this.#commit();
    for (const immediate of this.#scheduled) clearImmediate(immediate);
    this.#statements.clear();
    this.#db.close();
  }

  /** All of it or nothing, for this message alone; on disk when `written` resolves. Calls inside a call join it. */
  atomically<T>(write: () => T): T {
    if (this.#isInside) return write();
    this.#begin();
    this.#db.exec('SAVEPOINT message');
    const known = this.#consequences.length;
    this.#isInside = true;
    try {
      const result = write();
      this.#db.exec('RELEASE message');
      return result;
    } catch (error) {
      this.#consequences.length = known;
      this.#undo(error);
      throw error;
    } finally {
      this.#isInside = false;
    }
  }

  /** Resolves when everything written so far is on disk; rejects when it could not be brought there. */
  written(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Called once everything written so far is on disk, after the messages that brought it are answered; else never. */
  afterCommit(consequence: () => void): void {
    this.#begin();
    this.#consequences.push(consequence);
  }

  protected exec(sql: string): void {
    this.#begin();
    this.#db.exec(sql);
  }

  protected run(sql: string, ...values: SQLInputValue[]) {
    this.#begin();
    return this.#prepare(sql).run(...values);
  }

  protected get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  protected all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  #begin(): void {
    if (this.#db.isTransaction) return;
    // Where the disk is full or fails, SQLite undoes the whole turn by itself.
    if (this.#isOpen) this.#fail(new Error('The journal could not be written.'));
    this.#db.exec('BEGIN IMMEDIATE');
    this.#isOpen = true;
    this.#later(() => this.#commit());
  }

  #commit(): void {
    if (!this.#isOpen) return;
    try {
      this.#db.exec('COMMIT');
      this.#isOpen = false;
    } catch (error) {
      this.#fail(error);
      return;
    }
    const [waiters, consequences] = [this.#waiters, this.#consequences];
    this.#waiters = [];
    this.#consequences = [];
    for (const { resolve } of waiters) resolve();
    // A turn later: the answers that waited go out first.
    if (consequences.length > 0) this.#later(() => consequences.forEach((consequence) => void consequence()));
  }

  /** Undoes one message, or the whole turn where SQLite did that already. */
  #undo(error: unknown): void {
    if (!this.#db.isTransaction) {
      this.#fail(error);
      return;
    }
    this.#db.exec('ROLLBACK TO message; RELEASE message');
    this.rolledBack.emit();
  }

  #fail(error: unknown): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    this.#isOpen = false;
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#consequences = [];
    this.rolledBack.emit();
    this.commitFailed.emit(error);
    for (const { reject } of waiters) reject(error);
  }

  #later(act: () => void): void {
    const immediate = setImmediate(() => {
      this.#scheduled.delete(immediate);
      act();
    });
    this.#scheduled.add(immediate);
  }

  #prepare(sql: string) {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const newerJournal = (version: number): PlugpactError =>
  new PlugpactError({
    code: 'journal.newer',
    value: `version ${version}`,
    rule: `This agent knows journals up to version ${MIGRATIONS.length}: what a newer one wrote it would lose.`,
    remedy: 'Run the newer agent again.',
  });
