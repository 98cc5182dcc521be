import { runBackup } from './lib/backup-command.ts';

await runBackup('restore');
