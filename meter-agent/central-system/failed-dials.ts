import type { FailedDialReason } from '../drivers/charge-point-events.ts';

export interface FailedDial {
  reason: FailedDialReason;
  address: string;
  /** What it called itself, if it came that far. */
  chargePointId: string | null;
  /** The last one, in unix seconds. */
  at: number;
  count: number;
}

/** Kinds of failed dials that are kept: the newest. */
const MAX_KEPT = 10;

/** Who dialled the socket for charge points in vain since the agent's start, and why. */
export class FailedDials {
  readonly #dials = new Map<string, FailedDial>();

  add(reason: FailedDialReason, address: string, chargePointId: string | null, at: number): void {
    const key = `${reason} ${address} ${chargePointId}`;
    const count = (this.#dials.get(key)?.count ?? 0) + 1;
    this.#dials.delete(key);
    this.#dials.set(key, { reason, address, chargePointId, at, count });
    const [oldest] = this.#dials.keys();
    if (this.#dials.size > MAX_KEPT && oldest !== undefined) this.#dials.delete(oldest);
  }

  /** Newest first. */
  all(): FailedDial[] {
    return [...this.#dials.values()].reverse();
  }
}
