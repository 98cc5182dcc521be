import { RPCClient } from 'ocpp-rpc';
import type { ForwardAwayReason } from '../../protocol/link.ts';
import { dialFailureOf } from './dial-failure.ts';
import type { Params } from './outbox.ts';

const HANDSHAKE_MS = 10_000;
const REDIAL_MS = { first: 1_000, most: 30_000 };

export interface DialOptions {
  url: string;
  password?: string | undefined;
  chargePointId: string;
  protocol: string;
  /** How long a call may wait for its answer. */
  callTimeoutMs: number;
}

export interface DialListener {
  /** A call of the other central system; the result or error is the answer. */
  onCall(action: string, params: Params): Promise<unknown>;
  onUp(): void;
  /** Not connected, or not any more; it is dialled again. */
  onDown(reason: ForwardAwayReason, detail: string): void;
}

/** Keeps up the connection to another central system, on which the agent is the charge point. */
export class Dialler {
  readonly #options: DialOptions;
  readonly #listener: DialListener;
  #client: RPCClient | undefined;
  #dialled: Promise<void> = Promise.resolve();
  #isUp = false;
  #isClosed = false;
  #hasAnswered = false;
  #redialMs = REDIAL_MS.first;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DialOptions, listener: DialListener) {
    this.#options = options;
    this.#listener = listener;
    this.#dial();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves when the present attempt has succeeded or failed. */
  get dialled(): Promise<void> {
    return this.#dialled;
  }

  async call(action: string, params: Params): Promise<unknown> {
    return this.#client?.call(action, params);
  }

  /** The other central system answers: a lost connection is made again soon. */
  answered(): void {
    this.#hasAnswered = true;
    this.#redialMs = REDIAL_MS.first;
  }

  close(): void {
    this.#isClosed = true;
    this.#isUp = false;
    clearTimeout(this.#timer);
    this.#client?.close({ code: 1000, reason: 'The charge point is gone.', force: true })?.catch(() => {});
  }

  #dial(): void {
    const { url, password, chargePointId, protocol, callTimeoutMs } = this.#options;
    const client = new RPCClient({
      endpoint: url.replace(/\/+$/, ''),
      identity: chargePointId,
      protocols: [protocol],
      reconnect: false,
      callTimeoutMs,
      wsOpts: { handshakeTimeout: HANDSHAKE_MS },
      ...(password === undefined ? {} : { password }),
    } as never);
    this.#client = client;
    this.#hasAnswered = false;
    client.handle((async ({ method, params }: { method: string; params: Params }) =>
      this.#listener.onCall(method, params)) as never);
    client.on('socketError', () => {});
    client.once('close', () => this.#ended(client));
    this.#dialled = client.connect().then(
      () => this.#connected(client),
      (error: Error) => {
        if (!this.#isClosed) this.#listener.onDown(dialFailureOf(error), error.message);
      },
    );
  }

  #connected(client: RPCClient): void {
    if (this.#isClosed) return void client.close({ code: 1000, reason: 'gone', force: true });
    // It may be closed before this is called.
    if (client.state !== RPCClient.OPEN) return;
    this.#isUp = true;
    this.#listener.onUp();
  }

  /** Also after an attempt that failed. */
  #ended(client: RPCClient): void {
    if (this.#client !== client || this.#isClosed) return;
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#timer = setTimeout(() => this.#dial(), this.#redialMs);
    this.#redialMs = Math.min(this.#redialMs * 2, REDIAL_MS.most);
    if (wasUp) this.#listener.onDown(this.#hasAnswered ? 'UNREACHABLE' : 'HUNG_UP', 'the connection ended');
  }
}
