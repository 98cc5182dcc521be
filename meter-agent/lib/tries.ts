import { PlugpactError } from '../../protocol/errors.ts';

/** How many wrong codes may be tried, and how long to wait then. */
const MAX_WRONG = 5;
const WRONG_WINDOW_SEC = 60;

/** Limits guesses of a secret that people type: a few wrong ones per minute, then none at all for a while. */
export class Tries {
  readonly #code: string;
  readonly #what: string;
  #wrongAt: number[] = [];

  /** `code` of the error, and what is typed (`what`, plural). */
  constructor(code: string, what: string) {
    this.#code = code;
    this.#what = what;
  }

  /** Throws when there were too many wrong ones recently. */
  require(now: number): void {
    this.#wrongAt = this.#wrongAt.filter((at) => now - at < WRONG_WINDOW_SEC);
    if (this.#wrongAt.length < MAX_WRONG) return;
    throw new PlugpactError({
      code: this.#code,
      rule: `At most ${MAX_WRONG} wrong ${this.#what} are taken in ${WRONG_WINDOW_SEC} s.`,
      remedy: 'Wait a minute and type it as it is shown.',
      retry: 'later',
    });
  }

  wrong(now: number): void {
    this.#wrongAt.push(now);
  }
}
