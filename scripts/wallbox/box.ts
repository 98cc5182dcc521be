import { type CarState, carPowerW } from './car.ts';
import { handlersOf } from './handlers.ts';
import { Meter } from './meter.ts';
import type { WallboxOptions } from './options.ts';
import { meterKey, publicKeyHex } from './record.ts';
import { Reporter } from './reporter.ts';
import { Settings } from './settings.ts';
import { ChargePointSocket } from './socket.ts';
import { type ProfileParams, profileLimitW, type Transaction } from './transaction.ts';

const TICK_MS = 250;
/** How long a reset box stays on the line. */
const RESTART_MS = 500;

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

/**
 * One connector of a simulated wallbox: car, meter, and the messages of OCPP 1.6J that they cause. It knows no
 * booking and no ledger, and the agent knows nothing of it.
 */
export class Box {
  readonly #options: WallboxOptions;
  readonly #meter: Meter;
  readonly #settings: Settings;
  readonly #socket: ChargePointSocket;
  readonly #reporter: Reporter;
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
    const key = meterKey(options.meterKeyFile);
    const meter = new Meter(options.stateFile);
    const settings = new Settings(publicKeyHex(key));
    this.#meter = meter;
    this.#settings = settings;
    const socket = new ChargePointSocket(options, this.#handlers(), () => void this.#boot());
    this.#socket = socket;
    this.#reporter = new Reporter({ options, key, meter, settings, socket });
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
      meterPublicKey: this.#reporter.publicKeyHex,
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
    const commands = {
      remoteStart: (idTag: string) => this.#remoteStart(idTag),
      remoteStop: (transactionId: unknown) => this.#remoteStop(transactionId),
      setProfile: (params: Record<string, unknown>) => this.#setProfile(params),
      clearProfile: () => {
        this.#limitW = Number.POSITIVE_INFINITY;
      },
      isFree: () => this.#status === 'Available',
      isCharging: () => this.#transaction !== undefined,
      setAvailable: (isAvailable: boolean) => {
        this.#available = isAvailable;
        this.#showStatus();
      },
      end: (reason: string) => this.#end(reason),
      trigger: (message: unknown) => this.#trigger(message),
      restart: () => void setTimeout(() => this.#socket.drop(), RESTART_MS),
    };
    return handlersOf(commands, this.#settings);
  }

  #remoteStop(transactionId: unknown): boolean {
    if (this.#transaction === undefined || transactionId !== this.#transaction.id) return false;
    setImmediate(() => this.#end('Remote'));
    return true;
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

  #setProfile(params: Record<string, unknown>): 'Accepted' | 'Rejected' {
    const profile = params.csChargingProfiles as ProfileParams;
    const isOurs = profile.transactionId === undefined || profile.transactionId === this.#transaction?.id;
    const limitW = profileLimitW(profile, this.#options.phases);
    if (this.#faults.has('refuseProfiles') || !isOurs || limitW === undefined) return 'Rejected';
    this.#limitW = limitW;
    return 'Accepted';
  }

  #trigger(message: unknown): 'Accepted' | 'NotImplemented' {
    if (message === 'StatusNotification') setImmediate(() => this.#sendStatus());
    else if (message === 'MeterValues') setImmediate(() => this.#sample('Trigger'));
    else if (message === 'BootNotification') setImmediate(() => void this.#boot());
    else if (message === 'Heartbeat') setImmediate(() => this.#reporter.heartbeat());
    else return 'NotImplemented';
    return 'Accepted';
  }

  async #boot(): Promise<void> {
    if (!(await this.#reporter.boot())) return;
    if (this.#transaction === undefined) this.#reporter.endAfterPowerCut();
    this.#sendStatus();
  }

  #begin(idTag: string): void {
    if (this.#transaction !== undefined || this.#car === undefined) return;
    const begin = { reason: 'B', at: new Date(), registerWh: this.#meter.registerWh } as const;
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
    this.#reporter.started(transaction, (accepted) => this.#started(transaction, accepted));
    this.#showStatus();
  }

  #started(transaction: Transaction, accepted: boolean): void {
    if (this.#transaction !== transaction || transaction.id === undefined) return;
    if (!accepted && this.#settings.isOn('StopTransactionOnInvalidId')) {
      this.#end('DeAuthorized');
      return;
    }
    this.#meter.setOpen({ transactionId: transaction.id, idTag: transaction.idTag });
    this.#reporter.signedStart(transaction);
  }

  #end(reason: string): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    this.#transaction = undefined;
    this.#powerW = 0;
    this.#finishing = true;
    this.#reporter.ended(transaction, reason, this.#faults.has('kWh'));
    this.#showStatus();
  }

  #sample(context: string): void {
    if (this.#faults.has('silentMeter') && context !== 'Trigger') return;
    this.#reporter.sample(this.#transaction, context, this.#powerW, this.#faults.has('kWh'));
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = now - this.#lastTickAt;
    this.#lastTickAt = now;
    this.#charge(elapsedMs);
    const heartbeatMs = this.#settings.seconds('HeartbeatInterval') * 1_000;
    if (heartbeatMs > 0 && now - this.#lastHeartbeatAt >= heartbeatMs && this.#socket.isOpen) {
      this.#lastHeartbeatAt = now;
      this.#reporter.heartbeat();
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
    this.#reporter.status(this.#status, this.#faults.has('GroundFailure') ? 'GroundFailure' : 'NoError');
  }
}
