import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Address, isAddressEqual } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { AgentConfig } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import { JOURNAL_VERSION, journalFile, newerJournal } from '../journal/database.ts';
import { journalFactsOf } from '../journal/journal-facts.ts';
import { markRestored } from '../journal/restore-mark.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { type Manifest, readManifest, unpack } from './archive.ts';
import { JOURNAL_NAME } from './make-backup.ts';
import { openSealedFile } from './sealed-file.ts';

export interface RestoreRequest {
  /** The backup. */
  file: string;
  passphrase: string;
  /** Where the configuration goes; one that is there already is kept. */
  configFile: string;
  /** Journal and key that are there already are put aside. */
  isForced: boolean;
  /** The address of the key in a data folder; undefined where there is none. */
  addressIn: (dataDir: string) => Address | undefined;
  nowSec: number;
}

export interface Restored {
  manifest: Manifest;
  config: AgentConfig;
  isConfigKept: boolean;
  /** Files that were put aside. */
  aside: string[];
}

/**
 * Unpacks a backup beside the configuration, checks everything, and only then puts it in its place, the journal last. A
 * refusal changes nothing. Throws PlugpactError `backup.…`, `journal.newer`, `config.…`.
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { file, passphrase, configFile, nowSec } = request;
  mkdirSync(dirname(configFile), { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(dirname(configFile), '.restore-'));
  try {
    const archive = join(folder, 'archive');
    await openSealedFile(file, passphrase, archive);
    const content = await readManifest(archive);
    const { manifest } = content;
    if (manifest.journalVersion > JOURNAL_VERSION) throw newerJournal(manifest.journalVersion);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(join(unpacked, 'evidence'), { recursive: true, mode: 0o700 });
    await unpack(archive, content, (name) => join(unpacked, name));
    const isConfigKept = existsSync(configFile);
    // Relative paths count from where the file will be.
    const config = readConfig(isConfigKept ? configFile : join(unpacked, manifest.config), configFile);
    requireSameMarket(config, manifest, configFile);
    const conflicts = conflictsOf(request, config.dataDir, manifest);
    const journal = join(unpacked, JOURNAL_NAME);
    if (existsSync(journal)) markRestored(journal, { restoredAt: nowSec, backupAt: manifest.createdAt });
    const aside = conflicts.map((found) => putAside(found, nowSec));
    place(unpacked, manifest, config.dataDir, isConfigKept ? undefined : configFile);
    return { manifest, config, isConfigKept, aside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireSameMarket({ market }: AgentConfig, manifest: Manifest, configFile: string): void {
  if (isAddressEqual(market, manifest.market as Address)) return;
  throw otherMarket(`${market} in ${configFile}, ${manifest.market} in the backup`);
}

/** The files that the restored ones would replace. Throws where they may not be put aside. */
function conflictsOf(
  { configFile, isForced, addressIn }: RestoreRequest,
  dataDir: string,
  manifest: Manifest,
): string[] {
  const journal = journalFile(dataDir);
  const isThere = existsSync(journal);
  const facts = isThere ? journalFactsOf(journal) : undefined;
  const market = facts?.ledger?.market;
  if (market !== undefined && !isAddressEqual(market, manifest.market as Address)) {
    throw otherMarket(`${market} in ${journal}, ${manifest.market} in the backup`);
  }
  if (isThere && !isForced) throw journalExists(journal, facts?.lastAt ?? null, manifest.createdAt);
  const address = addressIn(dataDir);
  const isOtherKey = address !== undefined && !isAddressEqual(address, manifest.agentKey as Address);
  if (isOtherKey && !isForced) throw keyExists(`${address} in ${dataDir}, configured by ${configFile}`);
  const journals = ['', '-wal', '-shm'].map((end) => journal + end);
  const keys = address === undefined ? [] : [keyFile(dataDir), keystoreFile(dataDir)];
  return [...journals, ...keys].filter(existsSync);
}

function putAside(file: string, nowSec: number): string {
  const to = `${file}.before-restore-${nowSec}`;
  renameSync(file, to);
  return to;
}

/** The journal comes last: without it no agent takes the folder for a whole one. */
function place(unpacked: string, manifest: Manifest, dataDir: string, configFile: string | undefined): void {
  mkdirSync(join(dataDir, 'evidence'), { recursive: true, mode: 0o700 });
  const names = manifest.files.map(({ name }) => name).filter((name) => name !== JOURNAL_NAME);
  for (const name of names) {
    const to = name === manifest.config ? configFile : join(dataDir, name);
    if (to !== undefined) move(join(unpacked, name), to);
  }
  const journal = join(unpacked, JOURNAL_NAME);
  if (existsSync(journal)) move(journal, journalFile(dataDir));
}

/** Also onto another disk. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copyFileSync(from, `${to}.new`);
    renameSync(`${to}.new`, to);
  }
}

const otherMarket = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.otherMarket',
    value,
    rule: 'A backup is restored for the market that it was made for.',
    remedy:
      'Name another configuration with --config, or take the backup of this market. Nothing was changed.',
  });

const text = (sec: number): string => new Date(sec * 1_000).toISOString();

function journalExists(journal: string, lastAt: number | null, backupAt: number): PlugpactError {
  const isNewer = lastAt !== null && lastAt > backupAt;
  const last = lastAt === null ? 'without events' : `last event ${text(lastAt)}`;
  return new PlugpactError({
    code: isNewer ? 'backup.journalNewer' : 'backup.journalExists',
    value: `${journal}, ${last}; the backup is of ${text(backupAt)}`,
    rule: isNewer
      ? 'There is a newer journal than that of the backup: what it knows would be lost.'
      : 'There is a journal already.',
    remedy:
      'Run the agent with it if it is whole. "--force" puts it aside, never deletes it. Nothing was changed.',
  });
}

const keyExists = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.keyExists',
    value,
    rule: 'There is another key than that of the backup.',
    remedy: 'Name another configuration with --config; "--force" puts the key aside. Nothing was changed.',
  });
