import type { Snapshot } from './snapshot.ts';
import { momentText } from './times.ts';

type Backups = Pick<Snapshot, 'backup' | 'lastBackupAt'>;

/** When the last backup was made, regularly or by hand. Times are in the reader's time zone. */
export function backupText({ backup, lastBackupAt }: Backups, timeZone?: string): string {
  const at = Math.max(lastBackupAt ?? 0, backup?.newestAt ?? 0);
  const last = at === 0 ? 'never made' : `last made at ${momentText(at, timeZone)}`;
  if (backup === null) return `${last}; none is made regularly`;
  return backup.failure === null ? last : `${last}; the newest try failed: ${backup.failure}`;
}

/** What still waits since a restore, and for whom. */
export function restoreText(
  { restoredAt, backupAt, waiting, canApiAnswer }: NonNullable<Snapshot['restore']>,
  timeZone?: string,
): string {
  const times = [restoredAt, backupAt].map((at) => momentText(at, timeZone));
  const since = `at ${times.join(', from the backup of ')}`;
  if (waiting === 0) return `${since}; nothing waits for it any more`;
  const forWhom =
    canApiAnswer === false
      ? 'this API is too old to say what was signed; its operator has to update it'
      : 'until ledger and API have said what was signed since then';
  const bookings = waiting === 1 ? '1 booking waits' : `${waiting} bookings wait`;
  return `${since}; ${bookings}: ${forWhom}`;
}
