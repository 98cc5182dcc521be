import { statSync } from 'node:fs';
import type { SqliteThread } from './sqliteThread.ts';

/** From this length on the write-ahead log is copied into the database file while writing goes on. */
const COPY_BYTES = 32 * 2 ** 20;
/** From this length on the next writer waits until it is copied: only then the log begins again at its start. */
const WAIT_BYTES = 64 * 2 ** 20;

/**
 * Copies the write-ahead log of a database file into it, on a thread of its own: on the thread of the server, which
 * would wait for the disk, it was the longest freeze of the event loop.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #thread: SqliteThread;
  #running: Promise<void> | undefined;

  constructor(databaseFile: string, thread: SqliteThread) {
    this.#file = databaseFile;
    this.#thread = thread;
  }

  /** Call before a write, while no other one is under way. */
  async beforeWrite(): Promise<void> {
    const bytes = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < COPY_BYTES) return;
    if (bytes >= WAIT_BYTES) await this.#running;
    this.#running ??= this.#copy();
    if (bytes >= WAIT_BYTES) await this.#running;
  }

  async #copy(): Promise<void> {
    // The writing connection copies a log that becomes very long itself.
    await this.#thread.run('pragma wal_checkpoint(passive)').catch(() => undefined);
    this.#running = undefined;
  }
}
