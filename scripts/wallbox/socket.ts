import { setTimeout as delay } from 'node:timers/promises';
import { RPCClient } from 'ocpp-rpc';
import { StoredValues } from './stored-values.ts';
import { validatorsFor } from './validators.ts';

export type Handler = (params: Record<string, unknown>) => object | Promise<object>;

export interface SocketOptions {
  url: string;
  id: string;
  password?: string | undefined;
}

/** TransactionMessageAttempts: after this many error frames a message is dropped. */
const MAX_REFUSALS = 3;

const RECONNECT = { initialDelay: 250, maxDelay: 5_000, factor: 2, randomisationFactor: 0.2 };

/** ocpp-rpc's typings require every option; these are its defaults where it has some. */
function newClient({ url, id, password }: SocketOptions, subprotocol: string): RPCClient {
  return new RPCClient({
    endpoint: url.replace(/\/$/, ''),
    identity: id,
    password: password ?? null,
    protocols: [subprotocol],
    strictMode: true,
    strictModeValidators: validatorsFor(subprotocol),
    reconnect: true,
    maxReconnects: Number.POSITIVE_INFINITY,
    backoff: RECONNECT,
    callTimeoutMs: 10_000,
    pingIntervalMs: 30_000,
    deferPingsOnActivity: true,
    respondWithDetailedErrors: false,
    callConcurrency: 1,
    maxBadMessages: Number.POSITIVE_INFINITY,
    wsOpts: {},
    headers: {},
  });
}

/** The wallbox's side of OCPP-J: one connection that reconnects, and a queue of messages that must arrive in order. */
export class ChargePointSocket {
  readonly stored = new StoredValues(({ action, build, onAnswer }) => this.deliver(action, build, onAnswer));
  readonly #newClient: () => RPCClient;
  #client: RPCClient;
  #queue: Promise<void> = Promise.resolve();
  #closed = false;
  #isCut = false;

  constructor(
    options: SocketOptions,
    subprotocol: string,
    handlers: readonly (readonly [action: string, handler: Handler])[],
    onOpen: () => void,
  ) {
    this.#newClient = () => {
      const client = newClient(options, subprotocol);
      for (const [action, handler] of handlers) {
        client.handle(action, (async ({ params }: { params: Record<string, unknown> }) =>
          handler(params)) as never);
      }
      client.on('open', onOpen);
      return client;
    };
    this.#client = this.#newClient();
  }

  get isOpen(): boolean {
    return !this.#isCut && this.#client.state === RPCClient.OPEN;
  }

  /** Connects; tries again until the central system answers. */
  async connect(): Promise<void> {
    for (let pauseMs = 250; !this.#closed && !this.#isCut; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        await this.#client.connect();
        return;
      } catch {
        await delay(pauseMs);
      }
    }
  }

  /** One call that is not repeated. */
  async call(action: string, params: object): Promise<Record<string, unknown> | undefined> {
    try {
      return (await this.#client.call(action, params)) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  /**
   * A transaction message: delivered in order and repeated until answered (OCPP 1.6, section 3.7). `build` runs when
   * the message is sent, because its content may depend on an earlier answer; undefined skips it.
   */
  deliver(
    action: string,
    build: () => object | undefined,
    onAnswer: (answer: Record<string, unknown>) => void,
  ): void {
    this.#queue = this.#queue.then(async () => {
      const params = build();
      if (params === undefined) return;
      for (let refusals = 0; !this.#closed && refusals < MAX_REFUSALS; ) {
        try {
          if (this.isOpen)
            return onAnswer((await this.#client.call(action, params)) as Record<string, unknown>);
        } catch (error) {
          // An error frame is an answer too; a lost connection is not.
          if ((error as { rpcErrorCode?: string }).rpcErrorCode !== undefined) refusals += 1;
        }
        await delay(200);
      }
    });
  }

  /** A message with meter values: those that are made without a connection may be sent in another order. */
  deliverValue(
    action: string,
    build: () => object | undefined,
    isTriggered: boolean,
    onAnswer: (answer: Record<string, unknown>) => void = () => {},
  ): void {
    this.stored.add({ action, build, onAnswer }, this.isOpen, isTriggered);
  }

  /** Cuts the connection until `restore`. */
  async cut(): Promise<void> {
    this.#isCut = true;
    await this.#client.close({ code: 1001, reason: 'The connection is cut.', force: true });
  }

  async restore(): Promise<void> {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#client = this.#newClient();
    await this.connect();
  }

  /** Drops the connection, as a bad network would; it reconnects by itself. */
  drop(): void {
    (this.#client as unknown as { _ws?: { terminate(): void } })._ws?.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close({ code: 1001, reason: 'The wallbox is switched off.', force: true });
  }
}
