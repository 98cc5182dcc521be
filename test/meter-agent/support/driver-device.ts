import type { Hex } from 'viem';
import type { FromAgent } from '../../../protocol/link.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { TestBooking } from '../../support/market.ts';
import type { ApiPeer } from './api-peer.ts';

/** The driver's device: starts, co-signs what comes while `isAwake`, stops. */
export class DriverDevice {
  readonly readings: Reading[] = [];
  readonly states: string[] = [];
  isAwake = true;
  readonly #api: ApiPeer;
  readonly #ref: MarketRef;
  readonly #made: Pick<TestBooking, 'bookingId' | 'sessionKey' | 'secret'>;

  constructor(api: ApiPeer, ref: MarketRef, made: Pick<TestBooking, 'bookingId' | 'sessionKey' | 'secret'>) {
    this.#api = api;
    this.#ref = ref;
    this.#made = made;
    api.onMessage = (message) => this.#hear(message);
  }

  get newest(): Reading | undefined {
    return this.readings.at(-1);
  }

  get final(): Reading | undefined {
    return this.readings.find((reading) => reading.isFinal);
  }

  get state(): string | undefined {
    return this.states.at(-1);
  }

  async start(agentPublicKey: Hex, change: Partial<{ secret: Hex }> = {}) {
    const { bookingId, sessionKey } = this.#made;
    const message = { bookingId, secret: this.#made.secret, ...change };
    const signature = await signMessageOf(sessionKey, this.#ref, 'Start', message);
    const envelope = seal(agentPublicKey, JSON.stringify({ ...message, signature }));
    return this.#api.ask({ type: 'start', bookingId, envelope });
  }

  async stop() {
    const { bookingId, sessionKey } = this.#made;
    const signature = await signMessageOf(sessionKey, this.#ref, 'Stop', { bookingId });
    return this.#api.ask({ type: 'stop', bookingId, signature });
  }

  async cosign(reading: Reading) {
    const { bookingId, sessionKey } = this.#made;
    const signature = await signMessageOf(sessionKey, this.#ref, 'Reading', reading);
    return this.#api.ask({ type: 'cosign', bookingId, seq: reading.seq, signature });
  }

  /** Allows the agent's word alone up to that cost, in token units. */
  async allow(cost: bigint) {
    const { bookingId, sessionKey } = this.#made;
    const signature = await signMessageOf(sessionKey, this.#ref, 'Allowance', { bookingId, cost });
    return this.#api.ask({ type: 'allow', bookingId, cost: String(cost), signature });
  }

  /** Co-signs the newest reading now, awake or not. */
  async cosignNewest() {
    return this.newest && this.cosign(this.newest);
  }

  #hear(message: FromAgent): void {
    if (message.type === 'session') this.states.push(message.state);
    if (message.type !== 'reading' || message.reading.bookingId !== this.#made.bookingId) return;
    this.readings.push(message.reading);
    if (this.isAwake) void this.cosign(message.reading);
  }
}
