import type { KeyObject } from 'node:crypto';
import { type CarState, carPowerW } from './car.ts';
import { Meter } from './meter.ts';
import type { WallboxOptions } from './options.ts';
import { meterKey, publicKeyHex, type RecordReading, signedRecord, signedValue } from './record.ts';
import { Settings } from './settings.ts';
import { ChargePointSocket } from './socket.ts';

const TICK_MS = 250;
const VOLTAGE_V = 230;
const FIRMWARE = '1.0.0';
const CONNECTOR = 1;

/** Faults that can be asked for; `clear` ends them all. */
export const FAULTS = [
  'GroundFailure',
  'dropConnection',
  'restartAtZero',
  'silentMeter',
  'kWh',
  'refuseProfiles',
  'refuseRemoteStart',
  'clear',
] as const;
export type Fault = (typeof FAULTS)[number];

export type BoxStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Unavailable'
  | 'Faulted';

interface Transaction {
  idTag: string;
  /** Given by the Central System; undefined until it answered. */
  id: number | undefined;
  begin: RecordReading;
  pagination: number;
}

/**
 * One connector of a simulated wallbox: car, meter, and the messages of OCPP 1.6J that they cause. It knows no
 * booking and no ledger, and the agent knows nothing of it.
 */
export class Box {
  readonly #options: WallboxOptions;
  readonly #key: KeyObject;
  readonly #meter: Meter;
  readonly #settings: Settings;
  readonly #socket: ChargePointSocket;
  readonly #faults = new Set<Fault>();
  #car: CarState | undefined;
  #transaction: Transaction | undefined;
  #status: BoxStatus = 'Available';
  #limitW = Number.POSITIVE_INFINITY;
  #powerW = 0;
  #waitingTag: { idTag: string; until: number } | undefined;
  #finishing = false;
  #available = true;
  #lastTickAt = performance.now();
  #lastSampleAt = 0;
  #lastHeartbeatAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WallboxOptions) {
    this.#options = options;
    this.#key = meterKey(options.meterKeyFile);
    this.#meter = new Meter(options.stateFile);
    this.#settings = new Settings(publicKeyHex(this.#key));
    this.#socket = new ChargePointSocket(options, this.#handlers(), () => void this.#boot());
  }

  /** Switches the box on. A transaction that a power cut left open is ended with the register of then. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    await this.#socket.connect();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#meter.save();
    await this.#socket.close();
  }

  state() {
    return {
      id: this.#options.id,
      connected: this.#socket.isOpen,
      status: this.#status,
      plugged: this.#car !== undefined,
      powerW: Math.round(this.#powerW),
      registerWh: this.#meter.registerWh,
      speed: this.#options.speed,
      transactionId: this.#transaction?.id ?? null,
      faults: [...this.#faults],
      meterPublicKey: publicKeyHex(this.#key),
    };
  }

  plug(): void {
    if (this.#car !== undefined) return;
    this.#car = { poweredSec: 0, chargedWh: 0, wantedWh: this.#options['car-wh'] };
    this.#finishing = false;
    this.#showStatus();
    if (this.#waitingTag !== undefined && this.#waitingTag.until > performance.now()) {
      this.#begin(this.#waitingTag.idTag);
    }
    this.#waitingTag = undefined;
  }

  unplug(): void {
    this.#end('EVDisconnected');
    this.#car = undefined;
    this.#finishing = false;
    this.#showStatus();
  }

  /** A card held to the reader: starts when the Central System accepts it, or ends the same card's transaction. */
  async present(idTag: string): Promise<string> {
    if (this.#transaction?.idTag === idTag) {
      this.#end('Local');
      return 'Accepted';
    }
    const answer = await this.#socket.call('Authorize', { idTag });
    const status = (answer?.idTagInfo as { status?: string } | undefined)?.status ?? 'Offline';
    if (status === 'Accepted' && this.#car !== undefined) this.#begin(idTag);
    return status;
  }

  /** The box's own stop button. */
  pressStop(): void {
    this.#end('Local');
  }

  fault(kind: Fault): void {
    if (kind === 'clear') this.#faults.clear();
    else if (kind === 'dropConnection') this.#socket.drop();
    else if (kind === 'restartAtZero') this.#meter.restartAtZero();
    else this.#faults.add(kind);
    if (kind === 'GroundFailure') this.#end('Other');
    this.#showStatus();
  }

  #handlers() {
    return {
      RemoteStartTransaction: ({ idTag }: Record<string, unknown>) => ({
        status: this.#remoteStart(String(idTag)),
      }),
      RemoteStopTransaction: ({ transactionId }: Record<string, unknown>) => {
        if (transactionId !== this.#transaction?.id) return { status: 'Rejected' };
        setImmediate(() => this.#end('Remote'));
        return { status: 'Accepted' };
      },
      SetChargingProfile: (params: Record<string, unknown>) => ({ status: this.#setProfile(params) }),
      ClearChargingProfile: () => {
        this.#limitW = Number.POSITIVE_INFINITY;
        return { status: 'Accepted' };
      },
      ChangeConfiguration: ({ key, value }: Record<string, unknown>) => ({
        status: this.#settings.change(String(key), String(value)),
      }),
      GetConfiguration: ({ key }: Record<string, unknown>) =>
        this.#settings.read(key as string[] | undefined),
      ReserveNow: () => ({
        status: this.#car === undefined && this.#status === 'Available' ? 'Accepted' : 'Occupied',
      }),
      CancelReservation: () => ({ status: 'Accepted' }),
      ChangeAvailability: ({ type }: Record<string, unknown>) => {
        this.#available = type === 'Operative';
        setImmediate(() => this.#showStatus());
        return { status: this.#transaction === undefined ? 'Accepted' : 'Scheduled' };
      },
      UnlockConnector: () => {
        setImmediate(() => this.#end('UnlockCommand'));
        return { status: 'Unlocked' };
      },
      TriggerMessage: ({ requestedMessage }: Record<string, unknown>) => ({
        status: this.#trigger(requestedMessage),
      }),
      Reset: ({ type }: Record<string, unknown>) => {
        setImmediate(() => {
          this.#end(type === 'Hard' ? 'HardReset' : 'SoftReset');
          setTimeout(() => this.#socket.drop(), 500);
        });
        return { status: 'Accepted' };
      },
    };
  }

  #remoteStart(idTag: string): 'Accepted' | 'Rejected' {
    const blocked =
      this.#faults.has('GroundFailure') || this.#faults.has('refuseRemoteStart') || !this.#available;
    if (blocked || this.#transaction !== undefined) return 'Rejected';
    if (this.#car === undefined) {
      const timeoutMs = this.#settings.seconds('ConnectionTimeOut') * 1_000;
      this.#waitingTag = { idTag, until: performance.now() + timeoutMs };
    } else {
      setImmediate(() => this.#begin(idTag));
    }
    return 'Accepted';
  }

  /** Obeys the first period of a profile: enough for a limit, and for 0 A. */
  #setProfile(params: Record<string, unknown>): 'Accepted' | 'Rejected' {
    if (this.#faults.has('refuseProfiles')) return 'Rejected';
    const profile = params.csChargingProfiles as {
      transactionId?: number;
      chargingSchedule: {
        chargingRateUnit: 'A' | 'W';
        chargingSchedulePeriod: { limit: number; numberPhases?: number }[];
      };
    };
    if (profile.transactionId !== undefined && profile.transactionId !== this.#transaction?.id)
      return 'Rejected';
    const [period] = profile.chargingSchedule.chargingSchedulePeriod;
    if (period === undefined) return 'Rejected';
    const phases = period.numberPhases ?? this.#options.phases;
    const unit = profile.chargingSchedule.chargingRateUnit;
    this.#limitW = unit === 'W' ? period.limit : period.limit * VOLTAGE_V * phases;
    return 'Accepted';
  }

  #trigger(message: unknown): 'Accepted' | 'NotImplemented' {
    if (message === 'StatusNotification') setImmediate(() => this.#sendStatus());
    else if (message === 'MeterValues') setImmediate(() => this.#sample('Trigger'));
    else if (message === 'BootNotification') setImmediate(() => void this.#boot());
    else if (message === 'Heartbeat') setImmediate(() => void this.#socket.call('Heartbeat', {}));
    else return 'NotImplemented';
    return 'Accepted';
  }

  async #boot(): Promise<void> {
    const answer = await this.#socket.call('BootNotification', {
      chargePointVendor: 'Plugpact',
      chargePointModel: 'Simulated Wallbox',
      chargePointSerialNumber: this.#options.id.slice(0, 25),
      firmwareVersion: FIRMWARE,
      meterType: 'Simulated Meter',
    });
    if (answer?.status !== 'Accepted') return;
    const interval = Number(answer.interval);
    if (interval > 0) this.#settings.change('HeartbeatInterval', String(interval));
    this.#endAfterPowerCut();
    this.#sendStatus();
  }

  #endAfterPowerCut(): void {
    const { open } = this.#meter;
    if (open === null || this.#transaction !== undefined) return;
    const meterStop = this.#meter.registerWh;
    const timestamp = new Date().toISOString();
    const { transactionId, idTag } = open;
    this.#meter.setOpen(null);
    const params = { transactionId, idTag, meterStop, timestamp, reason: 'PowerLoss' };
    this.#socket.deliver(
      'StopTransaction',
      () => params,
      () => {},
    );
  }

  #begin(idTag: string): void {
    if (this.#transaction !== undefined || this.#car === undefined) return;
    const begin: RecordReading = { reason: 'B', at: new Date(), registerWh: this.#meter.registerWh };
    const transaction: Transaction = {
      idTag,
      id: undefined,
      begin,
      pagination: this.#meter.nextPagination(),
    };
    this.#transaction = transaction;
    this.#limitW = Number.POSITIVE_INFINITY;
    this.#car.poweredSec = 0;
    this.#lastSampleAt = performance.now();
    const params = {
      connectorId: CONNECTOR,
      idTag,
      meterStart: begin.registerWh,
      timestamp: begin.at.toISOString(),
    };
    this.#socket.deliver(
      'StartTransaction',
      () => params,
      (answer) => this.#started(transaction, answer),
    );
    this.#showStatus();
  }

  #started(transaction: Transaction, answer: Record<string, unknown>): void {
    transaction.id = Number(answer.transactionId);
    const accepted = (answer.idTagInfo as { status: string }).status === 'Accepted';
    if (this.#transaction !== transaction) return;
    if (!accepted && this.#settings.isOn('StopTransactionOnInvalidId')) {
      this.#end('DeAuthorized');
      return;
    }
    this.#meter.setOpen({ transactionId: transaction.id, idTag: transaction.idTag });
    if (this.#settings.isOn('SampledDataSignStartedReadings'))
      this.#sendSigned(transaction, [transaction.begin]);
  }

  #signed(transaction: Transaction, readings: RecordReading[], context: string) {
    const record = signedRecord(this.#key, {
      serial: this.#options.id,
      firmware: FIRMWARE,
      pagination: transaction.pagination,
      idTag: transaction.idTag,
      readings,
    });
    return { value: signedValue(record, publicKeyHex(this.#key)), context, format: 'SignedData' };
  }

  #sendSigned(transaction: Transaction, readings: RecordReading[]): void {
    const sampledValue = [this.#signed(transaction, readings, 'Transaction.Begin')];
    const meterValue = [{ timestamp: transaction.begin.at.toISOString(), sampledValue }];
    const build = () => ({ connectorId: CONNECTOR, transactionId: transaction.id, meterValue });
    this.#socket.deliver('MeterValues', build, () => {});
  }

  #end(reason: string): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    this.#transaction = undefined;
    this.#powerW = 0;
    this.#finishing = true;
    const end: RecordReading = { reason: 'E', at: new Date(), registerWh: this.#meter.registerWh };
    this.#socket.deliver(
      'StopTransaction',
      () => this.#stopParams(transaction, end, reason),
      () => this.#meter.setOpen(null),
    );
    this.#showStatus();
  }

  #stopParams(transaction: Transaction, end: RecordReading, reason: string): object | undefined {
    if (transaction.id === undefined) return undefined;
    const timestamp = end.at.toISOString();
    const raw = this.#energy(end.registerWh, 'Transaction.End');
    const signed = this.#settings.isOn('SampledDataSignReadings')
      ? [this.#signed(transaction, [transaction.begin, end], 'Transaction.End')]
      : [];
    return {
      transactionId: transaction.id,
      idTag: transaction.idTag,
      meterStop: end.registerWh,
      timestamp,
      reason,
      transactionData: [{ timestamp, sampledValue: [raw, ...signed] }],
    };
  }

  #energy(registerWh: number, context: string) {
    const measurand = 'Energy.Active.Import.Register';
    if (!this.#faults.has('kWh')) return { value: String(registerWh), context, measurand, unit: 'Wh' };
    // The float noise of real boxes: 0.15002000000000001 instead of 0.15002.
    return { value: String(this.#meter.exactWh / 1000), context, measurand, unit: 'kWh' };
  }

  #sample(context: string): void {
    const transaction = this.#transaction;
    if (this.#faults.has('silentMeter') && context !== 'Trigger') return;
    const wanted = this.#settings.text('MeterValuesSampledData').split(',');
    const sampledValue: object[] = [this.#energy(this.#meter.registerWh, context)];
    if (wanted.includes('Power.Active.Import')) {
      const value = this.#powerW.toFixed(0);
      sampledValue.push({ value, context, measurand: 'Power.Active.Import', unit: 'W' });
    }
    if (wanted.includes('Current.Import')) {
      const amperes = (this.#powerW / VOLTAGE_V / this.#options.phases).toFixed(2);
      for (const phase of ['L1', 'L2', 'L3'].slice(0, this.#options.phases)) {
        sampledValue.push({ value: amperes, context, measurand: 'Current.Import', unit: 'A', phase });
      }
    }
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
    const build = () => {
      const transactionId = transaction?.id;
      return {
        connectorId: CONNECTOR,
        ...(transactionId === undefined ? {} : { transactionId }),
        meterValue,
      };
    };
    this.#socket.deliver('MeterValues', build, () => {});
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = now - this.#lastTickAt;
    this.#lastTickAt = now;
    this.#charge(elapsedMs);
    const heartbeatMs = this.#settings.seconds('HeartbeatInterval') * 1_000;
    if (heartbeatMs > 0 && now - this.#lastHeartbeatAt >= heartbeatMs && this.#socket.isOpen) {
      this.#lastHeartbeatAt = now;
      void this.#socket.call('Heartbeat', {});
    }
    const sampleMs = this.#settings.seconds('MeterValueSampleInterval') * 1_000;
    if (this.#transaction !== undefined && sampleMs > 0 && now - this.#lastSampleAt >= sampleMs) {
      this.#lastSampleAt = now;
      this.#meter.save();
      this.#sample('Sample.Periodic');
    }
  }

  #charge(elapsedMs: number): void {
    const car = this.#car;
    if (car === undefined || this.#transaction === undefined) return;
    const offeredW = Math.min(this.#options['power-w'], this.#limitW);
    const powerW = carPowerW(car, offeredW, Math.random) * this.#options.speed;
    car.poweredSec = powerW > 0 || offeredW > 0 ? car.poweredSec + elapsedMs / 1_000 : 0;
    this.#powerW = powerW;
    this.#meter.add(powerW, elapsedMs);
    car.chargedWh += (powerW * elapsedMs) / 3_600_000;
    this.#showStatus();
  }

  #present(): BoxStatus {
    if (this.#faults.has('GroundFailure')) return 'Faulted';
    if (this.#transaction !== undefined) {
      if (this.#limitW <= 0) return 'SuspendedEVSE';
      return this.#car !== undefined && this.#car.chargedWh >= this.#car.wantedWh
        ? 'SuspendedEV'
        : 'Charging';
    }
    if (!this.#available) return 'Unavailable';
    if (this.#car === undefined) return 'Available';
    return this.#finishing ? 'Finishing' : 'Preparing';
  }

  #showStatus(): void {
    const status = this.#present();
    if (status === this.#status) return;
    this.#status = status;
    this.#sendStatus();
  }

  #sendStatus(): void {
    const params = {
      connectorId: CONNECTOR,
      status: this.#status,
      errorCode: this.#faults.has('GroundFailure') ? 'GroundFailure' : 'NoError',
      timestamp: new Date().toISOString(),
    };
    if (this.#socket.isOpen)
      this.#socket.deliver(
        'StatusNotification',
        () => params,
        () => {},
      );
  }
}
