import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Backoff } from '../../protocol/backoff.ts';
import type { ForwardAwayReason } from '../../protocol/link.ts';
import { withoutCredentials } from '../lib/plain-url.ts';
import { answerTo, PATIENCE_MS } from './answer-to.ts';
import { deliver } from './deliver.ts';
import { Dialler, type DialOptions } from './dialler.ts';
import {
  isReading,
  newMessage,
  type Outbox,
  type Outcome,
  type Params,
  type QueuedMessage,
  type Transport,
} from './outbox.ts';
import type { Standing } from './standing.ts';

/** How long it waits while the connection is only being made. */
const DIAL_PATIENCE_MS = 2_000;
/** How often a start or stop without an answer is sent to a central system that answers other messages. */
const MAX_TRIES = 3;

export interface UpstreamOptions extends Omit<DialOptions, 'callTimeoutMs'> {
  outbox: Outbox;
  standing: Standing;
  log: Logger;
}

export interface UpstreamListener {
  /** A call of the other central system; the result or error is the answer. */
  onCall(action: string, params: Params): Promise<unknown>;
  /** Connected: ends with `register` or `begin`. */
  onConnected(): void;
  /** What it hears first once it answers, before the kept messages. */
  introduction(): [action: string, params: Params][];
  /** The message as it is sent: its numbers may come from an earlier answer. Null: it is obsolete. */
  toSend(message: QueuedMessage): Params | null;
  /** The answer to a kept message, written together with its removal from the queue. */
  onAnswer(message: QueuedMessage, result: Params): void;
}

const AWAY: Outcome = { is: 'away' };
/** As if it were sent: its answer does not matter. */
const NO_SENSE: Outcome = { is: 'answer', result: {} };

const isBoot = ({ action }: QueuedMessage): boolean => action === 'BootNotification';
const isHeartbeat = ({ action }: QueuedMessage): boolean => action === 'Heartbeat';
const isUnkept = ({ id }: QueuedMessage): boolean => id === null;

