import { statSync } from 'node:fs';
import type { SqliteThread } from './sqliteThread.ts';

/**
 * From this length on the next writer waits until the write-ahead log is copied into the database file: the log then begins
 * again at its start. The longer it is, the more often a page is changed before it is copied once.
 */
export const COPY_BYTES = 64 * 2 ** 20;
/** What is kept of the file when the log begins again; without a limit it would stay long, and be copied at each write. */
export const KEPT_LOG_BYTES = COPY_BYTES / 2;

/**
 * Copies the write-ahead log of a database file into it, on a thread of its own: on the thread of the server, which
 * would wait for the disk, it was the longest freeze of the event loop.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #thread: SqliteThread;

  constructor(databaseFile: string, thread: SqliteThread) {
    this.#file = databaseFile;
    this.#thread = thread;
  }

  /** Call before a write, while no other one is under way. */
  async beforeWrite(): Promise<void> {
    const bytes = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < COPY_BYTES) return;
    // The writing connection copies a log that becomes very long itself.
    await this.#thread.run('pragma wal_checkpoint(passive)').catch(() => undefined);
  }
}
