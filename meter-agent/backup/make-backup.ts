import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Address } from 'viem';
import type { AgentConfig } from '../config/config.ts';
import { journalFactsOf } from '../journal/journal-facts.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { archiveOf, type Member } from './archive.ts';
import { noteBackup } from './last-backup.ts';
import { sealFile } from './sealed-file.ts';

/** Older evidence is settled beyond dispute: copy it once, it never changes. */
const EVIDENCE_KEPT_SEC = 30 * 86_400;

export const JOURNAL_NAME = 'journal.sqlite';

export interface BackupRequest {
  config: Pick<AgentConfig, 'dataDir' | 'market'>;
  configFile: string;
  agentKey: Address;
  passphrase: string;
  /** The file to write. */
  to: string;
  /** Writes a consistent copy of the journal into a new file; undefined where there is no journal. */
  copyJournal: ((file: string) => Promise<void>) | undefined;
  nowSec: number;
}

/** Writes one sealed file with configuration, key, journal and the newest evidence; returns its size in bytes. */
export async function makeBackup(request: BackupRequest): Promise<number> {
  const { config, configFile, agentKey, passphrase, to, copyJournal, nowSec } = request;
  const folder = await mkdtemp(join(config.dataDir, '.backup-'));
  const part = `${to}.part`;
  try {
    const journal = join(folder, JOURNAL_NAME);
    await copyJournal?.(journal);
    const facts = copyJournal === undefined ? undefined : journalFactsOf(journal);
    const members: Member[] = [
      { name: basename(configFile), file: configFile },
      ...keyMembers(config.dataDir),
      ...(facts === undefined ? [] : [{ name: JOURNAL_NAME, file: journal }]),
      ...(await evidenceMembers(join(config.dataDir, 'evidence'), nowSec - EVIDENCE_KEPT_SEC)),
    ];
    const manifest = {
      ...{ createdAt: nowSec, agentKey, market: config.market, config: basename(configFile) },
      ...{ chainId: facts?.ledger?.chainId ?? null, journalVersion: facts?.version ?? 0 },
    };
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rm(part, { force: true });
    await sealFile(part, passphrase, { createdAt: nowSec, agentKey }, archiveOf(manifest, members));
    await rename(part, to);
    noteBackup(config.dataDir, nowSec);
    return (await stat(to)).size;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(part, { force: true });
  }
}

const keyMembers = (dataDir: string): Member[] =>
  [keyFile(dataDir), keystoreFile(dataDir)]
    .filter(existsSync)
    .map((file) => ({ name: basename(file), file }));

async function evidenceMembers(folder: string, fromSec: number): Promise<Member[]> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const members: Member[] = [];
  for (const name of names.filter((found) => /\.(jsonl|salt)$/.test(found))) {
    const file = join(folder, name);
    if ((await stat(file)).mtimeMs >= fromSec * 1_000) members.push({ name: `evidence/${name}`, file });
  }
  return members;
}
