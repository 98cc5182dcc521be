import { Worker } from 'node:worker_threads';

/** The text is the worker's whole program, so that a packed server needs no second file. */
const PROGRAM = `
const { DatabaseSync } = require('node:sqlite');
const { parentPort, workerData } = require('node:worker_threads');
const database = new DatabaseSync(workerData.file, { timeout: workerData.timeoutMs });
parentPort.on('message', (script) => {
  try {
    database.exec(script);
    parentPort.postMessage(undefined);
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    parentPort.postMessage(error.message);
  }
});`;

/** Another connection may be writing for as long as this. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Runs what takes longer than the event loop may stand still, one script after the other, on a thread and a connection of
 * its own. The thread starts when it is first needed.
 */
export class SqliteThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(databaseFile: string) {
    this.#file = databaseFile;
  }

  /** @throws Error with SQLite's message; a transaction that the script began is rolled back then. */
  run(script: string): Promise<void> {
    const run = this.#last.then(() => this.#runNow(script));
    this.#last = run.catch(() => undefined);
    return run;
  }

  close(): void {
    void this.#worker?.terminate();
  }

  async #runNow(script: string): Promise<void> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const onExit = () => resolve('The thread ended.');
    worker.once('message', resolve).once('exit', onExit);
    worker.ref();
    worker.postMessage(script);
    const failure = await promise;
    worker.off('message', resolve).off('exit', onExit);
    worker.unref();
    if (failure !== undefined) throw new Error(`A script for SQLite failed: ${failure}`);
  }

  #start(): Worker {
    const workerData = { file: this.#file, timeoutMs: BUSY_TIMEOUT_MS };
    const worker = new Worker(PROGRAM, { eval: true, workerData });
    // It ends with its error, and the script with it.
    worker.on('error', () => {});
    worker.once('exit', () => {
      this.#worker = undefined;
    });
    return worker;
  }
}
