import { closeSync, openSync, truncateSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** 256 KiB: as long as one step takes, a message of a charge point may have to wait. */
const PAGES_PER_STEP = 64;
const TRIES = 20;
const PAUSE_MS = 20;
/**
 * SQLITE_BUSY and SQLITE_LOCKED: a turn's writes were not committed yet. SQLITE_OK where a write of the meantime has
 * replaced the connection's code, which is read only after the step.
 */
const BUSY = new Set([0, 5, 6]);

const isBusy = (error: unknown): boolean => BUSY.has(Number((error as { errcode?: number }).errcode) & 0xff);

/**
 * A consistent copy of an open database in a new file that only its owner may read: in steps, or, where a write met a
 * step too often, in one piece.
 */
export async function copyDatabase(db: DatabaseSync, file: string): Promise<void> {
  closeSync(openSync(file, 'wx', 0o600));
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await backup(db, file, { rate: PAGES_PER_STEP });
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await delay(PAUSE_MS);
    }
  }
  await copyAtOnce(db, file);
}

/** Everything else in this process stands still meanwhile, so that no write comes between. */
export async function copyAtOnce(db: DatabaseSync, file: string): Promise<void> {
  while (db.isTransaction) await nextTurn();
  truncateSync(file);
  db.prepare('VACUUM INTO ?').run(file);
}

/** The same of a journal that no agent uses, as it is: an upgrade is not made. */
export async function copyJournalFile(from: string, file: string): Promise<void> {
  const db = new DatabaseSync(from);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;');
    await copyDatabase(db, file);
  } finally {
    db.close();
  }
}
