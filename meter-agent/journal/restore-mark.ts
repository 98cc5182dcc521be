import { DatabaseSync } from 'node:sqlite';
import type { BookingFact } from '../session/booking-facts.ts';
import { toJson } from './json.ts';
import type { LedgerRecords } from './ledger-records.ts';

/** Note of a journal that was restored from a backup. */
export const RESTORE_NOTE = 'restored';

export interface RestoreMark {
  /** Unix seconds, by the clock of the machine. */
  restoredAt: number;
  backupAt: number;
  /** Whether the sessions of the backup know it. */
  isApplied: boolean;
  /** The newest block when the ledger was first reached after the restore; null before. */
  throughBlock: number | null;
}

/** A booking of the last blocks may come back in a later one. */
const REORG_BLOCKS = 64;

export const restoreMarkOf = (journal: Pick<LedgerRecords, 'note'>): RestoreMark | undefined =>
  journal.note<RestoreMark>(RESTORE_NOTE);

/** Whether a booking that the journal does not know may be one for which the lost journal signed. */
export function isBeforeRestore(mark: RestoreMark, { moments }: Pick<BookingFact, 'moments'>): boolean {
  const [booked] = moments;
  if (mark.throughBlock === null || booked === undefined) return true;
  return booked.block <= mark.throughBlock + REORG_BLOCKS;
}

/** The lost journal may have given more numbers to transactions than the backup knows: charge points still use them. */
const TRANSACTIONS_GAP = 10_000;

/** Marks the journal of a backup, before any agent opens it. */
export function markRestored(file: string, times: Pick<RestoreMark, 'restoredAt' | 'backupAt'>): void {
  const mark: RestoreMark = { ...times, isApplied: false, throughBlock: null };
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE;');
    db.prepare('INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)').run(RESTORE_NOTE, toJson(mark));
    const raise = db.prepare("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'transactions'");
    if (raise.run(TRANSACTIONS_GAP).changes === 0) {
      const add = db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('transactions', ?)");
      add.run(TRANSACTIONS_GAP);
    }
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}
