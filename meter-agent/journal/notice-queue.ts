import type { Logger } from 'pino';
import { notice as noticeSchema } from '../../protocol/link.ts';
import type { Notice } from '../../protocol/notices.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Journal } from './journal.ts';

/** More than this wait only if the API is unreachable for very long: then the oldest are dropped. */
const MAX_WAITING = 1_000;
/** How many the status page shows. */
const RECENT = 20;
/** Taken notices are removed on disk after so many: until then a restarted agent sends them again. */
const ACKNOWLEDGED_PER_WRITE = 50;

export interface QueuedNotice {
  number: number;
  notice: Notice;
}

interface Queue {
  next: number;
  waiting: QueuedNotice[];
}

const NOTE = 'notices';

/**
 * Notices to drivers and hosts, on disk until the API has them. A notice that the protocol does not know would end
 * the connection for all others: it is only logged.
 */
export class NoticeQueue {
  /** Emitted when a new notice is on disk. */
  readonly added = new Listeners();
  /** The newest first, since this agent started. */
  readonly recent: Notice[] = [];
  readonly #journal: Journal;
  readonly #log: Logger;
  #queue: Queue;

  constructor(journal: Journal, log: Logger) {
    this.#journal = journal;
    this.#log = log;
    this.#queue = journal.note<Queue>(NOTE) ?? { next: 0, waiting: [] };
  }

  /** Notices that the API does not have, in their order. */
  get waiting(): readonly QueuedNotice[] {
    return this.#queue.waiting;
  }

  add(notice: Notice): void {
    this.#append(notice);
    this.recent.unshift(notice);
    this.recent.length = Math.min(this.recent.length, RECENT);
  }

  #append(notice: Notice): void {
    const { success, data, error } = noticeSchema.safeParse(notice);
    if (!success) {
      this.#log.error({ notice, detail: error.message }, 'a notice that the protocol does not know');
      return;
    }
    this.#log.warn(data, 'notice');
    const { next, waiting } = this.#queue;
    const all = [...waiting, { number: next, notice: data }];
    const kept = all.slice(-MAX_WAITING);
    if (kept.length < all.length) {
      const { code, at } = all[0]!.notice;
      this.#log.warn(
        { code, at, limit: MAX_WAITING },
        'too many notices wait for the API: the oldest is dropped',
      );
    }
    this.#keep({ next: next + 1, waiting: kept });
    this.#journal.afterCommit(() => this.added.emit());
  }

  /** The API has the notice of this number; false if that was known before. */
  acknowledged(number: number): boolean {
    const waiting = this.#queue.waiting.filter((queued) => queued.number !== number);
    if (waiting.length === this.#queue.waiting.length) return false;
    this.#queue = { ...this.#queue, waiting };
    // The API drops duplicates: not every notice needs its own write.
    if (waiting.length % ACKNOWLEDGED_PER_WRITE === 0) this.#keep(this.#queue);
    return true;
  }

  #keep(queue: Queue): void {
    this.#journal.setNote(NOTE, queue);
    this.#queue = queue;
  }
}
