import { Connector } from './connector.ts';
import { type Fault, HARDWARE_FAULTS } from './faults.ts';
import { Meter } from './meter.ts';
import { ocpp16 } from './ocpp16/ocpp16.ts';
import { ocpp21, ocpp201 } from './ocpp201/ocpp201.ts';
import type { WallboxOptions } from './options.ts';
import type { Commands, Messages, RemoteStart } from './protocol.ts';
import { meterKey, publicKeyHex } from './record.ts';
import { Settings } from './settings.ts';
import { ChargePointSocket } from './socket.ts';

const TICK_MS = 250;
/** How long the connection stays open after a reset. */
const RESTART_MS = 500;

/** Faults of the connection, and of what is sent after it. */
const CONNECTION_FAULTS = new Set<Fault>([
  'dropConnection',
  'cutConnection',
  'restoreConnection',
  'sendsStoredLate',
  'sendsStoredAfterTrigger',
]);

const PROTOCOLS = { '1.6': ocpp16, '2.0.1': ocpp201, '2.1': ocpp21 };

/**
 * A simulated wallbox: connectors, and one connection to a central system in a chosen version of OCPP. It knows
 * nothing of bookings or the ledger, and the agent has no special code for it.
 */
export class SimulatedWallbox {
  readonly #options: WallboxOptions;
  readonly #publicKeyHex: string;
  readonly #settings: Settings;
  readonly #socket: ChargePointSocket;
  readonly #messages: Messages;
  readonly #connectors: Connector[];
  readonly #meters: Meter[];
  readonly #faults = new Set<Fault>();
  #isAvailable = true;
  #lastTickAt = performance.now();
  #lastHeartbeatAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WallboxOptions) {
    this.#options = options;
    const key = meterKey(options.meterKeyFile);
    this.#publicKeyHex = publicKeyHex(key);
    const numbers = Array.from({ length: options.connectors }, (_unused, index) => index + 1);
    const settings = new Settings(this.#publicKeyHex, numbers.length);
    const meters = numbers.map(
      (id) => new Meter(id === 1 ? options.stateFile : `${options.stateFile}.${id}`),
    );
    const protocol = PROTOCOLS[options.ocpp];
    const handlers = protocol.handlersOf(this.#commands(), settings);
    this.#socket = new ChargePointSocket(options, protocol.subprotocol, handlers, () => void this.#boot());
    const meterOf = (connectorId: number) => meters[connectorId - 1] as Meter;
    this.#messages = protocol.messagesOf({ options, key, settings, socket: this.#socket, meterOf });
    const isStoring = () => this.#socket.stored.order !== 'asMade' && !this.#socket.isOpen;
    const shared = { options, settings, messages: this.#messages, faults: this.#faults, isStoring };
    const isAvailable = () => this.#isAvailable;
    this.#connectors = numbers.map((id) => new Connector(id, { ...shared, isAvailable, meter: meterOf(id) }));
    this.#settings = settings;
    this.#meters = meters;
  }

  /** Switches the wallbox on. Ends a transaction that a power cut left open, with the present register. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    await this.#socket.connect();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const meter of this.#meters) meter.save();
    await this.#socket.close();
  }

  state(connectorId = 1) {
    return {
      id: this.#options.id,
      connected: this.#socket.isOpen,
      speed: this.#options.speed,
      faults: [...this.#faults],
      storedValues: this.#socket.stored.count,
      meterPublicKey: this.#publicKeyHex,
      ...this.#at(connectorId).state(),
    };
  }

  plug(connectorId = 1): void {
    this.#at(connectorId).plug();
  }

  unplug(connectorId = 1): void {
    this.#at(connectorId).unplug();
  }

  /** A card at the reader: starts if the central system accepts it, or ends the same card's transaction. */
  async present(idTag: string, connectorId = 1): Promise<string> {
    const connector = this.#at(connectorId);
    if (connector.transaction?.idTag === idTag) {
      connector.end('Local');
      return 'Accepted';
    }
    const status = await this.#messages.authorize(idTag);
    if (status === 'Accepted') connector.begin({ idTag, profile: undefined });
    return status;
  }

  /** The wallbox's own stop button. */
  pressStop(connectorId = 1): void {
    this.#at(connectorId).end('Local');
  }

  fault(kind: Fault): void {
    if (kind === 'clear') this.#clear();
    else if (CONNECTION_FAULTS.has(kind)) this.#disturb(kind);
    else if (kind === 'restartAtZero') for (const meter of this.#meters) meter.restartAtZero();
    else this.#faults.add(kind);
    const isUnsafe = (HARDWARE_FAULTS as readonly string[]).includes(kind);
    for (const connector of this.#connectors) {
      if (isUnsafe) connector.end(kind);
      connector.showStatus();
    }
  }

  #clear(): void {
    this.#faults.clear();
    this.#socket.stored.order = 'asMade';
    this.#socket.stored.sendAll();
    void this.#socket.restore();
  }

  #disturb(kind: Fault): void {
    const { stored } = this.#socket;
    if (kind === 'dropConnection') this.#socket.drop();
    else if (kind === 'cutConnection') void this.#socket.cut();
    else if (kind === 'restoreConnection') void this.#socket.restore();
    else stored.order = kind === 'sendsStoredLate' ? 'afterLive' : 'afterTrigger';
  }

  #at(connectorId: number): Connector {
    const connector = this.#connectors[connectorId - 1];
    if (connector === undefined) throw new Error(`This wallbox has no connector ${connectorId}.`);
    return connector;
  }

