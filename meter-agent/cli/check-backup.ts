import { backupsIn } from '../backup/backup-files.ts';
import { lastBackupAt } from '../backup/last-backup.ts';
import type { AgentConfig } from '../config/config.ts';
import { restoreText } from '../status/backup-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { type Finding, fail, ok, warn } from './findings.ts';
import { addressOfKey } from './key.ts';
import { say, speech } from './speech.ts';

const HOUR_SEC = 3_600;
/** One may be late: the agent was updated, or the machine was off. */
const LATE_TIMES = 2;

const ageText = (ageSec: number): string =>
  ageSec < 2 * HOUR_SEC
    ? say('cli.check.minutes', { n: Math.floor(ageSec / 60) })
    : say('cli.check.hours', { n: Math.floor(ageSec / HOUR_SEC) });

/** There is a recent backup. */
export function checkBackup({ backup, dataDir }: AgentConfig, nowSec: number): Finding[] {
  if (backup === undefined) {
    const at = lastBackupAt(dataDir);
    const last =
      at === null
        ? say('cli.check.backup.never')
        : say('cli.check.backup.last', { age: ageText(Math.max(0, nowSec - at)) });
    const text = say('cli.check.backup.none', { last });
    return [warn('backup', text, say('cli.check.backup.none.remedy'))];
  }
  const { folder, everyHours } = backup;
  const [newest] = backupsIn(folder, addressOfKey(dataDir));
  const remedy = say('cli.check.backup.remedy');
  if (newest === undefined) return [fail('backup', say('cli.check.backup.empty', { folder }), remedy)];
  const ageSec = Math.max(0, nowSec - newest.at);
  const text = say('cli.check.backup.age', { folder, age: ageText(ageSec) });
  const isLate = ageSec > LATE_TIMES * everyHours * HOUR_SEC;
  return [isLate ? fail('backup', text, remedy) : ok('backup', text)];
}

/** Bookings that wait since a restore. */
export function checkRestore(snapshot: Snapshot | undefined): Finding[] {
  const { restore = null } = snapshot ?? {};
  if (restore === null) return [];
  const text = say('cli.check.restored', { state: restoreText(restore, speech()) });
  if (restore.waiting === 0) return [ok('restore', text)];
  return [warn('restore', text, say('cli.check.restored.remedy'))];
}
