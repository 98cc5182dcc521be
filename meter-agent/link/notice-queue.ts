import type { Logger } from 'pino';
import { type FromAgent, notice as noticeSchema } from '../../protocol/link.ts';
import type { Notice } from '../../protocol/notices.ts';
import type { Journal } from '../journal/journal.ts';

/** More than this wait only if the API is away for very long: the oldest are worth the least. */
const MAX_WAITING = 1_000;
/** So many are on their way at a time. */
const WINDOW = 50;
/** What the API did not take within this time is sent again. */
const RESEND_SEC = 60;

interface Queue {
  next: number;
  waiting: { number: number; notice: Notice }[];
}

const NOTE = 'notices';

interface NoticeConnection {
  /** False when the API cannot be told now. */
  send(message: FromAgent): boolean;
}

/**
 * What people are told, on disk until the API has it. In order; the API keeps one that comes twice once. A notice that
 * the protocol does not know would end the line for all others: it is told to the log alone.
 */
export class NoticeQueue {
  readonly #journal: Journal;
  readonly #line: NoticeConnection;
  readonly #log: Logger;
  #queue: Queue;
  /** Number of the first notice that was not sent over this line. */
  #unsent = 0;
  #sentAt = 0;

  constructor(journal: Journal, line: NoticeConnection, log: Logger) {
    this.#journal = journal;
    this.#line = line;
    this.#log = log;
    this.#queue = journal.note<Queue>(NOTE) ?? { next: 0, waiting: [] };
  }

  /** How many the API does not have. */
  get waiting(): number {
    return this.#queue.waiting.length;
  }

  add(said: Notice): void {
    const { success, data, error } = noticeSchema.safeParse(said);
    if (!success) {
      this.#log.error({ notice: said, detail: error.message }, 'a notice that the protocol does not know');
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
        'too many notices wait for the API: the oldest is gone',
      );
    }
    this.#keep({ next: next + 1, waiting: kept });
    this.#journal.afterCommit(() => this.#send());
  }

  /** Over a line that is new: what went into the old one may be lost. */
  sendAll(): void {
    this.#unsent = 0;
    this.#send();
  }

  /** The API has it. */
  taken(number: number): void {
    const waiting = this.#queue.waiting.filter((kept) => kept.number !== number);
    if (waiting.length === this.#queue.waiting.length) return;
    this.#queue = { ...this.#queue, waiting };
    // One that is sent twice is kept once: the disk may hear of the window's end alone.
    if (waiting.length % WINDOW === 0) this.#keep(this.#queue);
    this.#send();
  }

  /** Once a second. The API may not have known the booking yet. */
  tick(at: number): void {
    if (this.#queue.waiting.length === 0) {
      this.#sentAt = at;
    } else if (at - this.#sentAt >= RESEND_SEC) {
      this.#sentAt = at;
      this.sendAll();
    }
  }

  #keep(queue: Queue): void {
    this.#journal.setNote(NOTE, queue);
    this.#queue = queue;
  }

  #send(): void {
    for (const { number, notice } of this.#queue.waiting.slice(0, WINDOW)) {
      if (number < this.#unsent) continue;
      if (!this.#line.send({ type: 'notice', number, notice })) return;
      this.#unsent = number + 1;
    }
  }
}
