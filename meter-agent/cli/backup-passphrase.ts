import type { AgentConfig } from '../config/config.ts';
import { passphraseIn, passphraseOf } from '../key/key.ts';
import { usageError } from './options.ts';
import { say } from './speech.ts';

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
    const passphrase = await askHidden(say('cli.backup.passphrase.new'));
    if (passphrase === (await askHidden(say('cli.passphrase.again')))) return passphrase;
    console.log(`  ${say('cli.passphrase.differ')}`);
  }
}

export async function askBackupPassphrase(): Promise<string> {
  const { askHidden } = await import('./questions.ts');
  requireTerminal();
  return askHidden(say('cli.backup.passphrase'));
}

function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw usageError(say('cli.backup.nobodyAsked'), say('cli.backup.nobodyAsked.remedy', { name: NAME }));
}
