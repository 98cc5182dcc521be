/** Wrong passwords in a row, and how long that address is then refused for that charge point. */
const MAX_FAILURES = 5;
const LOCKED_MS = 60_000;
/** Entries kept; beyond it the oldest are dropped. */
const MAX_ENTRIES = 10_000;

interface Entry {
  failures: number;
  lastAt: number;
}

/**
 * Counts wrong passwords by charge point and address together: someone who guesses from elsewhere cannot lock a
 * charge point out.
 */
export class LoginThrottle {
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  isLocked(chargePointId: string, address: string): boolean {
    const entry = this.#entries.get(`${address} ${chargePointId}`);
    return entry !== undefined && entry.failures >= MAX_FAILURES && this.#nowMs() - entry.lastAt < LOCKED_MS;
  }

  /** Returns whether this failure locks. */
  failed(chargePointId: string, address: string): boolean {
    const key = `${address} ${chargePointId}`;
    const now = this.#nowMs();
    const before = this.#entries.get(key);
    const isStale = before === undefined || now - before.lastAt >= LOCKED_MS;
    const failures = isStale ? 1 : before.failures + 1;
    this.#entries.delete(key);
    this.#entries.set(key, { failures, lastAt: now });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return failures === MAX_FAILURES;
  }

  passed(chargePointId: string, address: string): void {
    this.#entries.delete(`${address} ${chargePointId}`);
  }
}
