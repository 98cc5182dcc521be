import type { ForwardablePeer, Handler, PeerCall, RpcCall, RpcPeer } from './peer.ts';
import type { ReadPayload } from './version.ts';

/** What is done about calls that are not as the standard has them. */
export interface ReadingNotes {
  /** It was read all the same. */
  onDeviations(action: string, deviations: string[]): void;
  /** It was answered with the protocol's error. */
  onRefused(action: string, params: unknown, error: Error): void;
}

/** The connection to a charge point whose calls are read tolerantly before anybody gets them. */
export class ReadingPeer implements ForwardablePeer {
  readonly #peer: RpcPeer;
  readonly #read: ReadPayload;
  readonly #notes: ReadingNotes;
  readonly protocol: string;

  constructor(peer: RpcPeer, protocol: string, read: ReadPayload, notes: ReadingNotes) {
    this.#peer = peer;
    this.#read = read;
    this.#notes = notes;
    this.protocol = protocol;
  }

  call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown> {
    return this.#peer.call(action, params, options);
  }

  once(event: 'close', listener: () => void): unknown {
    return this.#peer.once(event, listener);
  }

  handle(action: string, handler: Handler<PeerCall>): void;
  handle(handler: Handler<RpcCall & { method: string }>): void;
  handle(action: string | Handler<RpcCall & { method: string }>, handler?: Handler<PeerCall>): void {
    if (typeof action !== 'string') this.#peer.handle(action);
    else if (handler !== undefined)
      this.#peer.handle(action, async (call) => handler(this.#readCall(action, call)));
  }

  #readCall(action: string, { messageId, params }: RpcCall): PeerCall {
    try {
      const { payload, deviations } = this.#read(action, params);
      if (deviations.length > 0) this.#notes.onDeviations(action, deviations);
      return { messageId, params: payload, sent: params };
    } catch (error) {
      this.#notes.onRefused(action, params, error as Error);
      throw error;
    }
  }
}
