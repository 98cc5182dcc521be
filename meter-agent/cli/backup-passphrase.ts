import type { AgentConfig } from '../config/config.ts';
import { passphraseIn, passphraseOf } from '../key/key.ts';
import { usageError } from './options.ts';

const NAME = 'PLUGPACT_BACKUP_PASSPHRASE';

/** From the environment, or from the file that the configuration names; undefined where nobody gave one. */
export function backupPassphrase(config: Pick<AgentConfig, 'backup'> | undefined): string | undefined {
  const given = passphraseOf(process.env, NAME);
  const file = config?.backup?.passphraseFile;
  return given ?? (file === undefined ? undefined : passphraseIn(file, 'backup.passphraseFile'));
}

/** Asks for a new one, twice. */
export async function newBackupPassphrase(): Promise<string> {
  const { askHidden } = await import('./questions.ts');
  requireTerminal();
  for (;;) {
    const passphrase = await askHidden('Passphrase for the backup, several words: ');
    if (passphrase === (await askHidden('The same again: '))) return passphrase;
    console.log('  The two differ.');
  }
}

export async function askBackupPassphrase(): Promise<string> {
  const { askHidden } = await import('./questions.ts');
  requireTerminal();
  return askHidden('Passphrase of the backup: ');
}

function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  const remedy = `Set ${NAME}_FILE to a file whose first line is the passphrase, or ${NAME}.`;
  throw usageError('A backup needs a passphrase, and nobody can be asked here.', remedy);
}
