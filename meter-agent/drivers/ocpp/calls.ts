import type { Peer } from './peer.ts';

/** How long a call that only sets the charge point up may still delay a command. */
const HURRY_MS = 2_000;

/** An error of the protocol is an answer; anything else means that no answer came. */
export const isSilence = (error: unknown): boolean =>
  (error as { rpcErrorCode?: string }).rpcErrorCode === undefined;

/** A call that was not made, because what it changes may not be changed now. */
export class NotNow extends Error {}

/**
 * Calls over one connection, one at a time as OCPP-J demands. Commands go first: a charge point that is slow or
 * silent while it is set up does not delay a start.
 */
export class Calls {
  readonly #peer: Peer;
  #urgent = 0;
  #inBackground: AbortController | undefined;
  #quiet: PromiseWithResolvers<void> | undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** A command of a session or of a person. */
  async call(action: string, params: object): Promise<unknown> {
    this.#urgent += 1;
    const hurry = setTimeout(() => this.#inBackground?.abort(), HURRY_MS);
    try {
      return await this.#peer.call(action, params);
    } finally {
      clearTimeout(hurry);
      this.#urgent -= 1;
      if (this.#urgent === 0) this.#quiet?.resolve();
    }
  }

  /**
   * A call that can wait. Rejects as `call` does; made again when a command pushed it aside. Rejects with `NotNow` where
   * `mayCall` forbids it at the moment at which it would be made.
   */
  async background(action: string, params: object, mayCall: () => boolean = () => true): Promise<unknown> {
    while (this.#urgent > 0) {
      this.#quiet ??= Promise.withResolvers();
      await this.#quiet.promise;
      this.#quiet = undefined;
    }
    if (!mayCall()) throw new NotNow(action);
    const abort = new AbortController();
    this.#inBackground = abort;
    try {
      return await this.#peer.call(action, params, { signal: abort.signal });
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      this.#inBackground = undefined;
    }
    return this.background(action, params, mayCall);
  }
}
