import { chargePointSec } from '../charge-point-time.ts';
import type { Answer, ChargePointConnection, Reservation, TransactionLimit } from '../driver.ts';
import { ask, askFully, type CommandTarget, type Wanted } from '../ocpp/ask.ts';
import { Calls } from '../ocpp/calls.ts';
import { ChargePointClock } from '../ocpp/clock.ts';
import type { Peer } from '../ocpp/peer.ts';
import type { RateUnit } from '../ocpp/schedule.ts';
import type { ServeChargePoint, VersionParts } from '../ocpp/version.ts';
import { configure } from './configure.ts';
import { type Caller, HANDLERS } from './handlers.ts';
import { txProfile } from './profile.ts';
import { repaired } from './repair.ts';

/** How long after it connected a charge point is asked for its state; its boot comes first. */
const ASK_AFTER_MS = 3_000;

const nowSec = () => Math.floor(Date.now() / 1000);

/** One charge point that speaks OCPP 1.6J: its calls become events, the agent's commands become calls. */
class ChargePoint16 implements ChargePointConnection {
  readonly #parts: VersionParts;
  readonly #id: string;
  readonly #calls: Calls;
  readonly #connection: CommandTarget;
  readonly #clock = new ChargePointClock();
  readonly #unsupported = new Set<string>();
  #rateUnits: RateUnit[] = ['A', 'W'];
  #takesProfileAtStart = false;
  #hasBooted = false;
  #isSilent = false;
  #background: Promise<void> = Promise.resolve();

