import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from 'viem';

const NAME = /^plugpact-agent-([0-9a-f]{8})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/;

const shortKey = (agentKey: Address): string => agentKey.slice(2, 10).toLowerCase();

/** The name of a backup: agents that share a folder are told apart by their key. */
export function backupName(agentKey: Address, atSec: number): string {
  const time = new Date(atSec * 1_000).toISOString().replace(/[-:]|\.\d+/g, '');
  return `plugpact-agent-${shortKey(agentKey)}-${time}.backup`;
}

export interface BackupFile {
  file: string;
  /** Unix seconds, by its name. */
  at: number;
}

/** The backups of an agent in a folder, the newest first. */
export function backupsIn(folder: string, agentKey: Address): BackupFile[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.flatMap((name) => {
    const [, key, ...parts] = NAME.exec(name) ?? [];
    if (key !== shortKey(agentKey)) return [];
    const [year, month, day, hour, minute, second] = parts.map(Number) as [number, ...number[]];
    const atMs = Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second);
    return [{ file: join(folder, name), at: Math.floor(atMs / 1_000) }];
  });
  return found.toSorted((a, b) => b.at - a.at);
}

/** Deletes all but the newest `kept` backups of an agent. */
export function pruneBackups(folder: string, agentKey: Address, kept: number): void {
  for (const { file } of backupsIn(folder, agentKey).slice(kept)) rmSync(file, { force: true });
}