/** The messages to the other central system and their answers, one after the other. */
export class Upstream implements Transport {
  readonly #options: UpstreamOptions;
  readonly #listener: UpstreamListener;
  readonly #dialler: Dialler;
  /** Before its boot is accepted a charge point sends nothing else (OCPP 1.6, section 4.2). */
  #registration: 'accepted' | 'asking' | 'refused' = 'accepted';
  #isMute = false;
  #isDeferred = false;
  #isSending = false;
  #isClosed = false;
  /** When a central system that answers nothing is tried again. */
  readonly #probePause = new Backoff(15_000, 120_000);
  /** When a start whose answer had no number is sent again. */
  readonly #resendPause = new Backoff(5_000, 600_000);
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamOptions, listener: UpstreamListener) {
    this.#options = options;
    this.#listener = listener;
    options.outbox.attach(this);
    this.#dialler = new Dialler(
      { ...options, callTimeoutMs: PATIENCE_MS },
      {
        onCall: listener.onCall.bind(listener),
        onUp: () => this.#connected(),
        onDown: (reason, detail) => this.#lost(reason, detail),
      },
    );
  }

  /** Sends it in its turn, if connected; the charge point does not need the answer. */
  notify(action: string, params: Params): void {
    // A status is sent anyway once the boot is accepted.
    const isLate = this.#registration === 'asking' && action === 'StatusNotification';
    if (this.#isOpen && !isLate) this.#options.outbox.add(newMessage(action, params));
  }

  /** Sends it in its turn, whenever that comes. */
  async keep(action: string, params: Params, ownTransactionId: number | null = null): Promise<void> {
    const isTaken = await this.#options.outbox.keep(action, params, ownTransactionId);
    if (!isTaken) this.#log('warn', 'too much waits for the other central system: not kept', action);
  }

  /** Asks in its turn, for as long as a charge point can wait. */
  async ask(action: string, params: Params): Promise<Outcome> {
    await this.#dialled();
    return this.#isOpen ? answerTo(this.#options.outbox, action, params) : AWAY;
  }

  /** Asks whether it accepts the charge point's boot: nothing else is sent until `accept`. */
  async register(boot: Params): Promise<Outcome> {
    this.#registration = 'asking';
    await this.#dialled();
    if (!this.#dialler.isUp) return AWAY;
    return answerTo(this.#options.outbox, 'BootNotification', boot, true);
  }

  /** The boot is accepted. */
  accept(): void {
    this.#registration = 'accepted';
    this.#options.standing.on();
    this.#introduce();
  }

  /** The boot is not accepted, or not yet. */
  refuse(reason: ForwardAwayReason): void {
    this.#registration = 'refused';
    this.#options.outbox.connectionLost();
    this.#away(reason);
  }

  /** The connection is without a boot to tell. */
  begin(): void {
    this.#registration = 'accepted';
    this.#introduce();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#dialler.close();
    this.#options.outbox.connectionLost();
    this.#options.standing.away('NO_WALLBOX');
  }

  /** One after the other; a message leaves the queue when it is answered. */
  send(): void {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    const ended = (isBroken: boolean) => {
      this.#isSending = false;
      // What was added, or allowed, while it ended.
      if (!isBroken && this.#next !== undefined) this.send();
    };
    this.#sendAll().then(ended, (error: Error) => {
      this.#log('warn', 'sending on stopped', undefined, error.message);
      ended(true);
    });
  }

  /** Whether messages can be sent that are not kept. */
  get #isOpen(): boolean {
    return this.#dialler.isUp && !this.#isMute && this.#registration !== 'refused';
  }

  /** Resolves when it is connected, or when a charge point cannot wait for that any longer. */
  #dialled(): Promise<unknown> {
    if (this.#dialler.isUp) return Promise.resolve();
    return Promise.race([this.#dialler.dialled, delay(DIAL_PATIENCE_MS, undefined, { ref: false })]);
  }

  #connected(): void {
    this.#isMute = false;
    this.#isDeferred = false;
    clearTimeout(this.#timer);
    this.#log('info', 'connected to the other central system');
    this.#listener.onConnected();
  }

  #lost(reason: ForwardAwayReason, detail: string): void {
    clearTimeout(this.#timer);
    this.#options.outbox.connectionLost();
    this.#away(reason, detail);
  }

  #away(reason: ForwardAwayReason, detail?: string): void {
    if (!this.#options.standing.away(reason)) return;
    this.#log('warn', `the other central system is away: ${reason}`, undefined, detail);
  }

  /** The connectors' statuses, or anything else that shows whether the other central system answers. */
  #introduce(): void {
    const { outbox } = this.#options;
    outbox.inFront(() => {
      for (const [action, params] of this.#listener.introduction()) outbox.add(newMessage(action, params));
    });
    if (outbox.first === undefined) this.notify('Heartbeat', {});
    this.send();
  }

  /** The next message that may be sent now. */
  get #next(): QueuedMessage | undefined {
    const { outbox } = this.#options;
    if (!this.#dialler.isUp || this.#isMute) return undefined;
    if (this.#registration !== 'accepted') return outbox.find(isBoot);
    return this.#isDeferred ? outbox.find(isUnkept) : outbox.first;
  }

  /** Resolves to whether the connection broke. */
  async #sendAll(): Promise<boolean> {
    for (let message = this.#next; message !== undefined; message = this.#next) {
      const params = this.#listener.toSend(message);
      const outcome = params === null ? NO_SENSE : await this.#deliver(message.action, params);
      if (outcome.is !== 'away') this.#settle(message, outcome);
      else if (!(await this.#goesOn(message, outcome))) return true;
    }
    return false;
  }

  /** After a message without an answer of use: whether the others go on. */
  async #goesOn(message: QueuedMessage, outcome: Outcome & { is: 'away' }): Promise<boolean> {
    // From a broken connection: sent again on the next one.
    if (outcome.why === undefined && message.id !== null) return false;
    if (outcome.why === 'invalid' && message.id !== null) {
      this.#defer();
      return true;
    }
    const isUnanswered = outcome.why === 'silent' && !isBoot(message);
    if (isUnanswered && (isHeartbeat(message) || !(await this.#isThere()))) {
      this.#mute();
      return false;
    }
    if (!this.#isTriedAgain(message)) this.#settle(message, outcome);
    return true;
  }

  /** Whether it answers at all. */
  async #isThere(): Promise<boolean> {
    const { is } = await this.#deliver('Heartbeat', {});
    return is !== 'away';
  }

  /** It accepted the connection and answers nothing: what is kept waits, and charge points do not wait for it. */
  #mute(): void {
    if (!this.#dialler.isUp || this.#isClosed) return;
    this.#isMute = true;
    this.#options.outbox.connectionLost();
    this.#away('NO_ANSWER');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#probe(), this.#probePause.failed().waitMs);
  }

  async #probe(): Promise<void> {
    if (!(await this.#isThere())) return this.#mute();
    this.#isMute = false;
    this.#isDeferred = false;
    this.#introduce();
  }

  /** Nothing about transactions overtakes a start that has no number yet. */
  #defer(): void {
    this.#isDeferred = true;
    this.#log('warn', 'the other central system gave a transaction no number: sent again later');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isDeferred = false;
      this.send();
    }, this.#resendPause.failed().waitMs);
  }

  #isTriedAgain(message: QueuedMessage): boolean {
    message.tries += 1;
    return message.id !== null && !isReading(message) && message.tries < MAX_TRIES;
  }

  #settle(message: QueuedMessage, outcome: Outcome): void {
    if (outcome.is === 'answer' && message.id !== null) {
      this.#resendPause.succeeded();
      this.#listener.onAnswer(message, outcome.result);
    }
    if (outcome.is === 'error')
      this.#log('warn', 'the other central system refused a message', message.action);
    this.#options.outbox.done(message);
    message.settle(outcome);
  }

  async #deliver(action: string, params: Params): Promise<Outcome> {
    const outcome = await deliver(this.#dialler, this.#options.protocol, action, params);
    if (outcome.is !== 'away' || outcome.why === 'invalid') this.#answered();
    if (outcome.is === 'away' && outcome.why === 'invalid')
      this.#log('warn', 'an answer of the other central system is against the schema', action);
    return outcome;
  }

  #answered(): void {
    this.#dialler.answered();
    this.#probePause.succeeded();
    if (this.#registration === 'accepted') this.#options.standing.on();
  }

  #log(level: 'info' | 'warn', text: string, action?: string, detail?: string): void {
    const { chargePointId, url, log } = this.#options;
    log[level]({ chargePointId, url: withoutCredentials(url), action, detail }, text);
  }
}
