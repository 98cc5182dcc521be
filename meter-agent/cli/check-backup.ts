import { backupsIn } from '../backup/backup-files.ts';
import { lastBackupAt } from '../backup/last-backup.ts';
import type { AgentConfig } from '../config/config.ts';
import { restoreText } from '../status/backup-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, fail, ok, warn } from './findings.ts';
import { addressOfKey } from './key.ts';

const HOUR_SEC = 3_600;
/** One may be late: the agent was updated, or the machine was off. */
const LATE_TIMES = 2;

const ageText = (ageSec: number): string =>
  ageSec < 2 * HOUR_SEC ? `${Math.floor(ageSec / 60)} minutes` : `${Math.floor(ageSec / HOUR_SEC)} hours`;

/** There is a recent backup. */
export function checkBackup({ backup, dataDir }: AgentConfig, nowSec: number): Finding[] {
  if (backup === undefined) {
    const remedy =
      'Run "plugpact-agent backup --to FILE" now and then, or set backup in the configuration: your listing names the key.';
    const at = lastBackupAt(dataDir);
    const last =
      at === null ? 'none was ever made' : `the last one is ${ageText(Math.max(0, nowSec - at))} old`;
    const text = `No regular backup is configured, and ${last}: a dead disk would take the key with it.`;
    return [warn('backup', text, remedy)];
  }
  const { folder, everyHours } = backup;
  const [newest] = backupsIn(folder, addressOfKey(dataDir));
  const remedy =
    'The running agent makes them: "plugpact-agent status" shows why one failed. See that the disk is there.';
  if (newest === undefined) return [fail('backup', `There is no backup in ${folder}.`, remedy)];
  const ageSec = Math.max(0, nowSec - newest.at);
  const text = `The newest backup in ${folder} is ${ageText(ageSec)} old.`;
  const isLate = ageSec > LATE_TIMES * everyHours * HOUR_SEC;
  return [isLate ? fail('backup', text, remedy) : ok('backup', text)];
}

/** Bookings that wait since a restore. */
export function checkRestore(snapshot: Snapshot | undefined): Finding[] {
  const { restore = null } = snapshot ?? {};
  if (restore === null) return [];
  const text = `Restored ${restoreText(restore)}.`;
  const remedy =
    'See that ledger and API can be reached: until both have answered, nothing is signed for these.';
  return [restore.waiting === 0 ? ok('restore', text) : warn('restore', text, remedy)];
}