  constructor(parts: VersionParts, chargePointId: string, peer: Peer) {
    this.#parts = parts;
    this.#id = chargePointId;
    this.#calls = new Calls(peer);
    this.#connection = { peer: this.#calls, chargePointId, log: parts.log };
    this.#answerCalls(peer);
    const asking = setTimeout(() => this.#later(() => this.#requestStatus()), ASK_AFTER_MS);
    peer.once('close', () => {
      this.#isSilent = true;
      clearTimeout(asking);
    });
  }

  async remoteStart(connectorId: number, idTag: string, limit: TransactionLimit): Promise<Answer> {
    const params = { connectorId, idTag };
    if (this.#takesProfileAtStart) {
      const chargingProfile = this.#profile(connectorId, limit, undefined);
      const answer = await ask(this.#connection, 'RemoteStartTransaction', { ...params, chargingProfile });
      if (answer !== 'refused') return answer;
    }
    const answer = await ask(this.#connection, 'RemoteStartTransaction', params);
    // It starts without the profile: the next start does not try with it again.
    if (answer === 'accepted') this.#takesProfileAtStart = false;
    return answer;
  }

  remoteStop(transactionId: number): Promise<Answer> {
    return ask(this.#connection, 'RemoteStopTransaction', { transactionId });
  }

  /** The answer shows whether the charge point counts in A or in W, where its settings did not. */
  async limitCurrent(connectorId: number, transactionId: number, limit: TransactionLimit): Promise<Answer> {
    for (const unit of this.#rateUnits) {
      const csChargingProfiles = this.#profile(connectorId, limit, transactionId, unit);
      const answer = await this.#askIfKnown('SetChargingProfile', { connectorId, csChargingProfiles });
      if (answer === 'accepted') this.#rateUnits = [unit];
      if (answer !== 'refused') return answer;
    }
    return 'refused';
  }

  readMeter(connectorId: number): Promise<Answer> {
    return this.#askIfKnown('TriggerMessage', { requestedMessage: 'MeterValues', connectorId });
  }

  reserve(connectorId: number, { reservationId, idTag, expiresAt }: Reservation): Promise<Answer> {
    const expiryDate = new Date(expiresAt * 1000).toISOString();
    return this.#askIfKnown('ReserveNow', { connectorId, reservationId, idTag, expiryDate });
  }

  cancelReservation(reservationId: number): Promise<Answer> {
    return this.#askIfKnown('CancelReservation', { reservationId });
  }

  unlock(connectorId: number): Promise<Answer> {
    return this.#askIfKnown('UnlockConnector', { connectorId }, ['Unlocked']);
  }

  reset(isHard: boolean): Promise<Answer> {
    return this.#askIfKnown('Reset', { type: isHard ? 'Hard' : 'Soft' });
  }

  /** The answers to this call and the next have no status: any answer means accepted. */
  uploadDiagnostics(url: string): Promise<Answer> {
    return this.#askIfKnown('GetDiagnostics', { location: url }, 'any');
  }

  updateFirmware(url: string, retrieveAt: number): Promise<Answer> {
    const retrieveDate = new Date(retrieveAt * 1000).toISOString();
    return this.#askIfKnown('UpdateFirmware', { location: url, retrieveDate }, 'any');
  }

  #profile(
    connectorId: number,
    limit: TransactionLimit,
    transactionId: number | undefined,
    unit = this.#rateUnits[0] ?? 'A',
  ) {
    const startedAt =
      transactionId === undefined ? undefined : this.#clock.startedAt(transactionId, nowSec());
    const times = { nowSec: nowSec(), clock: this.#clock, startedAt };
    return txProfile(connectorId, limit, transactionId, unit, times);
  }

  /** An action that the charge point does not have is tried once and reported once. */
  async #askIfKnown(action: string, params: object, wanted?: Wanted): Promise<Answer> {
    if (this.#unsupported.has(action)) return 'refused';
    const { answer, isUnknown } = await askFully(this.#connection, action, params, wanted);
    if (isUnknown) {
      this.#unsupported.add(action);
      this.#parts.events.healthReported(this.#id, 0, { unsupported: [...this.#unsupported] });
      this.#parts.log.warn(
        { chargePointId: this.#id, action },
        'the wallbox does not support this: continuing without it',
      );
    }
    return answer;
  }

  #answerCalls(peer: Peer): void {
    const { events, log, heartbeatIntervalSec } = this.#parts;
    const caller: Caller = {
      id: this.#id,
      events,
      log,
      heartbeatIntervalSec,
      onBooted: () => this.#booted(),
      onStarted: (transactionId, timestamp) =>
        this.#clock.began(transactionId, chargePointSec(timestamp), nowSec()),
    };
    for (const [action, handle] of Object.entries(HANDLERS)) {
      peer.handle(action, async ({ messageId, params }) => {
        const meant = repaired(params) as Record<string, unknown>;
        this.#readClock(meant);
        const answer = handle(caller, meant, [2, messageId, action, params]);
        await events.written();
        return answer;
      });
    }
  }

  #readClock({ timestamp, meterValue }: Record<string, unknown>): void {
    const newest = (meterValue as { timestamp?: string }[] | undefined)?.at(-1)?.timestamp;
    const reportedSec = chargePointSec(String(timestamp ?? newest));
    if (reportedSec === null) return;
    const { isRight: wasRight, offsetSec: before } = this.#clock;
    this.#clock.observe(reportedSec, nowSec());
    const clockOffsetSec = this.#clock.offsetSec;
    if (clockOffsetSec === before || clockOffsetSec === undefined) return;
    this.#parts.events.healthReported(this.#id, 0, { clockOffsetSec });
    if (wasRight && !this.#clock.isRight)
      this.#parts.log.warn({ chargePointId: this.#id, clockOffsetSec }, "the wallbox's clock is wrong");
  }

  #booted(): void {
    this.#hasBooted = true;
    this.#isSilent = false;
    this.#later(() => this.#setUp());
  }

  /** Work that can wait, one after the other; skipped for a silent charge point until it boots. */
  #later(work: () => Promise<void>): void {
    this.#background = this.#background.then(async () => {
      if (!this.#isSilent) await work();
    });
  }

  /** A charge point that only reconnects reports neither its connectors' status nor its meter. */
  async #requestStatus(): Promise<void> {
    await this.#trigger({ requestedMessage: 'StatusNotification' });
    for (const connectorId of this.#parts.events.chargingConnectors(this.#id)) {
      await this.#trigger({ requestedMessage: 'MeterValues', connectorId });
    }
    if (!this.#hasBooted) await this.#setUp();
  }

  /** Failures do not matter: not every charge point has TriggerMessage. */
  async #trigger(params: object): Promise<void> {
    if (this.#isSilent || this.#unsupported.has('TriggerMessage')) return;
    const connection = { ...this.#connection, peer: this.#inBackground() };
    const { answer, isUnknown } = await askFully(connection, 'TriggerMessage', params);
    if (isUnknown) this.#unsupported.add('TriggerMessage');
    this.#isSilent ||= answer === 'unreachable';
  }

  #inBackground(): Pick<Peer, 'call'> {
    return { call: (action, params) => this.#calls.background(action, params) };
  }

  async #setUp(): Promise<void> {
    if (this.#isSilent) return;
    const { events, log, sampleIntervalSec } = this.#parts;
    const { call } = this.#inBackground();
    const { refused, meterKeys, profiles, rateUnits, isSilent } = await configure(call, sampleIntervalSec);
    this.#isSilent ||= isSilent;
    this.#takesProfileAtStart = profiles?.includes('SmartCharging') ?? false;
    if (rateUnits !== undefined && rateUnits.length > 0) this.#rateUnits = rateUnits;
    for (const [connectorId, spkiHex] of meterKeys) events.meterKeyReported(this.#id, connectorId, spkiHex);
    events.healthReported(this.#id, 0, { refusedSettings: refused });
    if (refused.length > 0)
      log.info({ chargePointId: this.#id, refused }, 'the wallbox keeps its own settings');
    if (isSilent) log.warn({ chargePointId: this.#id }, 'the wallbox does not answer: not set up');
  }
}

export const serveChargePoint16: ServeChargePoint = (parts, chargePointId, peer) =>
  new ChargePoint16(parts, chargePointId, peer);
