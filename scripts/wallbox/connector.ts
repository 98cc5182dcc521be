import { type CarState, carPowerW } from './car.ts';
import { type ChargePointStatus, HARDWARE_FAULTS, type HardwareFault } from './faults.ts';
import type { Meter } from './meter.ts';
import type { WallboxOptions } from './options.ts';
import type {
  Messages,
  MeterDisplay,
  RemoteStart,
  Reservation,
  ReserveAnswer,
  Transaction,
} from './protocol.ts';
import { limitWAt, type ProfileParams, type Schedule, scheduleOf } from './schedule.ts';
import type { Settings } from './settings.ts';

export interface ConnectorParts {
  options: WallboxOptions;
  settings: Settings;
  meter: Meter;
  messages: Messages;
  /** Faults of the whole wallbox. */
  faults: ReadonlySet<string>;
  isAvailable: () => boolean;
  /** Values are stored for later: one for each moment, so that many are. */
  isStoring: () => boolean;
}

/** One connector: car, meter, power and the transaction under way. It does not depend on a version of OCPP. */
export class Connector {
  readonly id: number;
  readonly #parts: ConnectorParts;
  #car: CarState | undefined;
  #transaction: Transaction | undefined;
  #reservation: Reservation | undefined;
  #waiting: (RemoteStart & { until: number }) | undefined;
  #schedule: Schedule | undefined;
  #defaultSchedule: Schedule | undefined;
  #status: ChargePointStatus = 'Available';
  #powerW = 0;
  #finishing = false;
  #lastSampleAt = 0;

  constructor(id: number, parts: ConnectorParts) {
    this.id = id;
    this.#parts = parts;
  }

  get transaction(): Transaction | undefined {
    return this.#transaction;
  }

  get isPlugged(): boolean {
    return this.#car !== undefined;
  }

