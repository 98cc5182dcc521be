import { chargePointSec } from '../charge-point-time.ts';
import type { Answer, ChargePointConnection, TransactionLimit } from '../driver.ts';
import { ask } from '../ocpp/ask.ts';
import { Calls, isSilence } from '../ocpp/calls.ts';
import { ChargePointClock } from '../ocpp/clock.ts';
import { LimitForms } from '../ocpp/limit-forms.ts';
import type { Peer } from '../ocpp/peer.ts';
import { SetUp } from '../ocpp/set-up.ts';
import { StoredMessages } from '../ocpp/stored-messages.ts';
import type { VersionParts } from '../ocpp/version.ts';
import { type Caller, HANDLERS } from './handlers.ts';
import { time } from './messages.ts';
import { txProfile } from './profile.ts';
import { nextRequestId } from './request-ids.ts';
import { States } from './states.ts';
import { Transactions } from './transactions.ts';
import {
  askPower,
  changeVariables,
  meterKeysOf,
  type Setting201,
  settingsOf,
  takesReservations,
} from './variables.ts';

/** How long after it connected a station is asked for its status; its boot comes first. */
const STATUS_AFTER_MS = 3_000;
/** A station that delivers without a tag gets a stop at most this often. */
const NOBODY_MS = 15_000;

const ACCEPTED = ['Accepted', 'AcceptedCanceled', 'Scheduled'];

const nowSec = (): number => Math.floor(Date.now() / 1000);

/** One station that speaks OCPP 2.0.1 or 2.1. */
class Station {
  readonly #parts: VersionParts;
  readonly #id: string;
  readonly #peer: Peer;
  readonly #states: States;
  readonly #transactions: Transactions;
  readonly #calls: Calls;
  readonly #clock = new ChargePointClock();
  readonly #endsAt = new Map<number, number>();
  readonly #stored = new StoredMessages();
  readonly #limits: LimitForms;
  readonly #setUp: SetUp<Setting201>;
  #hasBooted = false;
  #isClosed = false;
  #takesProfileAtStart = true;
  #stoppedAt = 0;

