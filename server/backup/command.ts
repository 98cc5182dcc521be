import { stat } from 'node:fs/promises';
import { PlugpactError } from '../../protocol/errors.ts';
import { readStorage } from '../config.ts';
import { backUp } from './backup.ts';
import { restore } from './restore-from.ts';

const COMMANDS = ['backup', 'restore'] as const;
export type BackupCommand = (typeof COMMANDS)[number];

export const isBackupCommand = (word: string | undefined): word is BackupCommand =>
  COMMANDS.some((command) => command === word);

/** `backup FILE` or `restore FILE`, on the database that the environment names as for the server. */
export async function runBackupCommand(
  command: BackupCommand,
  [file]: readonly string[],
  env: Record<string, string | undefined>,
): Promise<string> {
  if (file === undefined || file.startsWith('-')) throw usage(command);
  const { market, ...database } = readStorage(env);
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1_000).toFixed(1);
  if (command === 'restore') {
    const { rows, tables, head } = await restore(database, file, { market });
    const made = new Date(head.madeAt * 1_000).toISOString();
    return `${rows} rows of ${tables} tables restored in ${seconds()} s, as of ${made}. Start the server: it follows the ledger again.`;
  }
  const { rows, tables } = await backUp(database, file, Math.floor(Date.now() / 1_000));
  const { size } = await stat(file);
  return `${file}: ${rows} rows of ${tables} tables, ${size} bytes, in ${seconds()} s.`;
}

const usage = (command: BackupCommand): PlugpactError =>
  new PlugpactError({
    code: 'backup.usage',
    rule: `${command} takes the name of a file.`,
    remedy: `For instance: npm run ${command} -- plugpact-backup.jsonl.gz`,
  });
