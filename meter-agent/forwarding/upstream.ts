import { setTimeout as delay } from 'node:timers/promises';
import { RPCClient } from 'ocpp-rpc';
import { TimeoutError } from 'ocpp-rpc/lib/errors.js';
import type { Logger } from 'pino';
import {
  isReading,
  newMessage,
  type Outbox,
  type Outcome,
  type Params,
  type QueuedMessage,
  type Transport,
} from './outbox.ts';

/** How long a charge point waits for the other central system before it gets our answer. */
const PATIENCE_MS = 8_000;
/** How long it waits while the connection is only being made. */
const DIAL_PATIENCE_MS = 2_000;
const REDIAL_MS = { first: 1_000, most: 30_000 };
/** How often a start or stop without an answer is sent over a working connection. */
const MAX_TRIES = 3;

export interface UpstreamOptions {
  url: string;
  password?: string | undefined;
  chargePointId: string;
  protocol: string;
  outbox: Outbox;
  log: Logger;
}

export interface UpstreamListener {
  /** A call of the other central system; the result or error is the answer. */
  onCall(action: string, params: Params): Promise<unknown>;
  /** The connection is up again: recent events can be sent before the kept messages. */
  onUp(): void;
  /** The message as it is sent: its numbers may come from an earlier answer. Null: it is obsolete. */
  toSend(message: QueuedMessage): Params | null;
  /** The answer to a kept message, written together with its removal from the queue. */
  onAnswer(message: QueuedMessage, result: Params): void;
}

/** As if it were sent: its answer does not matter. */
const NO_SENSE: Outcome = { is: 'answer', result: {} };

/** Our connection to the other central system, on which we are the charge point. */
export class Upstream implements Transport {
  readonly #options: UpstreamOptions;
  readonly #listener: UpstreamListener;
  #client: RPCClient | undefined;
  #dialled: Promise<void> = Promise.resolve();
  #isUp = false;
  #isMissed = false;
  #isSending = false;
  #isClosed = false;
  #redialMs = REDIAL_MS.first;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamOptions, listener: UpstreamListener) {
    this.#options = options;
    this.#listener = listener;
    options.outbox.attach(this);
    this.#dial();
  }

  /** Sends it in its turn, if connected; the charge point does not need the answer. */
  notify(action: string, params: Params, settle?: QueuedMessage['settle']): void {
    if (this.#isUp) this.#options.outbox.add(newMessage(action, params, settle));
  }

  /** Sends it in its turn, whenever that comes. */
  async keep(action: string, params: Params, ownTransactionId: number | null = null): Promise<void> {
    const isTaken = await this.#options.outbox.keep(action, params, ownTransactionId);
    if (!isTaken) this.#log('warn', 'too much waits for the other central system: not kept', action);
  }

  /** Asks in its turn, for as long as a charge point can wait. */
  async ask(action: string, params: Params): Promise<Outcome> {
    if (!this.#isUp) await Promise.race([this.#dialled, delay(DIAL_PATIENCE_MS, undefined, { ref: false })]);
    if (!this.#isUp) return { is: 'away' };
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ is: 'away' }), PATIENCE_MS);
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      this.#options.outbox.add(newMessage(action, params, settle));
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#isUp = false;
    this.#options.outbox.connectionLost();
    this.#client?.close({ code: 1000, reason: 'The charge point is gone.', force: true })?.catch(() => {});
  }

  /** One after the other; a message leaves the queue when it is answered. */
  send(): void {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    this.#sendAll()
      .catch((error: Error) => this.#log('warn', 'sending on stopped', undefined, error))
      .finally(() => {
        this.#isSending = false;
      });
  }

  #dial(): void {
    const { url, password, chargePointId, protocol } = this.#options;
    const client = new RPCClient({
      endpoint: url.replace(/\/+$/, ''),
      identity: chargePointId,
      protocols: [protocol],
      reconnect: false,
      callTimeoutMs: PATIENCE_MS,
      ...(password === undefined ? {} : { password }),
    } as never);
    this.#client = client;
    client.handle((async ({ method, params }: { method: string; params: Params }) =>
      this.#listener.onCall(method, params)) as never);
    client.on('socketError', () => {});
    client.once('close', () => this.#lost(client));
    this.#dialled = client.connect().then(
      () => this.#connected(client),
      (error: Error) => this.#missed(error),
    );
  }

  #connected(client: RPCClient): void {
    if (this.#isClosed) return void client.close({ code: 1000, reason: 'gone', force: true });
    this.#log('info', 'connected to the other central system');
    this.#isUp = true;
    this.#isMissed = false;
    this.#redialMs = REDIAL_MS.first;
    this.#options.outbox.inFront(() => this.#listener.onUp());
    this.send();
  }

  /** Logged once until it comes back. */
  #missed(error: Error): void {
    if (this.#isClosed || this.#isMissed) return;
    this.#isMissed = true;
    this.#log('warn', 'the other central system is not reachable', undefined, error);
  }

  #lost(client: RPCClient): void {
    if (this.#client !== client || this.#isClosed) return;
    this.#isUp = false;
    this.#options.outbox.connectionLost();
    this.#timer = setTimeout(() => this.#dial(), this.#redialMs);
    this.#redialMs = Math.min(this.#redialMs * 2, REDIAL_MS.most);
  }

  async #sendAll(): Promise<void> {
    const { outbox } = this.#options;
    for (let message = outbox.first; this.#isUp && message !== undefined; message = outbox.first) {
      const params = this.#listener.toSend(message);
      const outcome = params === null ? NO_SENSE : await this.#deliver(message.action, params);
      // From a broken connection: sent again on the next one.
      if (outcome.is === 'away' && message.id !== null && !outcome.isSilent) return;
      if (outcome.is !== 'away' || !this.#isTriedAgain(message)) this.#settle(message, outcome);
    }
  }

  #isTriedAgain(message: QueuedMessage): boolean {
    message.tries += 1;
    return message.id !== null && !isReading(message) && message.tries < MAX_TRIES;
  }

  #settle(message: QueuedMessage, outcome: Outcome): void {
    if (outcome.is === 'answer' && message.id !== null) this.#listener.onAnswer(message, outcome.result);
    if (outcome.is === 'error')
      this.#log('warn', 'the other central system refused a message', message.action);
    this.#options.outbox.done(message);
    message.settle(outcome);
  }

  async #deliver(action: string, params: Params): Promise<Outcome> {
    try {
      const result = await this.#client?.call(action, params);
      return { is: 'answer', result: (result ?? {}) as Params };
    } catch (error) {
      const { rpcErrorCode } = error as { rpcErrorCode?: string };
      if (rpcErrorCode !== undefined) return { is: 'error', error: error as Error };
      return { is: 'away', isSilent: error instanceof TimeoutError };
    }
  }

  #log(level: 'info' | 'warn', text: string, action?: string, error?: Error): void {
    const { chargePointId, url, log } = this.#options;
    log[level]({ chargePointId, url, action, detail: error?.message }, text);
  }
}