  #known(connectorId: number): Connector[] {
    return connectorId === 0 ? this.#connectors : this.#connectors.filter(({ id }) => id === connectorId);
  }

  #commands(): Commands {
    return {
      remoteStart: (start) => this.#remoteStart(start),
      remoteStop: (transactionId) => this.#remoteStop(transactionId),
      setProfile: (connectorId, profile) => {
        const answers = this.#known(connectorId).map((connector) => connector.setProfile(profile));
        return answers.includes('Accepted') ? 'Accepted' : 'Rejected';
      },
      clearProfiles: () => {
        for (const connector of this.#connectors) connector.clearProfiles();
      },
      reserve: (connectorId, reservation) =>
        this.#known(connectorId)[0]?.reserve(reservation) ?? 'Unavailable',
      cancelReservation: (id) => this.#connectors.some((connector) => connector.cancelReservation(id)),
      isCharging: () => this.#connectors.some(({ transaction }) => transaction !== undefined),
      setAvailable: (isAvailable) => {
        this.#isAvailable = isAvailable;
        for (const connector of this.#connectors) connector.showStatus();
      },
      end: (connectorId, reason) => {
        for (const connector of this.#known(connectorId)) connector.end(reason);
      },
      trigger: (message) => this.#trigger(message),
      restart: () => void setTimeout(() => this.#socket.drop(), RESTART_MS),
    };
  }

  /** Without a connector in the command: one with a waiting car, else the first. */
  #remoteStart(start: RemoteStart): 'Accepted' | 'Rejected' {
    const free = this.#connectors.find(
      ({ isPlugged, transaction }) => isPlugged && transaction === undefined,
    );
    const connector = start.connectorId === undefined ? (free ?? this.#connectors[0]) : undefined;
    return (connector ?? this.#known(start.connectorId ?? 0)[0])?.remoteStart(start) ?? 'Rejected';
  }

  #remoteStop(transactionId: unknown): boolean {
    const connector = this.#connectors.find(({ transaction }) => transaction?.id === transactionId);
    if (connector?.transaction === undefined) return false;
    setImmediate(() => connector.end('Remote'));
    return true;
  }

  #trigger(message: unknown): 'Accepted' | 'NotImplemented' {
    const each = (act: (connector: Connector) => void) => () => this.#connectors.forEach(act);
    const acts: Record<string, () => void> = {
      StatusNotification: each((connector) => connector.sendStatus()),
      MeterValues: each((connector) => connector.sample('Trigger')),
      TransactionEvent: each((connector) => connector.transaction && connector.sample('Trigger')),
      BootNotification: () => void this.#boot(),
      Heartbeat: () => this.#messages.heartbeat(),
    };
    const act = acts[String(message)];
    if (act === undefined) return 'NotImplemented';
    setImmediate(act);
    return 'Accepted';
  }

  async #boot(): Promise<void> {
    if (!(await this.#messages.boot())) return;
    for (const connector of this.#connectors) {
      if (connector.transaction === undefined) this.#messages.endAfterPowerCut(connector.id);
      connector.sendStatus();
    }
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = now - this.#lastTickAt;
    this.#lastTickAt = now;
    for (const connector of this.#connectors) connector.tick(elapsedMs);
    const heartbeatMs = this.#settings.seconds('HeartbeatInterval') * 1_000;
    if (heartbeatMs > 0 && now - this.#lastHeartbeatAt >= heartbeatMs && this.#socket.isOpen) {
      this.#lastHeartbeatAt = now;
      this.#messages.heartbeat();
    }
  }
}
