import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** From this length on the write-ahead log is copied into the database file while writing goes on. */
const COPY_BYTES = 32 * 2 ** 20;
/** From this length on the next writer waits until it is copied: only then the log begins again at its start. */
const WAIT_BYTES = 64 * 2 ** 20;

/** The text is the worker's whole program, so that a packed server needs no second file. */
const PROGRAM = `
const { DatabaseSync } = require('node:sqlite');
const { parentPort, workerData } = require('node:worker_threads');
const database = new DatabaseSync(workerData);
parentPort.on('message', () => {
  database.exec('pragma wal_checkpoint(passive)');
  parentPort.postMessage('done');
});`;

/**
 * Copies the write-ahead log of a database file into it, on a thread of its own: on the thread of the server, which
 * would wait for the disk, it was the longest freeze of the event loop. The thread starts when it is first needed.
 */
export class Checkpoints {
  readonly #file: string;
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;

  constructor(databaseFile: string) {
    this.#file = databaseFile;
  }

  /** Call before a write, while no other one is under way. */
  async beforeWrite(): Promise<void> {
    const bytes = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < COPY_BYTES) return;
    if (bytes >= WAIT_BYTES) await this.#running;
    this.#running ??= this.#copy();
    if (bytes >= WAIT_BYTES) await this.#running;
  }

  close(): void {
    void this.#worker?.terminate();
  }

  async #copy(): Promise<void> {
    this.#worker ??= this.#start();
    const done = Promise.withResolvers<void>();
    this.#worker.once('message', done.resolve).once('exit', done.resolve);
    this.#worker.postMessage('copy');
    await done.promise;
    this.#worker?.off('message', done.resolve).off('exit', done.resolve);
    this.#running = undefined;
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { eval: true, workerData: this.#file });
    worker.unref();
    // It ends with its error. The writing connection copies a log that becomes very long itself.
    worker.on('error', () => {});
    worker.once('exit', () => {
      this.#worker = undefined;
    });
    return worker;
  }
}
