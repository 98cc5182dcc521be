import type { MqttOptions, SocketOptions } from '../../config/mqtt.ts';
import type { Frame } from '../charge-point-events.ts';
import type { Answer, ChargePointConnection, DriverParts, TransactionLimit } from '../driver.ts';
import { BrokerConnection } from './broker-connection.ts';
import { Condition } from './condition.ts';
import { partOf, stopsByItself, valuesOf } from './messages.ts';
import { SocketMeter } from './socket-meter.ts';

/** A socket has one connector. */
const CONNECTOR = 1;
const TIMES = {
  /** A device that does not report the switch within this time was not switched. */
  confirmMs: 5_000,
  /** How long to wait for the meter's last value after switching off. */
  lastWordMs: 1_500,
  /** How long the device stays on without the agent, where it can switch itself off, and how often that is renewed. */
  leaseSec: 60,
  renewMs: 20_000,
  reconnectMs: 2_000,
};
export type SocketTimes = typeof TIMES;

interface Open {
  transactionId: number;
  endsAt: number;
  /** Whether the last command was on: if the device is off then, it was switched off by hand. */
  isOn: boolean;
}

export interface SocketParts extends DriverParts {
  times?: Partial<SocketTimes>;
}

/**
 * A metered switchable socket on an MQTT broker. It has no current limit, no tag and no plug: a session starts when
 * it is switched on. If device, broker and agent lose each other it ends up off: by its own timer where it has one,
 * else by the broker's last will.
 */
