import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { backupName } from '../backup/backup-files.ts';
import { makeBackup } from '../backup/make-backup.ts';
import type { AgentConfig } from '../config/config.ts';
import { copyJournalFile } from '../journal/copy.ts';
import { journalFile } from '../journal/database.ts';
import { askJournalCopy, askStatus } from './ask-agent.ts';
import { backupPassphrase, newBackupPassphrase } from './backup-passphrase.ts';
import { addressOfKey } from './key.ts';
import { type Command, configFileOf, configOf, parseFlags } from './options.ts';
import { say } from './speech.ts';

const KIB = 1_024;

/** Writes a backup, also while the agent runs. */
export const backup: Command = async (args) => {
  const { values } = parseFlags(args, { to: { type: 'string' } });
  const [config, configFile] = [configOf(values), configFileOf(values)];
  const agentKey = addressOfKey(config.dataDir);
  const nowSec = Math.floor(Date.now() / 1_000);
  const folder = config.backup?.folder ?? process.cwd();
  const to = values.to === undefined ? join(folder, backupName(agentKey, nowSec)) : resolve(values.to);
  const passphrase = backupPassphrase(config) ?? (await newBackupPassphrase());
  const copyJournal = await copierOf(config);
  const bytes = await makeBackup({ config, configFile, agentKey, passphrase, to, copyJournal, nowSec });
  console.log(say('cli.backup.wrote', { file: to, kib: Math.ceil(bytes / KIB), agentKey }));
  console.log(say('cli.backup.keep'));
  for (const file of leftOut(config)) console.log(say('cli.backup.leftOut', { file }));
  return 0;
};

/** The running agent copies its own journal: nobody else may open it. */
async function copierOf({ dataDir }: AgentConfig) {
  if (!existsSync(journalFile(dataDir))) return undefined;
  const isRunning = (await askStatus(dataDir)) !== undefined;
  return async (file: string): Promise<void> => {
    if (isRunning && (await askJournalCopy(dataDir, file))) return;
    await copyJournalFile(journalFile(dataDir), file);
  };
}

/** Files of their own that the configuration names. */
export const leftOut = ({ ocpp, backup: regular }: AgentConfig): string[] =>
  [...Object.values(ocpp.tls ?? {}), regular?.passphraseFile].filter((file) => file !== undefined);
