import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { PlugpactError } from '../../protocol/errors.ts';
import { Listeners } from '../lib/listeners.ts';
import { copyDatabase } from './copy.ts';
import { MIGRATIONS } from './migrations.ts';
import { ReadCache } from './read-cache.ts';

export type Row = Record<string, SQLInputValue>;

export const journalFile = (dataDir: string): string => join(dataDir, 'journal.sqlite');

/** The version of the journals that this agent writes; it upgrades older ones. */
export const JOURNAL_VERSION = MIGRATIONS.length;

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * One SQLite file, written through to the disk (WAL, synchronous FULL) and locked while it is open. Statements are
 * prepared once. All writes of one turn of the event loop are one commit: many wallboxes share one flush of the disk,
 * and everything sent to others waits for it (`written`, `afterCommit`).
 */
export class Database {
  protected readonly dataDir: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  readonly #scheduled = new Set<NodeJS.Immediate>();
  #isOpen = false;
  #isInside = false;
  #waiters: Waiter[] = [];
  #consequences: (() => void)[] = [];
  /** Emitted when a write was undone: holders of a copy in memory read it again. */
  readonly rolledBack = new Listeners();
  /** Emitted when a turn could not be written to the disk; those that wait for it get the error too. */
  readonly commitFailed = new Listeners<[error: unknown]>();

  /** The version that this start has upgraded; null for a new journal, and for one of the present version. */
  readonly upgradedFrom: number | null;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const file = journalFile(dataDir);
    // It contains start secrets and exact locations: readable by its owner only, also in a folder that others may
    // enter.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    this.#db = new DatabaseSync(file);
    this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    // Pages that change with every message are copied into the database once per 16 MB instead of per 4 MB.
    this.#db.exec('PRAGMA wal_autocheckpoint = 4000');
    const version = Number(this.get('PRAGMA user_version')?.user_version);
    if (version > JOURNAL_VERSION) {
      this.#db.close();
      throw newerJournal(version);
    }
    this.upgradedFrom = version > 0 && version < JOURNAL_VERSION ? version : null;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const migration of MIGRATIONS.slice(version)) {
        if (typeof migration === 'string') this.#db.exec(migration);
        else migration(this.#db);
      }
      this.#db.exec(`PRAGMA user_version = ${JOURNAL_VERSION}; COMMIT`);
    } catch (error) {
      // Everything is as it was: the version that wrote it can continue with it.
      this.#db.close();
      throw error;
    }
  }

  /** Flushes all writes to the disk. Effects not emitted by now are found again at the next start. */
  close(): void {
    this.#commit();
    for (const immediate of this.#scheduled) clearImmediate(immediate);
    this.#statements.clear();
    this.#db.close();
  }

  /** Writes a consistent copy of what is on disk into a new file, in small steps: the agent goes on meanwhile. */
  async copyTo(file: string): Promise<void> {
    await this.written();
    await copyDatabase(this.#db, file);
  }

  /** All or nothing, for this message alone; on disk when `written` resolves. Nested calls join the outer one. */
  atomically<T>(write: () => T): T {
    if (this.#isInside) return write();
    this.#begin();
    this.#prepare('SAVEPOINT message').run();
    const known = this.#consequences.length;
    this.#isInside = true;
    try {
      const result = write();
      this.#prepare('RELEASE message').run();
      return result;
    } catch (error) {
      this.#consequences.length = known;
      this.#undo(error);
      throw error;
    } finally {
      this.#isInside = false;
    }
  }

  /** Resolves when everything written so far is on disk; rejects when that failed. */
  written(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /**
   * Called once everything written so far is on disk and the messages that caused it are answered; never if that
   * fails.
   */
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

  /** For rows that are read with each message. */
  protected newCache<Value>(): ReadCache<Value> {
    const cache = new ReadCache<Value>();
    this.rolledBack.add(() => cache.clear());
    return cache;
  }

  #begin(): void {
    if (this.#db.isTransaction) return;
    // When the disk is full or fails, SQLite undoes the whole turn by itself.
    if (this.#isOpen) this.#fail(new Error('The journal could not be written.'));
    this.#prepare('BEGIN IMMEDIATE').run();
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
    // One turn later: answers that waited go out first.
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

/** Of a data folder or of a backup. */
export const newerJournal = (version: number): PlugpactError =>
  new PlugpactError({
    code: 'journal.newer',
    value: `version ${version}`,
    rule: `This agent knows journals up to version ${JOURNAL_VERSION}: what a newer one wrote it would lose. Nothing was changed.`,
    remedy:
      'Run the newer agent again. To stay with this one, restore a backup that was made before the upgrade: "plugpact-agent restore FILE --force".',
  });