  state() {
    return {
      status: this.#status,
      plugged: this.isPlugged,
      powerW: Math.round(this.#powerW),
      registerWh: this.#parts.meter.registerWh,
      transactionId: this.#transaction?.id ?? null,
    };
  }

  plug(): void {
    if (this.#car !== undefined) return;
    this.#car = { poweredSec: 0, chargedWh: 0, wantedWh: this.#parts.options['car-wh'] };
    this.#finishing = false;
    this.showStatus();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined && waiting.until > performance.now()) this.begin(waiting);
  }

  unplug(): void {
    this.end('EVDisconnected');
    this.#car = undefined;
    this.#finishing = false;
    this.showStatus();
  }

  /** Accepts a start that is possible; without a car it waits for one. */
  remoteStart(start: RemoteStart): 'Accepted' | 'Rejected' {
    const { settings, faults, isAvailable } = this.#parts;
    const blocked = this.#fault() !== undefined || faults.has('refuseRemoteStart') || !isAvailable();
    if (blocked || this.#transaction !== undefined || !this.#isFor(start.idTag)) return 'Rejected';
    if (start.profile !== undefined && !this.#keeps(start.profile)) return 'Rejected';
    if (this.#car === undefined) {
      const timeoutMs = settings.seconds('ConnectionTimeOut') * 1_000;
      this.#waiting = { ...start, until: performance.now() + timeoutMs };
    } else {
      setImmediate(() => this.begin(start));
    }
    return 'Accepted';
  }

  begin({ idTag, profile, remoteStartId }: Omit<RemoteStart, 'connectorId'>): void {
    if (this.#transaction !== undefined || this.#car === undefined || !this.#isFor(idTag)) return;
    const { meter, messages } = this.#parts;
    const transaction: Transaction = {
      idTag,
      id: undefined,
      begin: { reason: 'B', at: new Date(), registerWh: meter.registerWh },
      pagination: meter.nextPagination(),
      reservationId: this.#reservation?.reservationId,
      remoteStartId,
      sentCount: 0,
    };
    this.#reservation = undefined;
    this.#transaction = transaction;
    this.#schedule = profile && this.#scheduleOf(profile);
    this.#car.poweredSec = 0;
    this.#lastSampleAt = performance.now();
    messages.started(this.id, transaction, (accepted) => this.#answered(transaction, accepted));
    this.showStatus();
  }

  end(reason: string): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    this.#transaction = undefined;
    this.#schedule = undefined;
    this.#powerW = 0;
    this.#finishing = true;
    this.#parts.messages.ended(this.id, transaction, reason, this.#shown());
    this.showStatus();
  }

  setProfile(profile: ProfileParams): 'Accepted' | 'Rejected' {
    if (!this.#keeps(profile)) return 'Rejected';
    if (profile.chargingProfilePurpose !== 'TxProfile') this.#defaultSchedule = this.#scheduleOf(profile);
    else if (this.#transaction === undefined) return 'Rejected';
    else {
      const { transactionId: id } = profile;
      if (id !== undefined && id !== this.#transaction.id) return 'Rejected';
      this.#schedule = this.#scheduleOf(profile);
    }
    return 'Accepted';
  }

  clearProfiles(): void {
    this.#schedule = undefined;
    this.#defaultSchedule = undefined;
  }

  reserve(reservation: Reservation): ReserveAnswer {
    if (this.#fault() !== undefined) return 'Faulted';
    if (!this.#parts.isAvailable()) return 'Unavailable';
    const isOther =
      this.#reservation !== undefined && this.#reservation.reservationId !== reservation.reservationId;
    if (isOther || this.#car !== undefined) return 'Occupied';
    this.#reservation = reservation;
    setImmediate(() => this.showStatus());
    return 'Accepted';
  }

  cancelReservation(reservationId: number): boolean {
    if (this.#reservation?.reservationId !== reservationId) return false;
    this.#reservation = undefined;
    setImmediate(() => this.showStatus());
    return true;
  }

  sample(context: string): void {
    const { messages, faults } = this.#parts;
    if (faults.has('silentMeter') && context !== 'Trigger') return;
    messages.sample(this.id, this.#transaction, context, this.#shown());
  }

  tick(elapsedMs: number): void {
    this.#charge(elapsedMs);
    const { meter, messages, settings } = this.#parts;
    const reservation = this.#reservation;
    if (reservation !== undefined && Date.now() >= reservation.expiresAt) {
      this.#reservation = undefined;
      messages.reservationExpired(reservation.reservationId);
      this.showStatus();
    }
    if (Date.now() >= (this.#transaction?.endsAt ?? Number.POSITIVE_INFINITY)) this.end('TimeLimitReached');
    const sampleMs = settings.seconds('MeterValueSampleInterval') * 1_000;
    const now = performance.now();
    const isTime = this.#parts.isStoring() || (sampleMs > 0 && now - this.#lastSampleAt >= sampleMs);
    if (this.#transaction === undefined || !isTime) return;
    this.#lastSampleAt = now;
    meter.save();
    this.sample('Sample.Periodic');
  }

  /** Sends the status if it differs from the last one that was sent. */
  showStatus(): void {
    const status = this.#present();
    if (status === this.#status) return;
    this.#status = status;
    this.sendStatus();
  }

  sendStatus(): void {
    const { messages } = this.#parts;
    messages.status(this.id, this.#status, this.#fault());
    if (this.#transaction !== undefined) messages.chargingState(this.id, this.#transaction, this.#status);
  }

  #answered(transaction: Transaction, accepted: boolean): boolean {
    if (this.#transaction !== transaction || transaction.id === undefined) return false;
    if (!accepted && this.#parts.settings.isOn('StopTransactionOnInvalidId')) {
      this.end('DeAuthorized');
      return false;
    }
    this.#parts.meter.setOpen({ transactionId: transaction.id, idTag: transaction.idTag });
    return true;
  }

  #isFor(idTag: string): boolean {
    return this.#reservation === undefined || this.#reservation.idTag === idTag;
  }

  #keeps(profile: ProfileParams): boolean {
    return !this.#parts.faults.has('refuseProfiles') && this.#scheduleOf(profile) !== undefined;
  }

  #scheduleOf(profile: ProfileParams): Schedule | undefined {
    return scheduleOf(profile, this.#parts.options.phases, Date.now());
  }

  #fault(): HardwareFault | undefined {
    return HARDWARE_FAULTS.find((fault) => this.#parts.faults.has(fault));
  }

  #shown(): MeterDisplay {
    const { meter, faults } = this.#parts;
    const { registerWh, exactWh } = meter;
    return { registerWh, exactWh, powerW: this.#powerW, inKwh: faults.has('kWh') };
  }

  /** Limit by charging profiles, in W: the transaction's own profile has precedence over the default. */
  #limitW(transaction: Transaction): number {
    return limitWAt(this.#schedule ?? this.#defaultSchedule, Date.now(), transaction.begin.at.getTime());
  }

  #charge(elapsedMs: number): void {
    const car = this.#car;
    if (car === undefined || this.#transaction === undefined) return;
    const { options, meter } = this.#parts;
    const offeredW = Math.min(options['power-w'], this.#limitW(this.#transaction));
    const powerW = carPowerW(car, offeredW, Math.random) * options.speed;
    car.poweredSec = offeredW > 0 ? car.poweredSec + elapsedMs / 1_000 : 0;
    this.#powerW = powerW;
    meter.add(powerW, elapsedMs);
    car.chargedWh += (powerW * elapsedMs) / 3_600_000;
    this.showStatus();
  }

  #present(): ChargePointStatus {
    if (this.#fault() !== undefined) return 'Faulted';
    if (this.#transaction !== undefined) {
      if (this.#limitW(this.#transaction) <= 0) return 'SuspendedEVSE';
      const isFull = this.#car !== undefined && this.#car.chargedWh >= this.#car.wantedWh;
      return isFull ? 'SuspendedEV' : 'Charging';
    }
    if (!this.#parts.isAvailable()) return 'Unavailable';
    if (this.#car !== undefined) return this.#finishing ? 'Finishing' : 'Preparing';
    return this.#reservation === undefined ? 'Available' : 'Reserved';
  }
}
