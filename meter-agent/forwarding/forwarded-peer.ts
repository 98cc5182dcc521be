import { createRPCError } from 'ocpp-rpc';
import type { Logger } from 'pino';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { DriverMemory } from '../drivers/driver.ts';
import type { ForwardablePeer, Peer, PeerCall } from '../drivers/ocpp/peer.ts';
import { ownRefusal } from './answers.ts';
import { filterCommand, type Grounds, tagOf } from './command-filter.ts';
import { InitialState } from './initial-state.ts';
import { OtherMeasurands } from './measurands.ts';
import type { Outbox, Outcome, Params } from './outbox.ts';
import { OwnSettings } from './own-settings.ts';
import { PeerCalls } from './peer-calls.ts';
import { Registration } from './registration.ts';
import { SettingRequests } from './setting-requests.ts';
import type { Standing } from './standing.ts';
import { TransactionIds } from './transaction-ids.ts';
import { Upstream } from './upstream.ts';

interface ForwardParts {
  /** Address of the other central system, and the password for it. */
  url: string;
  password?: string | undefined;
  localAuthorization: LocalAuthorization;
  outbox: Outbox;
  standing: Standing;
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

/**
 * The connection of a charge point that is forwarded to another central system. The driver sees a peer like any
 * other: the charge point's calls go to both, the other central system's commands are filtered here, and the agent's
 * own commands stay between agent and charge point.
 */
export class ForwardedPeer implements Peer {
  readonly #peer: ForwardablePeer;
  readonly #parts: ForwardParts;
  readonly #id: string;
  readonly #ids: TransactionIds;
  readonly #upstream: Upstream;
  readonly #registration: Registration;
  readonly #grounds: Grounds;
  readonly #initialState: InitialState;
  readonly #calls: PeerCalls;
  readonly #ownSettings: OwnSettings;
  readonly #settingRequests: SettingRequests;

  constructor(chargePointId: string, peer: ForwardablePeer, parts: ForwardParts) {
    const { localAuthorization, memory } = parts;
    this.#peer = peer;
    this.#calls = new PeerCalls(peer);
    this.#parts = parts;
    this.#id = chargePointId;
    this.#ids = new TransactionIds(memory, chargePointId);
    this.#initialState = new InitialState(memory, chargePointId);
    const { protocol } = peer;
    this.#grounds = { chargePointId, protocol, localAuthorization, memory, ids: this.#ids };
    const others = new OtherMeasurands(memory, chargePointId);
    this.#ownSettings = new OwnSettings(others);
    this.#settingRequests = new SettingRequests({
      ask: (action, params) => this.#calls.command(action, params),
      others,
      own: this.#ownSettings,
      isBooked: () => localAuthorization.isBooked(chargePointId, 0),
    });
    this.#upstream = new Upstream(
      { ...parts, chargePointId, protocol },
      {
        onCall: (action, params) => this.#commanded(action, params),
        onConnected: () => this.#registration.connected(),
        introduction: () => this.#initialState.statuses(),
        toSend: ({ action, text }) => this.#numbered(action, JSON.parse(text) as Params),
        onAnswer: ({ ownTransactionId }, { transactionId }) => this.#join(ownTransactionId, transactionId),
      },
    );
    this.#registration = new Registration(this.#initialState, this.#upstream);
    // Calls that no driver knows go only to the other central system.
    peer.handle(async ({ method, params }) => this.#passOn(method, params));
    peer.once('close', () => {
      this.#registration.close();
      this.#upstream.close();
    });
  }

  get protocol(): string {
    return this.#peer.protocol;
  }

  call(action: string, params: object, options?: { signal: AbortSignal }): Promise<unknown> {
    return this.#calls.own(options?.signal, () => {
      const call = (name: string, its: object) => this.#peer.call(name, its, options);
      return this.#ownSettings.call(call, action, params as Params);
    });
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

  /** Whatever the other central system answers, the charge point is accepted: else no booking could charge. */
  async #booted(call: PeerCall, handler: Handler): Promise<object> {
    const answer = (await handler(call)) as Params;
    const accepted = await this.#registration.tell(call.params);
    const theirs = Number(accepted?.interval);
    const isInterval = Number.isSafeInteger(theirs) && theirs > 0;
    return isInterval ? { ...answer, interval: Math.min(theirs, Number(answer.interval)) } : answer;
  }

  /**
   * The agent decides about a booking's tag; any other tag is the other central system's, where the agent may take its
   * word.
   */
  async #authorized(call: PeerCall, handler: Handler): Promise<object> {
    const { params } = call;
    const { localAuthorization } = this.#parts;
    const answer = await handler(call);
    const tag = tagOf(params);
    const isOurs = tag === undefined || localAuthorization.isBookingTag(this.#id, tag);
    if (isOurs || (statusOf(answer) === 'Accepted' && !localAuthorization.isAllowed(this.#id, tag))) {
      this.#upstream.notify('Authorize', params);
      return answer;
    }
    const outcome = await this.#upstream.ask('Authorize', params);
    if (outcome.is !== 'answer') return answer;
    if (statusOf(outcome.result) !== 'Accepted') {
      localAuthorization.forget(this.#id, tag);
      return outcome.result;
    }
    localAuthorization.allow(this.#id, tag);
    const own = await handler(call);
    return statusOf(own) === 'Accepted' ? outcome.result : own;
  }

  /** The charge point gets our number of the transaction, also where the other system authorized it. */
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

  /** The charge point gets the other central system's answer or error, and the agent's own refusal instead of nonsense. */
  async #passOn(action: string, params: Params, instead?: () => Promise<object>): Promise<object> {
    const outcome = await this.#upstream.ask(action, params);
    if (outcome.is === 'answer') return outcome.result;
    if (outcome.is === 'error' && instead === undefined) throw outcome.error;
    if (instead !== undefined) return instead();
    const isNonsense = outcome.is === 'away' && outcome.why === 'invalid';
    const refusal = isNonsense ? ownRefusal(this.protocol, action) : undefined;
    if (refusal !== undefined) return refusal;
    throw createRPCError('NotImplemented', `Nobody here knows ${action}`, {});
  }

  /** One at a time, so that the agent's own calls can come between two of them. */
  #commanded(action: string, params: Params): Promise<unknown> {
    const verdict = filterCommand(this.#grounds, action, params);
    const { log, localAuthorization } = this.#parts;
    if ('refusal' in verdict) {
      log.warn({ chargePointId: this.#id, action }, 'a command of the other central system was refused');
      return Promise.resolve(verdict.refusal);
    }
    if ('settings' in verdict) {
      const { settings } = verdict;
      return this.#calls.queued(() => this.#settingRequests.answer(settings, params));
    }
    const tag = tagOf(params);
    if (/^(Remote|Request)StartTransaction$/.test(action) && tag !== undefined)
      localAuthorization.allow(this.#id, tag);
    return this.#calls.queued(() => this.#calls.command(action, verdict.pass));
  }
}
