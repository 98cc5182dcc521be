import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileOf = (dataDir: string): string => join(dataDir, 'last-backup');

/** Beside the journal, not in it: a backup is also made while no agent runs. */
export function noteBackup(dataDir: string, at: number): void {
  writeFileSync(fileOf(dataDir), `${at}\n`, { mode: 0o600 });
}

/** When a backup of this folder was made last, in unix seconds; null: never. */
export function lastBackupAt(dataDir: string): number | null {
  try {
    const at = Number(readFileSync(fileOf(dataDir), 'utf8'));
    return Number.isSafeInteger(at) && at > 0 ? at : null;
  } catch {
    return null;
  }
}