export class MqttSocket implements ChargePointConnection {
  readonly #id: string;
  readonly #options: SocketOptions;
  readonly #parts: SocketParts;
  readonly #times: SocketTimes;
  readonly #connection: BrokerConnection;
  readonly #renewal: NodeJS.Timeout;
  readonly #condition = new Condition();
  readonly #meter: SocketMeter;
  #isAvailable: boolean;
  #isOnline = false;
  #isOn: boolean | undefined;
  #open: Open | undefined;
  #reported: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(id: string, options: SocketOptions, broker: MqttOptions, parts: SocketParts) {
    this.#id = id;
    this.#options = options;
    this.#parts = parts;
    this.#times = { ...TIMES, ...parts.times };
    this.#meter = new SocketMeter(options.energy.unit);
    this.#isAvailable = options.availability === undefined;
    this.#open = parts.memory.note<Open | null>(this.#note) ?? undefined;
    const { energy, power, state, availability, switchOff, ask } = options;
    this.#connection = new BrokerConnection(id, broker, {
      will: switchOff,
      topics: [energy, power, state, availability].flatMap((source) => source?.topic ?? []),
      reconnectMs: this.#times.reconnectMs,
      onConnect: () => this.#offOnConnect(),
      ask,
      receive: (topic, text) => this.#receive(topic, text),
      written: () => parts.events.written(),
      onConnection: (hasLine) => {
        if (!hasLine) this.#isOn = undefined;
        this.#updateOnline();
      },
      log: parts.log.child({ socket: id }),
    });
    this.#renewal = setInterval(() => void this.#renew(), this.#times.renewMs);
    if (!stopsByItself(options)) this.#warnOfNoTimer();
  }

  get #note(): string {
    return `mqtt socket ${this.#id}`;
  }

  #warnOfNoTimer(): void {
    const remedy =
      'Where the device has a timer, put {seconds} into switchOn; else the broker must always run.';
    this.#parts.log.warn(
      { socket: this.#id, remedy },
      'this socket cannot stop by itself when agent and broker are gone',
    );
    this.#parts.events.healthReported(this.#id, CONNECTOR, {
      unsupported: ['stop without agent and broker'],
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    if (this.#isOn) await this.#off();
    await this.#connection.close();
  }

  remoteStart(_connectorId: number, idTag: string, limit: TransactionLimit): Promise<Answer> {
    return this.#inTurn(() => this.#start(idTag, limit));
  }

  limitCurrent(_connectorId: number, transactionId: number, limit: TransactionLimit): Promise<Answer> {
    return this.#inTurn(() => this.#limit(transactionId, limit));
  }

  remoteStop(transactionId: number): Promise<Answer> {
    return this.#inTurn(() => this.#stop(transactionId));
  }

  /** One command after the other, because a report of the device cannot be matched to a command. */
  #inTurn(ask: () => Promise<Answer>): Promise<Answer> {
    const answered = this.#turn.then(ask);
    this.#turn = answered.catch(() => undefined);
    return answered;
  }

  async #start(idTag: string, limit: TransactionLimit): Promise<Answer> {
    if (!this.#isOnline || this.#isOn === undefined) return 'unreachable';
    // Refused without a register to bill by, while somebody's own load is on, and for a current that a socket cannot
    // hold.
    if (this.#meter.registerText === undefined || this.#isOn || this.#open !== undefined) return 'refused';
    const part = partOf(limit.limitA, this.#options.maxPowerW);
    if (part === 'some' || limit.endsAt <= Date.now() / 1000) return 'refused';
    const meterStart = this.#meter.registerWh ?? 0;
    const isOn = part === 'all';
    if (isOn && !(await this.#switch(true, limit.endsAt))) return 'unreachable';
    const { events, memory } = this.#parts;
    const timestamp = new Date().toISOString();
    const request = { connectorId: CONNECTOR, idTag, meterStart, timestamp };
    const { transactionId, status } = events.start(this.#id, request, this.#frame('switched on', request));
    if (status === 'Accepted') {
      this.#open = { transactionId, endsAt: limit.endsAt, isOn };
      memory.setNote(this.#note, this.#open);
      this.#reportStatus();
      await events.written();
      return 'accepted';
    }
    await this.#switch(false, 0);
    const stop = { transactionId, meterStop: this.#meter.registerWh, timestamp, reason: 'DeAuthorized' };
    events.stop(this.#id, stop, this.#frame('switched off', stop));
    return 'refused';
  }

  async #limit(transactionId: number, limit: TransactionLimit): Promise<Answer> {
    const part = partOf(limit.limitA, this.#options.maxPowerW);
    if (this.#open?.transactionId !== transactionId || part === 'some') return 'refused';
    if (!this.#isOnline) return 'unreachable';
    const isOn = part === 'all' && limit.endsAt > Date.now() / 1000;
    this.#keep({ transactionId, endsAt: limit.endsAt, isOn });
    const isDone = await this.#switch(isOn, limit.endsAt);
    this.#reportStatus();
    return isDone ? 'accepted' : 'unreachable';
  }

  async #stop(transactionId: number): Promise<Answer> {
    if (this.#open?.transactionId !== transactionId) return 'refused';
    if (!this.#isOnline) return 'unreachable';
    this.#keep({ ...this.#open, isOn: false });
    if (!(await this.#switch(false, 0))) return 'unreachable';
    const before = this.#meter.registerText;
    await this.#condition.until(() => this.#meter.registerText !== before, this.#times.lastWordMs);
    this.#finish('Remote');
    return 'accepted';
  }

  #keep(open: Open | undefined): void {
    this.#open = open;
    this.#parts.memory.setNote(this.#note, open ?? null);
  }

  #finish(reason: string): void {
    if (this.#open === undefined) return;
    const { transactionId } = this.#open;
    const stop = {
      transactionId,
      meterStop: this.#meter.registerWh,
      timestamp: new Date().toISOString(),
      reason,
    };
    this.#keep(undefined);
    this.#parts.events.stop(this.#id, stop, this.#frame('switched off', stop));
    this.#reportStatus();
  }

  /** True once the device reports that state. */
  async #switch(isOn: boolean, endsAt: number): Promise<boolean> {
    const seconds = Math.max(1, Math.min(this.#times.leaseSec, endsAt - Math.floor(Date.now() / 1000)));
    const messages = isOn ? this.#options.switchOn : [this.#options.switchOff];
    try {
      await this.#connection.publish(messages, seconds);
    } catch {
      return false;
    }
    const isDone = await this.#condition.until(() => this.#isOn === isOn, this.#times.confirmMs);
    // It may have switched on all the same: off is the safe state.
    if (!isDone && isOn) await this.#off();
    return isDone;
  }

  /** Tried once; without a connection the broker's last will does it. */
  async #off(): Promise<void> {
    await this.#connection.publish([this.#options.switchOff], 0).catch(() => undefined);
  }

  /** Renews the device's own timer while the agent is there; at the slot's end the device is off. */
  async #renew(): Promise<void> {
    if (this.#open?.isOn !== true || !this.#isOnline) return;
    if (this.#open.endsAt <= Date.now() / 1000) {
      this.#keep({ ...this.#open, isOn: false });
      await this.#switch(false, 0);
      this.#reportStatus();
    } else if (stopsByItself(this.#options) && this.#isOn) {
      const leftSec = this.#open.endsAt - Math.floor(Date.now() / 1000);
      await this.#connection
        .publish(this.#options.switchOn, Math.min(this.#times.leaseSec, leftSec))
        .catch(() => undefined);
    }
  }

  /** While the connection was lost the last will may have switched it off; now it surely is. */
  #offOnConnect(): SocketOptions['switchOn'] {
    if (this.#open === undefined) return [];
    this.#keep({ ...this.#open, isOn: false });
    return [this.#options.switchOff];
  }

  #updateOnline(): void {
    const isOnline = this.#connection.isConnected && this.#isAvailable;
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    const { events, log } = this.#parts;
    log.info({ socket: this.#id, isOnline }, 'socket');
    if (!isOnline) {
      events.disconnected(this.#id);
      return;
    }
    events.connected(this.#id);
    events.booted(this.#id, { vendor: 'MQTT', model: 'socket of at most 10 A' });
    this.#reportStatus();
  }

  #receive(topic: string, text: string): void {
    const { isHere, registerText, powerText, isOn } = valuesOf(this.#options, topic, text);
    if (isHere !== undefined) this.#isAvailable = isHere;
    if (registerText !== undefined || powerText !== undefined) this.#metered(registerText, powerText, text);
    if (isOn !== undefined) this.#setState(isOn);
    this.#updateOnline();
    this.#condition.changed();
  }

  #setState(isOn: boolean): void {
    const wasOn = this.#isOn;
    this.#isOn = isOn;
    // Switched off by hand or by the device's own protection: the agent does not switch it on again.
    if (wasOn === true && !isOn && this.#open?.isOn) this.#finish('Local');
    else if (wasOn !== isOn) this.#reportStatus();
  }

  #metered(registerText: string | undefined, powerText: string | undefined, text: string): void {
    const sampledValue = this.#meter.receive(registerText, powerText);
    if (sampledValue === undefined) {
      this.#parts.log.warn({ socket: this.#id, value: registerText?.slice(0, 60) }, 'not a meter value');
      return;
    }
    if (this.#open === undefined) return;
    const values = [{ timestamp: new Date().toISOString(), sampledValue }];
    const { events } = this.#parts;
    events.metered(this.#id, CONNECTOR, this.#open.transactionId, values, this.#frame('meter', text));
    this.#reportStatus();
  }

  #reportStatus(): void {
    if (!this.#isOnline || this.#isOn === undefined) {
      this.#reported = undefined;
      return;
    }
    const open = this.#meter.isIdle ? 'SuspendedEV' : 'Charging';
    const off = this.#open === undefined ? 'Available' : 'SuspendedEVSE';
    const status = this.#isOn ? open : off;
    if (status === this.#reported) return;
    this.#reported = status;
    this.#parts.events.status(
      this.#id,
      CONNECTOR,
      status,
      undefined,
      this.#frame('state', { isOn: this.#isOn }),
    );
  }

  #frame(action: string, payload: unknown): Frame {
    return [2, '', `mqtt ${action}`, payload];
  }
}
