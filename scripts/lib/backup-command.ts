import { type BackupCommand, runBackupCommand } from '../../server/backup/command.ts';

/** `npm run backup -- FILE` and `npm run restore -- FILE`. Exit code 2: it could not be done. */
export async function runBackup(command: BackupCommand): Promise<void> {
  try {
    console.log(await runBackupCommand(command, process.argv.slice(2), process.env));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
