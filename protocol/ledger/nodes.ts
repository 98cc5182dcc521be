import {
  createPublicClient,
  custom,
  HttpRequestError,
  type PublicClient,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem';
import { LedgerNode } from './node.ts';

const UNREACHABLE = [HttpRequestError, SocketClosedError, TimeoutError, WebSocketRequestError] as const;

/** Whether no node answered, as opposed to an answer that is an error. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  (UNREACHABLE.some((type) => error instanceof type) || isUnreachable((error as { cause?: unknown }).cause));

/** The endpoints of one ledger, of which one is read from at a time. */
export class LedgerNodes {
  readonly all: readonly LedgerNode[];
  /** Asks the node that is read from, and the others in turn where that one cannot be reached. */
  readonly client: PublicClient;
  #at = 0;

  /**
   * @param urls At least one.
   * @param timeoutMs How long a node may take for an answer; 10 s by default.
   */
  constructor(urls: readonly string[], timeoutMs?: number) {
    this.all = urls.map((url) => new LedgerNode(url, timeoutMs));
    const request = (call: { method: string; params?: unknown }) => this.#ask(call);
    this.client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
  }

  get current(): LedgerNode {
    return this.all[this.#at]!;
  }

  /** Another node than the present one; the same where there is only one. */
  get other(): LedgerNode {
    return this.all[(this.#at + 1) % this.all.length]!;
  }

  /** One that is neither of these two; the present one where there are fewer than three. */
  get third(): LedgerNode {
    return this.all.length < 3 ? this.current : this.all[(this.#at + 2) % this.all.length]!;
  }

  /** The present node failed: reads from the next one. */
  next(): void {
    this.#at = (this.#at + 1) % this.all.length;
  }

  /** Ends the connections that stay; the next request makes them again. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((node) => node.close()));
  }

  async #ask(call: { method: string; params?: unknown }): Promise<unknown> {
    let failure: unknown;
    for (let i = 0; i < this.all.length; i++) {
      const node = this.all[(this.#at + i) % this.all.length]!;
      try {
        return await node.client.request(call as never);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        failure ??= error;
      }
    }
    throw failure;
  }
}
