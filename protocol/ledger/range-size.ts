/** An answer of this many events is decoded and written in one go. */
export const TARGET_EVENTS = 2_000;
const TARGET_BYTES = 1_000_000;
const TARGET_MS = 2_000;

const FIRST_BLOCKS = 256;
const MOST_BLOCKS = 1_000_000;
/** A length that was refused is tried again after this many answers. */
const ANSWERS_UNTIL_RETRY = 64;

/** What an answer weighed. */
export interface AnswerSize {
  blocks: number;
  events: number;
  bytes: number;
  elapsedMs: number;
}

/**
 * How many blocks to ask for. Answers of about 1 MB, 2,000 events or 2 s are aimed at. A refusal makes the range a
 * quarter as long; lengths that were refused are tried again from time to time, since another node may have answered.
 */
export class RangeSize {
  #blocks = FIRST_BLOCKS;
  #limit = MOST_BLOCKS;
  /** The longest range that was answered since a shorter one was refused. */
  #longest = 0;
  #answers = 0;

  get blocks(): number {
    return this.#blocks;
  }

  answered({ blocks, events, bytes, elapsedMs }: AnswerSize): void {
    this.#answers += 1;
    this.#longest = Math.max(this.#longest, blocks);
    if (this.#answers % ANSWERS_UNTIL_RETRY === 0) this.#limit = Math.min(2 * this.#limit, MOST_BLOCKS);
    const load = Math.max(events / TARGET_EVENTS, bytes / TARGET_BYTES, elapsedMs / TARGET_MS, 0.01);
    const factor = Math.min(Math.max(0.7 / load, 0.25), 4);
    // The last range of the history is short for want of blocks: that says nothing of longer ones.
    if (factor > 1 && blocks < this.#blocks) return;
    this.#blocks = Math.max(1, Math.min(Math.floor(blocks * factor), this.#limit));
  }

  /** @returns False when a single block was refused: nothing shorter can be asked. */
  refused(blocks: number): boolean {
    if (blocks <= 1) return false;
    if (this.#longest >= blocks) this.#longest = 0;
    // The node's limit is between what it answered and what it refused.
    this.#limit = Math.max(1, Math.floor((this.#longest + blocks) / 2));
    const shorter = Math.max(1, this.#longest, Math.floor(blocks / 4));
    this.#blocks = Math.min(this.#blocks, this.#limit, shorter);
    return true;
  }
}
