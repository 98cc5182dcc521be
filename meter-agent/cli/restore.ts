import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Address } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { type Restored, restoreBackup } from '../backup/restore.ts';
import { readConfig } from '../config/file.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { momentText } from '../status/times.ts';
import { askStatus } from './ask-agent.ts';
import { leftOut } from './backup.ts';
import { askBackupPassphrase, backupPassphrase } from './backup-passphrase.ts';
import { addressOfKey } from './key.ts';
import { type Command, configFileOf, parseFlags, usageError } from './options.ts';

/** Puts a backup into its place, for an agent on a new disk or another machine. */
export const restore: Command = async (args) => {
  const { values, positionals } = parseFlags(args, { force: { type: 'boolean', default: false } }, 1);
  const [file] = positionals;
  if (file === undefined)
    throw usageError('A backup is restored.', 'Like: plugpact-agent restore FILE.backup');
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
    `Restored the backup of ${momentText(manifest.createdAt)} into ${config.dataDir}.`,
    isConfigKept ? `${configFile} exists already and is kept.` : `Wrote ${configFile}.`,
    ...aside.map((file) => `Put aside: ${file}.`),
    ...leftOut(config)
      .filter((file) => !existsSync(file))
      .map((file) => `Bring back yourself: ${file}.`),
    '',
    'See that the old machine never runs this agent again: two with one key sign against each other.',
    'Then start it: plugpact-agent run. It asks ledger and API which readings were signed since the backup; until both have',
    'answered, the bookings of that time wait, and "plugpact-agent status" says so.',
  ].join('\n');
