import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Address } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { type Restored, restoreBackup } from '../backup/restore.ts';
import { readConfig } from '../config/file.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { askStatus } from './ask-agent.ts';
import { leftOut } from './backup.ts';
import { askBackupPassphrase, backupPassphrase } from './backup-passphrase.ts';
import { addressOfKey } from './key.ts';
import { type Command, configFileOf, parseFlags, usageError } from './options.ts';
import { say, speech } from './speech.ts';

/** Puts a backup into its place, for an agent on a new disk or another machine. */
export const restore: Command = async (args) => {
  const { values, positionals } = parseFlags(args, { force: { type: 'boolean', default: false } }, 1);
  const [file] = positionals;
  if (file === undefined)
    throw usageError(
      say('cli.restore.needsFile'),
      say('cli.like', { command: 'plugpact-agent restore FILE.backup' }),
    );
  const configFile = configFileOf(values);
  await requireStopped(configFile);
  const passphrase = backupPassphrase(undefined) ?? (await askBackupPassphrase());
  const restored = await restoreBackup({
    ...{ file: resolve(file), passphrase, configFile, isForced: values.force },
    ...{ addressIn, nowSec: Math.floor(Date.now() / 1_000) },
  });
  console.log(textOf(restored, configFile));
  return 0;
};

async function requireStopped(configFile: string): Promise<void> {
  if (!existsSync(configFile)) return;
  const { dataDir } = readConfig(configFile);
  if ((await askStatus(dataDir)) === undefined) return;
  throw new PlugpactError({
    code: 'backup.agentRuns',
    value: dataDir,
    rule: 'A backup is not restored under a running agent.',
    remedy: 'Stop it first, or restore to another configuration with --config.',
  });
}

function addressIn(dataDir: string): Address | undefined {
  const isThere = existsSync(keyFile(dataDir)) || existsSync(keystoreFile(dataDir));
  return isThere ? addressOfKey(dataDir) : undefined;
}

const textOf = ({ manifest, config, isConfigKept, aside }: Restored, configFile: string): string =>
  [
    say('cli.restore.done', { at: speech().moment(manifest.createdAt), folder: config.dataDir }),
    say(isConfigKept ? 'cli.restore.kept' : 'cli.restore.wrote', { file: configFile }),
    ...aside.map((file) => say('cli.restore.aside', { file })),
    ...leftOut(config)
      .filter((file) => !existsSync(file))
      .map((file) => say('cli.restore.bringBack', { file })),
    '',
    say('cli.restore.oneAgent'),
    say('cli.restore.next'),
  ].join('\n');
