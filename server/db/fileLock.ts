import { DatabaseSync } from 'node:sqlite';
import { PlugpactError } from '../../protocol/errors.ts';

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5;

/**
 * Locks a database file for this process, by an exclusive transaction on an empty file beside it. The operating system
 * holds the lock, so that it ends with the process, however that ends.
 *
 * @returns what gives the lock back.
 * @throws PlugpactError `database.inUse` while another process, or another part of this one, holds it.
 */
export function lockFile(databaseFile: string): () => void {
  const lock = new DatabaseSync(`${databaseFile}.lock`);
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw inUse(databaseFile);
  }
  return () => lock.close();
}

const inUse = (databaseFile: string): PlugpactError =>
  new PlugpactError({
    code: 'database.inUse',
    value: `DATABASE_FILE = ${databaseFile}`,
    rule: 'One process at a time may use a database file, and another one uses this one.',
    remedy:
      'Stop the other process, or set DATABASE_FILE to another file. For several processes on one database, set DATABASE_URL to a PostgreSQL database.',
    retry: 'later',
  });
