import { createRPCError } from 'ocpp-rpc';
import type { Logger } from 'pino';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { DriverMemory } from '../drivers/driver.ts';
import type { Peer, PeerCall, RpcPeer } from '../drivers/ocpp/peer.ts';
import { filterCommand, type Grounds } from './command-filter.ts';
import { InitialState } from './initial-state.ts';
import type { Outbox, Outcome, Params } from './outbox.ts';
import { TransactionIds } from './transaction-ids.ts';
import { Upstream } from './upstream.ts';

/** How long an unanswered command may delay a command of the agent. */
const HURRY_MS = 2_000;
/** Commands of the other central system that may wait at a time: more are refused. */
const MAX_WAITING = 50;

interface ForwardParts {
  /** Address of the other central system, and the password for it. */
  url: string;
  password?: string | undefined;
  localAuthorization: LocalAuthorization;
  outbox: Outbox;
  memory: DriverMemory;
  log: Logger;
}

const AWAY: Outcome = { is: 'away' };
/** Messages about transactions are kept for the other central system, others are sent only while it is connected. */
const KEPT = new Set(['MeterValues', 'StopTransaction', 'TransactionEvent']);

type Handler = (call: PeerCall) => Promise<object>;

const statusOf = (answer: object): unknown =>
  ((answer as Params).idTagInfo as Params | undefined)?.status ??
  ((answer as Params).idTokenInfo as Params | undefined)?.status;

/** The id tag of a call, if it has one. */
function tagOf({ idTag, idToken }: Params): string | undefined {
  const tag = idTag ?? (idToken as Params | undefined)?.idToken;
  return tag === undefined ? undefined : String(tag);
}

/**
 * The connection of a charge point that is forwarded to another central system. The driver sees a peer like any
 * other: the charge point's calls go to both, the other central system's commands are filtered here, and the agent's
 * own commands stay between agent and charge point.
 */
export class ForwardedPeer implements Peer {
  readonly #peer: RpcPeer;
  readonly #parts: ForwardParts;
  readonly #id: string;
  readonly #ids: TransactionIds;
  readonly #upstream: Upstream;
  readonly #grounds: Grounds;
  readonly #ownReservations = new Set<unknown>();
  readonly #initialState: InitialState;
  #waiting = 0;
  #inCommand: { abort: AbortController; done: Promise<unknown> } | undefined;
  #ownCalls = 0;
  #quiet: PromiseWithResolvers<void> | undefined;
  #commands: Promise<unknown> = Promise.resolve();

