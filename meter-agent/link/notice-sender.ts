import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { ApiLink } from './api-link.ts';

/** At most this many are sent and not yet acknowledged. */
const WINDOW = 50;
/** Notices not acknowledged within this time are sent again. */
const RESEND_SEC = 60;

/** Sends the waiting notices in their order; the API drops duplicates. */
export class NoticeSender {
  readonly #queue: NoticeQueue;
  readonly #link: ApiLink;
  /** Number of the first notice that was not sent over this connection. */
  #unsent = 0;
  #sentAt = 0;

  constructor(queue: NoticeQueue, link: ApiLink) {
    this.#queue = queue;
    this.#link = link;
    queue.added.add(() => this.#send());
    link.linked.add(() => this.#sendAll());
    link.noticeAcknowledged.add((number) => {
      if (queue.acknowledged(number)) this.#send();
    });
  }

  /** Once a second. The API may not have known the booking yet. */
  tick(at: number): void {
    if (this.#queue.waiting.length === 0) {
      this.#sentAt = at;
    } else if (at - this.#sentAt >= RESEND_SEC) {
      this.#sentAt = at;
      this.#sendAll();
    }
  }

  /** Notices sent over an older connection may be lost. */
  #sendAll(): void {
    this.#unsent = 0;
    this.#send();
  }

  #send(): void {
    for (const { number, notice } of this.#queue.waiting.slice(0, WINDOW)) {
      if (number < this.#unsent) continue;
      if (!this.#link.send({ type: 'notice', number, notice })) return;
      this.#unsent = number + 1;
    }
  }
}
