import { chargePointSec } from '../charge-point-time.ts';
import type { Answer, ChargePointConnection, Reservation, TransactionLimit } from '../driver.ts';
import { ask, askFully, type CommandTarget, type Wanted } from '../ocpp/ask.ts';
import { Calls, isSilence } from '../ocpp/calls.ts';
import { ChargePointClock } from '../ocpp/clock.ts';
import { LimitForms } from '../ocpp/limit-forms.ts';
import type { Peer } from '../ocpp/peer.ts';
import { SetUp } from '../ocpp/set-up.ts';
import { StoredMessages } from '../ocpp/stored-messages.ts';
import type { ServeChargePoint, VersionParts } from '../ocpp/version.ts';
import { isTaken, readFacts, readMeterKeys, type Setting16, settingsToChange } from './configure.ts';
import { type Caller, HANDLERS } from './handlers.ts';
import { txProfile } from './profile.ts';
import { vendorFactsOf } from './vendor-settings.ts';

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
  readonly #stored = new StoredMessages();
  readonly #limits: LimitForms;
  readonly #setUp: SetUp<Setting16>;
  #takesProfileAtStart = false;
  #hasBooted = false;
  #isSilent = false;
  #background: Promise<void> = Promise.resolve();

  constructor(parts: VersionParts, chargePointId: string, peer: Peer) {
    this.#parts = parts;
    this.#id = chargePointId;
    this.#calls = new Calls(peer);
    this.#connection = { peer: this.#calls, chargePointId, log: parts.log };
    this.#setUp = new SetUp({ ...parts, chargePointId }, 1);
    const onEndRefused = () => parts.events.healthReported(chargePointId, 0, { isLimitEndRefused: true });
    this.#limits = new LimitForms({ ...parts, chargePointId, onEndRefused });
    this.#answerCalls(peer);
    const asking = setTimeout(() => this.#requestState(), ASK_AFTER_MS);
    peer.once('close', () => {
      this.#isSilent = true;
      clearTimeout(asking);
      if (!parts.isClosing()) this.#setUp.restarted();
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

  limitCurrent(connectorId: number, transactionId: number, limit: TransactionLimit): Promise<Answer> {
    return this.#limits.send(limit, (form) => {
      const csChargingProfiles = this.#profile(connectorId, limit, transactionId, form);
      return this.#askIfKnown('SetChargingProfile', { connectorId, csChargingProfiles });
    });
  }

  async readMeter(connectorId: number): Promise<Answer> {
    await this.#stored.sent();
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
    form = this.#limits.first,
  ) {
    const startedAt =
      transactionId === undefined ? undefined : this.#clock.startedAt(transactionId, nowSec());
    const times = { nowSec: nowSec(), clock: this.#clock, startedAt };
    return txProfile(connectorId, limit, transactionId, form, times);
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
      peer.handle(action, async ({ messageId, params, sent }) => {
        this.#readClock(params);
        this.#stored.heard(action, params);
        const answer = handle(caller, params, [2, messageId, action, sent]);
        await events.written();
        this.#goOnSettingUp();
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
    // It does not always lose its connection when it restarts.
    if (this.#hasBooted) this.#setUp.restarted();
    this.#hasBooted = true;
    this.#isSilent = false;
    this.#later(() => this.#configure());
  }

  /** Work that can wait, one after the other; skipped for a silent charge point until it boots. */
  #later(work: () => Promise<void>): void {
    this.#background = this.#background.then(async () => {
      if (!this.#isSilent) await work();
    });
  }

  /** A charge point that only reconnects reports neither its connectors' status nor its meter. */
  #requestState(): void {
    this.#later(async () => {
      await this.#trigger({ requestedMessage: 'StatusNotification' });
      if (!this.#hasBooted) await this.#configure();
    });
    void this.#stored.sent().then(() => this.#later(() => this.#requestMeters()));
  }

  async #requestMeters(): Promise<void> {
    for (const connectorId of this.#parts.events.chargingConnectors(this.#id)) {
      await this.#trigger({ requestedMessage: 'MeterValues', connectorId });
    }
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

  /** What is read is read at once; what is changed may have to wait. Refusals are accepted: start and stop can be billed. */
  async #configure(): Promise<void> {
    const { events, sampleIntervalSec } = this.#parts;
    const { call } = this.#inBackground();
    await this.#untilSilent(async () => {
      const { settings, profiles, rateUnits } = await readFacts(call);
      this.#takesProfileAtStart = profiles?.includes('SmartCharging') ?? false;
      this.#limits.setUnits(rateUnits);
      events.healthReported(this.#id, 0, vendorFactsOf(settings));
      const { wanted, refused } = settingsToChange(settings, sampleIntervalSec);
      const forgotten = wanted.map(([key]) => key).filter((key) => settings.has(key));
      this.#setUp.begin(wanted, refused, forgotten);
      await this.#changeSettings();
      for (const [connectorId, spkiHex] of await readMeterKeys(call, settings))
        events.meterKeyReported(this.#id, connectorId, spkiHex);
    });
  }

  #changeSettings(): Promise<void> {
    const call = (action: string, params: object) =>
      this.#calls.background(action, params, this.#setUp.mayChange);
    return this.#setUp.proceed(async ([setting]) => {
      const isDone = setting === undefined || (await isTaken(call, setting));
      return isDone ? [] : [setting[0]];
    });
  }

  /** After an answer: the message before it may have freed the charge point. */
  #goOnSettingUp(): void {
    if (!this.#setUp.isDue) return;
    setImmediate(() => this.#later(() => this.#untilSilent(() => this.#changeSettings())));
  }

  async #untilSilent(work: () => Promise<void>): Promise<void> {
    if (this.#isSilent) return;
    try {
      await work();
    } catch (error) {
      if (!isSilence(error)) throw error;
      this.#isSilent = true;
      this.#parts.log.warn({ chargePointId: this.#id }, 'the wallbox does not answer: not set up');
    }
  }
}

export const serveChargePoint16: ServeChargePoint = (parts, chargePointId, peer) =>
  new ChargePoint16(parts, chargePointId, peer);
