import { createRPCError } from 'ocpp-rpc';
import type { Peer } from '../drivers/ocpp/peer.ts';

/** How long an unanswered command may delay a command of the agent. */
const HURRY_MS = 2_000;
/** Commands of the other central system that may wait at a time: more are refused. */
const MAX_WAITING = 50;

/** The calls to a charge point that two central systems make: one at a time, the agent's first. */
export class PeerCalls {
  readonly #peer: Pick<Peer, 'call'>;
  #waiting = 0;
  #inCommand: { abort: AbortController; done: Promise<unknown> } | undefined;
  #ownCalls = 0;
  #quiet: PromiseWithResolvers<void> | undefined;
  #commands: Promise<unknown> = Promise.resolve();

  constructor(peer: Pick<Peer, 'call'>) {
    this.#peer = peer;
  }

  /** The agent's own: an unanswered call of the other central system is given up for them. */
  async own<T>(signal: AbortSignal | undefined, make: () => Promise<T>): Promise<T> {
    this.#ownCalls += 1;
    const hurry = setTimeout(() => this.#inCommand?.abort.abort(), HURRY_MS);
    try {
      await this.#inCommand?.done;
      if (signal?.aborted) throw new Error('Put aside for something more urgent.');
      return await make();
    } finally {
      clearTimeout(hurry);
      this.#ownCalls -= 1;
      if (this.#ownCalls === 0) this.#quiet?.resolve();
    }
  }

  /** The other central system's, one at a time, so that the agent's own calls can come between two of them. */
  queued(command: () => Promise<unknown>): Promise<unknown> {
    if (this.#waiting >= MAX_WAITING) throw createRPCError('GenericError', 'Too many calls are waiting.', {});
    this.#waiting += 1;
    const answered = this.#commands.then(command);
    this.#commands = answered
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    return answered;
  }

  /** A call within `queued`. */
  async command(action: string, params: object): Promise<unknown> {
    while (this.#ownCalls > 0) {
      this.#quiet ??= Promise.withResolvers();
      await this.#quiet.promise;
      this.#quiet = undefined;
    }
    const abort = new AbortController();
    const answered = this.#peer.call(action, params, { signal: abort.signal });
    this.#inCommand = { abort, done: answered.catch(() => undefined) };
    return answered.finally(() => {
      this.#inCommand = undefined;
    });
  }
}
