import { chargePointSec, isUnset } from '../charge-point-time.ts';

/** Messages from the time without a connection follow each other faster than this. */
const QUIET_MS = 3_000;
/** The longest wait for them: a charge point that still sends them then is asked nevertheless. */
const LONGEST_MS = 30_000;

const TRANSACTION_ACTIONS = new Set([
  'MeterValues',
  'StartTransaction',
  'StopTransaction',
  'TransactionEvent',
]);

/** When a message was made by the charge point's clock, unix seconds; null where it does not say, or cannot know. */
function madeAt({ timestamp, meterValue }: Record<string, unknown>): number | null {
  const [first] = Array.isArray(meterValue) ? (meterValue as { timestamp?: unknown }[]) : [];
  const text = String(timestamp ?? first?.timestamp);
  return isUnset(text) ? null : chargePointSec(text);
}

/**
 * The messages that a charge point stored while it was not connected. It is asked for its meter once they have been
 * sent: its answer in their midst would be newer than what follows.
 */
export class StoredMessages {
  readonly #connectedAtMs = Date.now();
  #heardAtMs = 0;

  /** Notes a message that arrived. */
  heard(action: string, params: unknown): void {
    if (!TRANSACTION_ACTIONS.has(action) || typeof params !== 'object' || params === null) return;
    const made = madeAt(params as Record<string, unknown>);
    const isOld = made === null || made * 1_000 < this.#connectedAtMs - 1_000;
    if (isOld || (params as { offline?: unknown }).offline === true) this.#heardAtMs = Date.now();
  }

  /** Whether some arrived just now. */
  get areArriving(): boolean {
    return Date.now() - this.#heardAtMs < QUIET_MS;
  }

  /** Resolves once they can all have been sent. */
  async sent(): Promise<void> {
    for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs())
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }

  #waitMs(): number {
    const newestMs = Math.max(this.#connectedAtMs, this.#heardAtMs);
    return Math.min(newestMs + QUIET_MS, this.#connectedAtMs + LONGEST_MS) - Date.now();
  }
}