  constructor(parts: VersionParts, chargePointId: string, peer: Peer) {
    this.#parts = parts;
    this.#id = chargePointId;
    this.#peer = peer;
    this.#calls = new Calls(peer);
    this.#states = new States(chargePointId, parts.events, parts.memory);
    this.#setUp = new SetUp({ ...parts, chargePointId }, Number.POSITIVE_INFINITY);
    const onEndRefused = () => parts.events.healthReported(chargePointId, 0, { isLimitEndRefused: true });
    this.#limits = new LimitForms({ ...parts, chargePointId, onEndRefused });
    this.#transactions = new Transactions({
      chargePointId,
      events: parts.events,
      memory: parts.memory,
      states: this.#states,
      onNoRegister: (id) => void this.#requestRegister(id),
      onUnauthorized: (transactionId) => this.#stopUnauthorized(transactionId),
      onStarted: (transactionId, timestamp) =>
        this.#clock.began(transactionId, chargePointSec(timestamp), nowSec()),
    });
  }

  serve(): void {
    const { events, heartbeatIntervalSec } = this.#parts;
    const caller: Caller = {
      id: this.#id,
      events,
      states: this.#states,
      transactions: this.#transactions,
      heartbeatIntervalSec,
      onBooted: () => this.#booted(),
      limitOf: (transactionId) => this.#limitOf(transactionId),
    };
    for (const [action, handle] of Object.entries(HANDLERS)) {
      this.#peer.handle(action, async ({ messageId, params, sent }) => {
        this.#readClock(params);
        this.#stored.heard(action, params);
        const answer = handle(caller, params, [2, messageId, action, sent]);
        await events.written();
        if (this.#setUp.isDue) setImmediate(() => void this.#changeSettings());
        return answer;
      });
    }
    const asking = setTimeout(() => this.#requestStatus(), STATUS_AFTER_MS);
    this.#peer.once('close', () => {
      this.#isClosed = true;
      clearTimeout(asking);
      if (!this.#parts.isClosing()) this.#setUp.restarted();
    });
  }

  calls(): ChargePointConnection {
    return {
      remoteStart: (evseId, idTag, limit) => this.#start(evseId, idTag, limit),
      remoteStop: async (transactionId) => {
        const name = this.#nameOf(transactionId);
        return name === undefined ? 'refused' : this.#ask('RequestStopTransaction', { transactionId: name });
      },
      limitCurrent: (evseId, transactionId, limit) => this.#limit(evseId, transactionId, limit),
      readMeter: async (id) => {
        await this.#stored.sent();
        const answer = await this.#ask('TriggerMessage', {
          requestedMessage: 'TransactionEvent',
          evse: { id },
        });
        // Some stations accept TransactionEvent and send none; they may still report their meter this way.
        this.#trigger({ requestedMessage: 'MeterValues', evse: { id } });
        return answer;
      },
      reserve: async (evseId, { reservationId, idTag, expiresAt }) => {
        const may = await this.#mayReserve();
        if (may !== 'accepted') return may;
        const expiryDateTime = new Date(expiresAt * 1000).toISOString();
        const idToken = { idToken: idTag, type: 'Central' };
        return this.#ask('ReserveNow', { id: reservationId, expiryDateTime, idToken, evseId });
      },
      cancelReservation: (reservationId) => this.#ask('CancelReservation', { reservationId }),
      unlock: (evseId) => {
        const connectorId = this.#states.connectorOf(evseId);
        return this.#ask('UnlockConnector', { evseId, connectorId }, ['Unlocked']);
      },
      reset: (isHard) => this.#ask('Reset', { type: isHard ? 'Immediate' : 'OnIdle' }),
      uploadDiagnostics: (remoteLocation) =>
        this.#ask('GetLog', {
          log: { remoteLocation },
          logType: 'DiagnosticsLog',
          requestId: nextRequestId(),
        }),
      updateFirmware: (location, retrieveAt) => {
        const retrieveDateTime = new Date(retrieveAt * 1000).toISOString();
        return this.#ask('UpdateFirmware', {
          requestId: nextRequestId(),
          firmware: { location, retrieveDateTime },
        });
      },
    };
  }

  /** With the limit, so that it holds from the first Wh on; without it where the limit was why the start was refused. */
  async #start(evseId: number, idTag: string, limit: TransactionLimit): Promise<Answer> {
    this.#endsAt.set(evseId, limit.endsAt);
    const remoteStartId = nextRequestId();
    this.#transactions.remoteStarts.add(remoteStartId, evseId, idTag);
    const request = { evseId, idToken: { idToken: idTag, type: 'Central' }, remoteStartId };
    const onAnswer = ({ transactionId }: { transactionId?: unknown }) => {
      this.#transactions.remoteStarts.accepted(remoteStartId);
      if (typeof transactionId === 'string') this.#transactions.bind(transactionId, evseId, idTag);
    };
    const send = (params: object) => this.#ask('RequestStartTransaction', params, ACCEPTED, onAnswer);
    if (!this.#takesProfileAtStart) return send(request);
    const answer = await send({ ...request, chargingProfile: this.#profile(evseId, limit, undefined) });
    if (answer !== 'refused') return answer;
    const without = await send(request);
    if (without === 'accepted') this.#takesProfileAtStart = false;
    return without;
  }

  async #limit(evseId: number, transactionId: number, limit: TransactionLimit): Promise<Answer> {
    const name = this.#nameOf(transactionId);
    if (name === undefined) return 'refused';
    this.#endsAt.set(evseId, limit.endsAt);
    return this.#limits.send(limit, (form) =>
      this.#ask('SetChargingProfile', {
        evseId,
        chargingProfile: this.#profile(evseId, limit, name, form),
      }),
    );
  }

  #profile(evseId: number, limit: TransactionLimit, name: string | undefined, form = this.#limits.first) {
    const startedAt = this.#clock.startedAt(name ?? '', nowSec());
    return txProfile(evseId, limit, name, form, { nowSec: nowSec(), clock: this.#clock, startedAt });
  }

  /** A message from the time offline shows when it was made, not what time it is. */
  #readClock(params: unknown): void {
    const { timestamp, offline } = (params ?? {}) as { timestamp?: unknown; offline?: unknown };
    if (offline === true) return;
    const parsed = time.safeParse(timestamp);
    const seenSec = parsed.success ? chargePointSec(parsed.data) : null;
    if (seenSec === null) return;
    const before = this.#clock.offsetSec;
    this.#clock.observe(seenSec, nowSec());
    const clockOffsetSec = this.#clock.offsetSec;
    if (clockOffsetSec !== before && clockOffsetSec !== undefined)
      this.#parts.events.healthReported(this.#id, 0, { clockOffsetSec });
  }

  /** A call that can wait. */
  readonly #call = (action: string, params: object) => this.#calls.background(action, params);

  #ask(action: string, params: object, wanted = ACCEPTED, onAnswer?: (answer: object) => void) {
    const { log } = this.#parts;
    return ask({ peer: this.#calls, chargePointId: this.#id, log }, action, params, wanted, onAnswer);
  }

  #mayReserve(): Promise<Answer> {
    const unknown = (error: unknown) => (isSilence(error) ? 'unreachable' : 'refused');
    return takesReservations(this.#call).then((takes) => (takes ? 'accepted' : 'refused'), unknown);
  }

  #nameOf(transactionId: number): string | undefined {
    const known = this.#parts.memory.transaction(transactionId);
    return known?.chargePointId === this.#id ? (known.ownTransactionId ?? undefined) : undefined;
  }

  /** The slot's end once more, in words of OCPP 2.1: the station ends a booking's transaction itself. */
  #limitOf(name: string): object {
    if (this.#peer.protocol !== 'ocpp2.1') return {};
    const known = this.#parts.memory.transactionNamed(this.#id, name);
    const endsAt = this.#endsAt.get(known?.connectorId ?? 0) ?? 0;
    const startedAt = this.#clock.startedAt(name, nowSec());
    // An end in the past belongs to an older booking.
    if (known?.bookingId == null || startedAt === undefined || endsAt <= nowSec()) return {};
    // Counted from the transaction's start, whenever the station receives it.
    return { transactionLimit: { maxTime: endsAt - startedAt } };
  }

  /** A station that only reconnects reports neither its connectors' status nor its meters. */
  #requestStatus(): void {
    const charging = this.#parts.events.chargingConnectors(this.#id);
    for (const id of new Set([...this.#states.ids(), ...charging]))
      this.#trigger({
        requestedMessage: 'StatusNotification',
        evse: { id, connectorId: this.#states.connectorOf(id) },
      });
    if (!this.#hasBooted) void this.#configure();
    void this.#stored.sent().then(() => this.#requestMeters());
  }

  async #requestRegister(id: number): Promise<void> {
    if (this.#stored.areArriving) await this.#stored.sent();
    this.#trigger({ requestedMessage: 'TransactionEvent', evse: { id } });
  }

  #requestMeters(): void {
    if (this.#isClosed) return;
    for (const id of this.#parts.events.chargingConnectors(this.#id)) {
      this.#trigger({ requestedMessage: 'TransactionEvent', evse: { id } });
      this.#trigger({ requestedMessage: 'MeterValues', evse: { id } });
    }
  }

  /** Failures do not matter: not every charge point has TriggerMessage. */
  #trigger(params: object): void {
    this.#call('TriggerMessage', params).catch(() => undefined);
  }

  #stopUnauthorized(transactionId: string): void {
    if (Date.now() - this.#stoppedAt < NOBODY_MS) return;
    this.#stoppedAt = Date.now();
    this.#parts.log.warn({ chargePointId: this.#id, transactionId }, 'power without a tag: stop sent');
    void this.#ask('RequestStopTransaction', { transactionId });
  }

  #booted(): void {
    // It does not always lose its connection when it restarts.
    if (this.#hasBooted) this.#setUp.restarted();
    this.#hasBooted = true;
    void this.#configure();
  }

  /** Refusals and silence are accepted: the register at start and stop is enough to bill. */
  async #configure(): Promise<void> {
    const { events, sampleIntervalSec } = this.#parts;
    this.#setUp.begin(settingsOf(sampleIntervalSec));
    await this.#changeSettings();
    const meterKeys = await meterKeysOf(this.#call, this.#states.ids()).catch(() => []);
    for (const [evseId, spkiHex] of meterKeys) events.meterKeyReported(this.#id, evseId, spkiHex);
    askPower(this.#call).catch(() => undefined);
  }

  async #changeSettings(): Promise<void> {
    const { sampleIntervalSec } = this.#parts;
    const call = (action: string, params: object) =>
      this.#calls.background(action, params, this.#setUp.mayChange);
    const change = (settings: readonly Setting201[]) => changeVariables(call, settings, sampleIntervalSec);
    await this.#setUp.proceed(change).catch(() => {});
  }
}

/** Serves a station that speaks OCPP 2.0.1, or 2.1, which is the same in what is used. */
export function serveStation(parts: VersionParts, chargePointId: string, peer: Peer): ChargePointConnection {
  const station = new Station(parts, chargePointId, peer);
  station.serve();
  return station.calls();
}
