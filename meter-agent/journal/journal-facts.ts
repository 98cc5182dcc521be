import { DatabaseSync } from 'node:sqlite';
import type { Address } from 'viem';
import { fromJson } from './json.ts';

/** What a journal says of itself, whatever its version. */
export interface JournalFacts {
  version: number;
  /** The ledger that it follows; null while none was reached. */
  ledger: { chainId: number; market: Address } | null;
  /** When its newest event happened, unix seconds; null where there is none. */
  lastAt: number | null;
}

/** Reads a journal that no agent uses; changes nothing in it. */
export function journalFactsOf(file: string): JournalFacts {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version === 0) return { version, ledger: null, lastAt: null };
    const note = db.prepare("SELECT value FROM notes WHERE key = 'ledger'").get()?.value;
    const event = db.prepare('SELECT event FROM events ORDER BY id DESC LIMIT 1').get()?.event;
    return {
      version,
      ledger: note === undefined ? null : fromJson<{ ref: JournalFacts['ledger'] }>(String(note)).ref,
      lastAt: event === undefined ? null : fromJson<{ at: number }>(String(event)).at,
    };
  } finally {
    db.close();
  }
}

/** Whether no agent has the journal open. */
export function isJournalFree(file: string): boolean {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;');
    return true;
  } catch {
    return false;
  } finally {
    db.close();
  }
}
