import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerHeader } from './answers.ts';
import type { LedgerNodes } from './nodes.ts';
import { isWebSocketUrl } from './transport.ts';

/** While a block is due, the node is asked this much more often than at other times, and at most so often. */
const DUE_SHARE = 0.1;
const LEAST_POLL_MS = 100;
/** Blocks whose distance says how long a block takes here. */
const REMEMBERED_BLOCKS = 8;
/** Of the usual time between two blocks, the share in which the next one is not looked for. */
const QUIET_SHARE = 0.85;
/** A subscription that failed is tried again after this time; polling goes on meanwhile. */
const SUBSCRIBE_AGAIN_MS = 30_000;

/**
 * When to look for the next block: at once where a node says so over a WebSocket, otherwise by polling. A block is due once
 * the shortest time between the last blocks has almost passed; then, and on a ledger without a rhythm, it is looked for each
 * tenth of `pollMs` (at least 100 ms), before that each `pollMs`, for reorganisations.
 */
export class HeadClock {
  readonly #nodes: LedgerNodes;
  readonly #pollMs: number;
  readonly #seenAtMs: number[] = [];
  #newest: string | undefined;
  #wake: AbortController | undefined;
  /** A block was announced while nobody waited. */
  #isDue = false;
  #subscribeAtMs = 0;
  #isSubscribed = false;

  /** @param pollMs The longest pause between two looks. */
  constructor(nodes: LedgerNodes, pollMs: number) {
    this.#nodes = nodes;
    this.#pollMs = pollMs;
  }

  /** The head that was just read. */
  saw({ hash }: LedgerHeader): void {
    if (hash === this.#newest) return;
    this.#newest = hash;
    this.#seenAtMs.push(performance.now());
    if (this.#seenAtMs.length > REMEMBERED_BLOCKS) this.#seenAtMs.shift();
  }

  /** Waits until it is time to look for a block, or `signal` aborts. */
  async next(signal: AbortSignal): Promise<void> {
    this.#subscribe();
    if (!this.#isDue && !signal.aborted) {
      this.#wake = new AbortController();
      const both = AbortSignal.any([signal, this.#wake.signal]);
      await delay(this.pauseMs(performance.now()), undefined, { signal: both }).catch(() => undefined);
      this.#wake = undefined;
    }
    this.#isDue = false;
  }

  /** Ends the waiting now. */
  wake(): void {
    this.#isDue = true;
    this.#wake?.abort();
  }

  /** How long to wait from now. */
  pauseMs(nowMs: number): number {
    if (this.#isSubscribed) return this.#pollMs;
    const gaps = this.#seenAtMs.slice(1).map((at, i) => at - this.#seenAtMs[i]!);
    const dueAtMs = (this.#seenAtMs.at(-1) ?? nowMs) + QUIET_SHARE * Math.min(...gaps);
    const quietMs = gaps.length === 0 ? 0 : dueAtMs - nowMs;
    return Math.min(this.#pollMs, Math.max(LEAST_POLL_MS, DUE_SHARE * this.#pollMs, quietMs));
  }

  /** Subscribes to new heads where an endpoint is a WebSocket. */
  #subscribe(): void {
    const node = this.#nodes.all.find(({ url }) => isWebSocketUrl(url));
    if (node === undefined || this.#isSubscribed || performance.now() < this.#subscribeAtMs) return;
    this.#subscribeAtMs = performance.now() + SUBSCRIBE_AGAIN_MS;
    const onLost = () => {
      this.#isSubscribed = false;
    };
    node
      .subscribeHeads(() => this.wake(), onLost)
      .then(
        () => {
          this.#isSubscribed = true;
          // There may have been a block before.
          this.wake();
        },
        () => undefined,
      );
  }
}
