import { bytesToHex } from 'viem';
import type { ApiRequest } from './client.ts';

/** How long an equal request counts as the same action, tried again. */
const SAME_ACTION_MS = 600_000;
/** More writes at once are nobody's: the oldest is forgotten. */
const MOST_OPEN = 100;

/**
 * The `Idempotency-Key` of each write of a client: one for an action, kept until its answer has come. An equal request in
 * the meantime, by a second press or by a retry after a lost answer, is the same action, and is done once.
 */
export class IdempotencyKeys {
  readonly #open = new Map<string, { key: string; at: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** The header for a request; none for one that only reads. */
  headersOf(request: ApiRequest): Record<string, string> {
    return request.method === 'GET' ? {} : { 'idempotency-key': this.#keyOf(request) };
  }

  /** Where the server failed, what it did is not known: the action stays the same. */
  answered(request: ApiRequest, status: number): void {
    if (status < 500) this.#open.delete(nameOf(request));
  }

  #keyOf(request: ApiRequest): string {
    const [name, at] = [nameOf(request), this.#nowMs()];
    const known = this.#open.get(name);
    if (known !== undefined && at - known.at < SAME_ACTION_MS) return known.key;
    const key = bytesToHex(crypto.getRandomValues(new Uint8Array(16))).slice(2);
    this.#open.delete(name);
    this.#open.set(name, { key, at });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return key;
  }
}

const nameOf = ({ method, path, body = '' }: ApiRequest): string => `${method} ${path} ${body}`;