  constructor(chargePointId: string, peer: RpcPeer, parts: ForwardParts) {
    const { url, password, localAuthorization, memory, outbox, log } = parts;
    this.#peer = peer;
    this.#parts = parts;
    this.#id = chargePointId;
    this.#ids = new TransactionIds(memory, chargePointId);
    this.#initialState = new InitialState(memory, chargePointId);
    const { protocol } = peer;
    this.#grounds = {
      chargePointId,
      localAuthorization,
      memory,
      ids: this.#ids,
      ownReservations: this.#ownReservations,
    };
    this.#upstream = new Upstream(
      { url, password, chargePointId, protocol, outbox, log },
      {
        onCall: (action, params) => this.#commanded(action, params),
        onUp: () => this.#sendInitialState(),
        toSend: ({ action, text }) => this.#numbered(action, JSON.parse(text) as Params),
        onAnswer: ({ ownTransactionId }, { transactionId }) => this.#join(ownTransactionId, transactionId),
      },
    );
    // Calls that no driver knows go only to the other central system.
    peer.handle(async ({ method, params }) => this.#passOn(method, params));
    peer.once('close', () => this.#upstream.close());
  }

  get protocol(): string {
    return this.#peer.protocol;
  }

  /** The agent's own calls go first: an unanswered one of the other central system is given up for them. */
  async call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown> {
    const { reservationId, id } = params as Params;
    if (action === 'ReserveNow') this.#ownReservations.add(reservationId ?? id);
    this.#ownCalls += 1;
    const hurry = setTimeout(() => this.#inCommand?.abort.abort(), HURRY_MS);
    try {
      await this.#inCommand?.done;
      if (options?.signal.aborted) throw new Error('Put aside for something more urgent.');
      return await this.#peer.call(action, params, options);
    } finally {
      clearTimeout(hurry);
      this.#ownCalls -= 1;
      if (this.#ownCalls === 0) this.#quiet?.resolve();
    }
  }

  handle(action: string, handler: Handler): void {
    this.#peer.handle(action, (call) => this.#handle(action, call, handler));
  }

  once(event: 'close', listener: () => void): unknown {
    return this.#peer.once(event, listener);
  }

  #handle(action: string, call: PeerCall, handler: Handler): Promise<object> {
    switch (action) {
      case 'BootNotification':
        return this.#booted(call, handler);
      case 'Authorize':
        return this.#authorized(call, handler);
      case 'StartTransaction':
        return this.#started(call, handler);
      case 'TransactionEvent':
        return this.#transactionEvent(call, handler);
      case 'DataTransfer':
        return this.#passOn(action, call.params, () => handler(call));
      default:
        return this.#forwarded(action, call, handler);
    }
  }

  /** The agent answers; the other central system gets a copy. */
  async #forwarded(action: string, call: PeerCall, handler: Handler): Promise<object> {
    const { params } = call;
    const answer = await handler(call);
    if (action === 'StatusNotification') this.#initialState.status(params);
    if (KEPT.has(action)) await this.#upstream.keep(action, params);
    else this.#upstream.notify(action, params);
    return answer;
  }

  #join(ownId: unknown, otherId: unknown): void {
    if (typeof ownId === 'number' && typeof otherId === 'number') this.#ids.join(ownId, otherId);
  }

  /**
   * With the other central system's number of the transaction: without one a stop is not sent, and readings have
   * none.
   */
  #numbered(action: string, params: Params): Params | null {
    if (this.protocol !== 'ocpp1.6' || params.transactionId === undefined) return params;
    const transactionId = this.#ids.otherIdOf(params.transactionId);
    if (transactionId !== undefined) return { ...params, transactionId };
    if (action === 'StopTransaction') return null;
    const { transactionId: _unknown, ...rest } = params;
    return rest;
  }

  /**
   * If the other central system answered Pending, no booking could charge: the charge point is accepted, with the
   * shorter interval.
   */
  async #booted(call: PeerCall, handler: Handler): Promise<object> {
    const answer = (await handler(call)) as Params;
    const outcome = await this.#upstream.ask('BootNotification', call.params);
    this.#initialState.booted(outcome.is === 'away' ? call.params : null);
    const theirs = outcome.is === 'answer' ? Number(outcome.result.interval) : Number.NaN;
    return theirs > 0 ? { ...answer, interval: Math.min(theirs, Number(answer.interval)) } : answer;
  }

  /** The agent decides about a booking's tag; for any other tag, whichever side accepts it decides. */
  async #authorized(call: PeerCall, handler: Handler): Promise<object> {
    const { params } = call;
    const answer = await handler(call);
    const tag = tagOf(params);
    const isOurs = tag === undefined || this.#parts.localAuthorization.isBookingTag(this.#id, tag);
    if (isOurs || statusOf(answer) === 'Accepted') {
      this.#upstream.notify('Authorize', params);
      return answer;
    }
    const outcome = await this.#upstream.ask('Authorize', params);
    if (outcome.is !== 'answer') return answer;
    if (statusOf(outcome.result) === 'Accepted') this.#parts.localAuthorization.allow(this.#id, tag);
    return outcome.result;
  }

  /** The charge point gets our number of the transaction, whoever authorized it. */
  async #started(call: PeerCall, handler: Handler): Promise<object> {
    const { params } = call;
    const outcome = this.#isForOther(params) ? await this.#upstream.ask('StartTransaction', params) : AWAY;
    this.#allowIfAccepted(params, outcome);
    const answer = (await handler(call)) as Params;
    const ownId = Number(answer.transactionId);
    if (outcome.is === 'answer') {
      this.#join(ownId, outcome.result.transactionId);
      await this.#parts.outbox.written();
      return {
        ...answer,
        idTagInfo: { ...(outcome.result.idTagInfo as object | undefined), status: statusOf(answer) },
      };
    }
    // A repeated start is the same transaction.
    if (outcome.is === 'away' && this.#ids.otherIdOf(ownId) === undefined)
      await this.#upstream.keep('StartTransaction', params, ownId);
    return answer;
  }

  /** OCPP 2: the charge point itself names its transactions. */
  async #transactionEvent(call: PeerCall, handler: Handler): Promise<object> {
    const { params } = call;
    if (!this.#isForOther(params)) return this.#forwarded('TransactionEvent', call, handler);
    const outcome = await this.#upstream.ask('TransactionEvent', params);
    this.#allowIfAccepted(params, outcome);
    const answer = await handler(call);
    if (outcome.is === 'away') await this.#upstream.keep('TransactionEvent', params);
    return answer;
  }

  /** Whether the other central system must be asked: the tag is neither a booking's nor already authorized. */
  #isForOther(params: Params): boolean {
    const tag = tagOf(params);
    const { localAuthorization } = this.#parts;
    return (
      tag !== undefined &&
      !localAuthorization.isBookingTag(this.#id, tag) &&
      !localAuthorization.isAllowed(this.#id, tag)
    );
  }

  #allowIfAccepted(params: Params, theirs: Outcome): void {
    const tag = tagOf(params);
    const isAccepted = theirs.is === 'answer' && statusOf(theirs.result) === 'Accepted';
    if (tag !== undefined && isAccepted) this.#parts.localAuthorization.allow(this.#id, tag);
  }

  /** The charge point gets the other central system's answer or error. */
  async #passOn(action: string, params: Params, instead?: () => Promise<object>): Promise<object> {
    const outcome = await this.#upstream.ask(action, params);
    if (outcome.is === 'answer') return outcome.result;
    if (outcome.is === 'error' && instead === undefined) throw outcome.error;
    if (instead !== undefined) return instead();
    throw createRPCError('NotImplemented', `Nobody here knows ${action}`, {});
  }

  #sendInitialState(): void {
    for (const [action, params] of this.#initialState.calls()) {
      this.#upstream.notify(action, params, ({ is }) => {
        if (action === 'BootNotification' && is !== 'away') this.#initialState.booted(null);
      });
    }
  }

  /** One at a time, so that the agent's own calls can come between two of them. */
  #commanded(action: string, params: Params): Promise<unknown> {
    const verdict = filterCommand(this.#grounds, action, params);
    const { log, localAuthorization } = this.#parts;
    if ('refusal' in verdict) {
      log.warn({ chargePointId: this.#id, action }, 'a command of the other central system was refused');
      return Promise.resolve(verdict.refusal);
    }
    if (this.#waiting >= MAX_WAITING) throw createRPCError('GenericError', 'Too many calls are waiting.', {});
    const tag = tagOf(params);
    if (/^(Remote|Request)StartTransaction$/.test(action) && tag !== undefined)
      localAuthorization.allow(this.#id, tag);
    this.#waiting += 1;
    const answered = this.#commands.then(() => this.#command(action, verdict.pass));
    this.#commands = answered
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    return answered;
  }

  async #command(action: string, params: Params): Promise<unknown> {
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
