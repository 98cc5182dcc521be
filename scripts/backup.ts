import { runBackup } from './lib/backup-command.ts';

await runBackup('backup');
