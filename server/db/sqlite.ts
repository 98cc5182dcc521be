import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Checkpoints, KEPT_LOG_BYTES } from './checkpoints.ts';
import { lockFile } from './fileLock.ts';
import type { SqliteConnections } from './sqliteDialect.ts';
import { SqliteStatements } from './sqliteStatements.ts';
import { SqliteThread } from './sqliteThread.ts';

const IN_MEMORY = ':memory:';

/** Another program may look into the file, for instance for a backup; this is how long a statement waits for it. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database file, creates it when missing, and locks it for this process.
 *
 * @throws PlugpactError `database.inUse`.
 */
export function openSqlite(file: string): SqliteConnections {
  if (file === IN_MEMORY) return inMemory();
  mkdirSync(dirname(file), { recursive: true });
  const unlock = lockFile(file);
  try {
    const writer = openWriter(file);
    const reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    reader.exec('pragma query_only = on');
    const thread = new SqliteThread(file);
    return {
      writer: new SqliteStatements(writer),
      reader: new SqliteStatements(reader),
      checkpoints: new Checkpoints(file, thread),
      runLong: (script) => thread.run(script),
      close() {
        thread.close();
        reader.close();
        writer.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Pages of 4 KiB: above this length of the write-ahead log the writing connection copies it itself. */
const LONGEST_LOG_PAGES = 32_768;

/** Holds what a range of the ledger changes: with less, pages are written to the log several times. */
const CACHE_KIB = 20 * 1_024;

/**
 * `synchronous = normal` is enough, since the index can be rebuilt. `secure_delete`: what people delete is overwritten in the
 * file, not only unlinked.
 */
function openWriter(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on');
  database.exec(
    `pragma wal_autocheckpoint = ${LONGEST_LOG_PAGES}; pragma journal_size_limit = ${KEPT_LOG_BYTES}`,
  );
  database.exec(`pragma cache_size = -${CACHE_KIB}`);
  return database;
}

function inMemory(): SqliteConnections {
  const database = new DatabaseSync(IN_MEMORY);
  return {
    writer: new SqliteStatements(database),
    reader: undefined,
    checkpoints: undefined,
    async runLong(script) {
      try {
        database.exec(script);
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
    close: () => database.close(),
  };
}
