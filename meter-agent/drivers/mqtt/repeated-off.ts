export interface RepeatedOffParts {
  /** Rejects where there is no connection. */
  send: () => Promise<void>;
  /** Called at the first repeat. */
  onRepeated: () => void;
}

/** A device that has gone for good is told every minute. */
const MOST_DOUBLED = 5;

/**
 * Off, said until the device reports it or is told to be on: a command may get lost on its way to the broker or from there,
 * and a device without a timer would stay on. While the connection is away the broker's last will says it.
 */
export class RepeatedOff {
  readonly #againMs: number;
  readonly #parts: RepeatedOffParts;
  #again: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(againMs: number, parts: RepeatedOffParts) {
    this.#againMs = againMs;
    this.#parts = parts;
  }

  /** Whether it was said, and the device has not reported it. */
  get isOwed(): boolean {
    return this.#again !== undefined;
  }

  /** Whether it could be sent now. */
  async send(): Promise<boolean> {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.send(), this.#againMs * 2 ** Math.min(this.#sent, MOST_DOUBLED));
    this.#sent += 1;
    if (this.#sent === 2) this.#parts.onRepeated();
    return this.#parts.send().then(
      () => true,
      () => false,
    );
  }

  done(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#sent = 0;
  }
}
