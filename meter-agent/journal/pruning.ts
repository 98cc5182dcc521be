import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { bundleFolder, dropPlain, packBundle } from './bundle-files.ts';
import type { EvidenceBundles } from './evidence-bundles.ts';
import type { Journal } from './journal.ts';
import { keepRoom, measureRoom } from './room.ts';
import type { SessionStore } from './session-store.ts';

export interface PruningParts {
  config: { dataDir: string };
  journal: Journal;
  sessions: Pick<SessionStore, 'get'>;
  bundles: EvidenceBundles;
  log: Logger;
}

const DAY_SEC = 86_400;
const MEASURED_SEC = 366 * DAY_SEC;
/** One session at a time, so that no wallbox waits for the disk. */
const EACH_SEC = 60;
const ROOM_EACH_SEC = 3_600;
/** After its last deadline the ledger may still lose a session's end. */
const KEPT_SEC = DAY_SEC;

/**
 * Keeps the journal small: measured values for a year; a session's frames until its booking has ended for good and its
 * bundle is on disk, which is packed then. The bundle's file holds all that was pruned, byte by byte.
 */
export class Pruning {
  readonly #parts: PruningParts;
  #prunedAt = 0;
  #measuredAt = 0;

  constructor(parts: PruningParts) {
    this.#parts = parts;
  }

  /** Once a second. */
  tick(at: number): void {
    try {
      this.#keepSmall(at);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the journal was not pruned: tried again in a minute');
    }
  }

  #keepSmall(at: number): void {
    const { journal, config } = this.#parts;
    if (Math.abs(at - this.#prunedAt) >= EACH_SEC) {
      this.#prunedAt = at;
      journal.dropMeasuredBefore(at - MEASURED_SEC);
      this.pruneOne(at);
    }
    if (Math.abs(at - this.#measuredAt) < ROOM_EACH_SEC) return;
    this.#measuredAt = at;
    keepRoom(journal, measureRoom(journal, config.dataDir));
  }

  /** Prunes the oldest session that may be; returns whether there was one. */
  pruneOne(at: number): boolean {
    return this.#parts.journal.unprunedSessions().some((bookingId) => this.#prune(bookingId, at));
  }

  #prune(bookingId: Hex, at: number): boolean {
    const { journal, sessions, bundles, config } = this.#parts;
    const stored = sessions.get(bookingId) === undefined ? journal.session(bookingId) : undefined;
    if (stored === undefined || at <= stored.session.plan.times.reportBy + KEPT_SEC) return false;
    if (stored.session.nextSeq === 0) {
      journal.pruneSession(stored, '');
      return true;
    }
    const folder = bundleFolder(config.dataDir);
    const hash = bundles.hash(bookingId, stored.salt);
    if (!packBundle(folder, hash, stored.salt)) {
      bundles.write(bookingId, stored.salt);
      if (!packBundle(folder, hash, stored.salt)) return false;
    }
    bundles.forget(bookingId);
    journal.atomically(() => journal.pruneSession(stored, hash));
    journal.afterCommit(() => dropPlain(folder, hash));
    return true;
  }
}
