import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Address } from 'viem';
import type { AgentConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import { passphraseIn } from '../key/key.ts';
import { backupName, backupsIn, pruneBackups } from './backup-files.ts';
import { makeBackup } from './make-backup.ts';

/** After a failure, for instance while the disk of the backups is not there. */
const RETRY_SEC = 900;

export interface BackupScheduleParts {
  config: AgentConfig;
  /** Undefined where the agent was not started from a file. */
  configFile: string | undefined;
  agentKey: Address;
  journal: Journal;
  nowSec: () => number;
  log: Logger;
}

/** For status and doctor; null where no backups are configured. */
export type BackupState = { newestAt: number | null; everyHours: number; failure: string | null } | null;

/** Makes backups at the configured interval while the agent runs, and keeps the newest. */
export class BackupSchedule {
  readonly #parts: BackupScheduleParts;
  #nextAt = 0;
  #failure: string | null = null;
  #running: Promise<void> | undefined;

  constructor(parts: BackupScheduleParts) {
    this.#parts = parts;
  }

  get state(): BackupState {
    const { config, agentKey } = this.#parts;
    if (config.backup === undefined) return null;
    const { folder, everyHours } = config.backup;
    return { newestAt: backupsIn(folder, agentKey)[0]?.at ?? null, everyHours, failure: this.#failure };
  }

  /** Once a second. */
  tick(at: number): void {
    const { config, configFile } = this.#parts;
    if (config.backup === undefined || configFile === undefined || this.#running !== undefined) return;
    if (this.#nextAt === 0)
      this.#nextAt = Math.min((this.state?.newestAt ?? 0) + this.#everySec(), at + this.#everySec());
    if (at < this.#nextAt) return;
    this.#running = this.#make(config.backup, configFile, at).finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no backup is being made. */
  async close(): Promise<void> {
    await this.#running;
  }

  #everySec(): number {
    return (this.#parts.config.backup?.everyHours ?? 0) * 3_600;
  }

  async #make(
    { folder, passphraseFile, keep }: NonNullable<AgentConfig['backup']>,
    configFile: string,
    at: number,
  ): Promise<void> {
    const { config, agentKey, journal, log } = this.#parts;
    const to = join(folder, backupName(agentKey, at));
    try {
      const passphrase = passphraseIn(passphraseFile, 'backup.passphraseFile') ?? '';
      const copyJournal = (file: string) => journal.copyTo(file);
      const request = { config, configFile, agentKey, passphrase, to, copyJournal, nowSec: at };
      const bytes = await makeBackup(request);
      pruneBackups(folder, agentKey, keep);
      this.#failure = null;
      this.#nextAt = at + this.#everySec();
      log.info({ file: to, bytes }, 'backup made');
    } catch (error) {
      this.#failure = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      this.#nextAt = at + RETRY_SEC;
      const remedy = 'It is tried again every quarter of an hour.';
      log.warn({ folder, detail: this.#failure, remedy }, 'no backup could be made');
    }
  }
}
