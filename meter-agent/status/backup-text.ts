import type { Speech } from '../words/speech.ts';
import type { Snapshot } from './snapshot.ts';

type Backups = Pick<Snapshot, 'backup' | 'lastBackupAt'>;

/** When the last backup was made, regularly or by hand. */
export function backupText({ backup, lastBackupAt }: Backups, { say, moment }: Speech): string {
  const at = Math.max(lastBackupAt ?? 0, backup?.newestAt ?? 0);
  const last = at === 0 ? say('backup.never') : say('backup.last', { at: moment(at) });
  if (backup === null) return say('backup.notRegular', { last });
  return backup.failure === null ? last : say('backup.failed', { last, failure: backup.failure });
}

/** What still waits since a restore, and for whom. */
export function restoreText(
  { restoredAt, backupAt, waiting, canApiAnswer }: NonNullable<Snapshot['restore']>,
  { say, moment }: Speech,
): string {
  const times = { restoredAt: moment(restoredAt), backupAt: moment(backupAt) };
  if (waiting === 0) return say('restore.done', times);
  return say('restore.waits', { ...times, n: waiting, isApiOld: canApiAnswer === false ? 'yes' : 'no' });
}
