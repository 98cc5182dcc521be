/** Growing pauses between attempts to reach something: doubled up to a limit, reset by a success. */
export class Backoff {
  readonly #firstMs: number;
  readonly #limitMs: number;
  #nextMs: number;
  #failing = false;

  constructor(firstMs: number, limitMs: number) {
    this.#firstMs = firstMs;
    this.#limitMs = limitMs;
    this.#nextMs = firstMs;
  }

  /** Milliseconds to wait after a failure. `isFirst` is true once per outage, so that it is logged once. */
  failed(): { waitMs: number; isFirst: boolean } {
    const isFirst = !this.#failing;
    const waitMs = this.#nextMs;
    this.#failing = true;
    this.#nextMs = Math.min(this.#nextMs * 2, this.#limitMs);
    return { waitMs, isFirst };
  }

  /** True when this ends an outage. */
  succeeded(): boolean {
    const ended = this.#failing;
    this.#failing = false;
    this.#nextMs = this.#firstMs;
    return ended;
  }
}
