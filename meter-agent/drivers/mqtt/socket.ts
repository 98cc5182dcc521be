import type { MqttOptions, SocketOptions } from '../../config/mqtt.ts';
import type { Answer, ChargePointConnection, DriverParts, TransactionLimit } from '../driver.ts';
import { BrokerConnection } from './broker-connection.ts';
import { Condition } from './condition.ts';
import { partOf, stopsByItself } from './messages.ts';
import { RepeatedOff } from './repeated-off.ts';
import { SocketReports } from './socket-reports.ts';
import { CONNECTOR, frameOf, SocketTransaction } from './socket-transaction.ts';

const TIMES = {
  /** A device that does not report the switch within this time was not switched. */
  confirmMs: 5_000,
  /** How often off is said again to a device that does not report it. */
  offAgainMs: 2_000,
  /** How long to wait for the meter's last value after switching off. */
  lastWordMs: 1_500,
  /** How long to wait for a command that the broker keeps, after asking for it. */
  keptCommandMs: 1_000,
  /** How long the device stays on without the agent, where it can switch itself off, and how often that is renewed. */
  leaseSec: 60,
  renewMs: 20_000,
  reconnectMs: 2_000,
};
export type SocketTimes = typeof TIMES;

export interface SocketParts extends DriverParts {
  /** The agent's clock: a socket has none of its own. */
  nowSec: () => number;
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
  readonly #reports: SocketReports;
  readonly #transaction: SocketTransaction;
  readonly #off: RepeatedOff;
  #isOnline = false;
  #reported: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(id: string, options: SocketOptions, broker: MqttOptions, parts: SocketParts) {
    this.#id = id;
    this.#options = options;
    this.#parts = parts;
    this.#times = { ...TIMES, ...parts.times };
    this.#reports = new SocketReports(options);
    this.#transaction = new SocketTransaction(id, parts);
    this.#connection = this.#connect(broker);
    this.#off = new RepeatedOff(this.#times.offAgainMs, {
      send: () => this.#connection.publish([options.switchOff], 0),
      onRepeated: () =>
        parts.log.warn({ socket: id }, 'this socket does not report to be off: off is repeated'),
    });
    this.#renewal = setInterval(() => void this.#renew(), this.#times.renewMs);
    if (!stopsByItself(options)) this.#warnOfNoTimer();
  }

  #connect(broker: MqttOptions): BrokerConnection {
    const { energy, power, state, availability, switchOff, ask } = this.#options;
    const { events, log } = this.#parts;
    return new BrokerConnection(this.#id, broker, {
      will: switchOff,
      topics: [energy, power, state, availability].flatMap((source) => source?.topic ?? []),
      reconnectMs: this.#times.reconnectMs,
      onConnect: () => this.#offOnConnect(),
      ask,
      receive: (topic, text, isKept) => this.#receive(topic, text, isKept),
      written: () => events.written(),
      onConnection: (hasLine) => {
        if (!hasLine) this.#reports.forgetSwitch();
        this.#updateOnline();
      },
      log: log.child({ socket: this.#id }),
    });
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
    if (this.#reports.isOn) await this.#off.send();
    this.#off.done();
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
    const { meter, isOn: wasOn } = this.#reports;
    if (!this.#isOnline || wasOn === undefined) return 'unreachable';
    // Refused without a register to bill by, and for a current that a socket cannot hold.
    if (meter.registerText === undefined || this.#transaction.open !== undefined) return 'refused';
    const part = partOf(limit.limitA, this.#options.maxPowerW);
    if (part === 'some' || limit.endsAt <= this.#parts.nowSec()) return 'refused';
    // Somebody's own load is on.
    if (wasOn && !(await this.#freedOfKeptCommand())) return 'refused';
    const meterStart = meter.registerWh ?? 0;
    const isOn = part === 'all';
    if (isOn && !(await this.#switch(true, limit.endsAt))) return 'unreachable';
    if (!this.#transaction.begin(idTag, meterStart, { endsAt: limit.endsAt, isOn })) {
      await this.#switch(false, 0);
      return 'refused';
    }
    this.#reportStatus();
    await this.#parts.events.written();
    return 'accepted';
  }

  /**
   * A retained command at the broker switches the device on whenever it connects: it would refuse every booking, and switch
   * on where nothing may flow. It is removed, and the device switched off. False where there is none: the load is its owner's.
   */
  async #freedOfKeptCommand(): Promise<boolean> {
    const topic = this.#options.switchOn.at(-1)?.topic ?? this.#options.switchOff.topic;
    const kept = await this.#connection.keptMessage(topic, this.#times.keptCommandMs);
    if (kept === undefined || kept === '' || kept === this.#options.switchOff.payload) return false;
    const remedy = 'Find out who sends commands to this device with the retain flag, and take the flag away.';
    const what = 'the broker kept a command that switches this socket on: it is removed';
    this.#parts.log.warn({ socket: this.#id, topic, remedy }, what);
    await this.#connection.forgetMessage(topic);
    return this.#switch(false, 0);
  }

  async #limit(transactionId: number, limit: TransactionLimit): Promise<Answer> {
    const part = partOf(limit.limitA, this.#options.maxPowerW);
    if (this.#transaction.open?.transactionId !== transactionId || part === 'some') return 'refused';
    if (!this.#isOnline) return 'unreachable';
    const isOn = part === 'all' && limit.endsAt > this.#parts.nowSec();
    this.#transaction.asked({ endsAt: limit.endsAt, isOn });
    const isDone = await this.#switch(isOn, limit.endsAt);
    this.#reportStatus();
    return isDone ? 'accepted' : 'unreachable';
  }

  async #stop(transactionId: number): Promise<Answer> {
    if (this.#transaction.open?.transactionId !== transactionId) return 'refused';
    if (!this.#isOnline) return 'unreachable';
    this.#transaction.asked({ isOn: false });
    if (!(await this.#switch(false, 0))) return 'unreachable';
    const { meter } = this.#reports;
    const before = meter.registerText;
    await this.#condition.until(() => meter.registerText !== before, this.#times.lastWordMs);
    this.#finish('Remote');
    return 'accepted';
  }

  #finish(reason: string): void {
    this.#transaction.finish(this.#reports.meter.registerWh, reason);
    this.#reportStatus();
  }

  /** True once the device reports that state. */
  async #switch(isOn: boolean, endsAt: number): Promise<boolean> {
    const seconds = Math.max(1, Math.min(this.#times.leaseSec, endsAt - this.#parts.nowSec()));
    if (!(isOn ? await this.#on(seconds) : await this.#off.send())) return false;
    const isDone = await this.#condition.until(() => this.#reports.isOn === isOn, this.#times.confirmMs);
    // It may have switched on all the same: off is the safe state.
    if (isDone && !isOn) this.#off.done();
    if (!isDone && isOn) await this.#off.send();
    return isDone;
  }

  /** Whether it could be sent. */
  #on(seconds: number): Promise<boolean> {
    this.#off.done();
    return this.#connection.publish(this.#options.switchOn, seconds).then(
      () => true,
      () => false,
    );
  }

  /** Renews the device's own timer while the agent is there; at the slot's end the device is off. */
  async #renew(): Promise<void> {
    const { open } = this.#transaction;
    if (open?.isOn !== true || !this.#isOnline) return;
    if (open.endsAt <= this.#parts.nowSec()) {
      this.#transaction.asked({ isOn: false });
      await this.#switch(false, 0);
      this.#reportStatus();
    } else if (stopsByItself(this.#options) && this.#reports.isOn) {
      const leftSec = open.endsAt - this.#parts.nowSec();
      await this.#on(Math.min(this.#times.leaseSec, leftSec));
    }
  }

  /** While the connection was lost the last will may have switched it off; now it surely is. */
  #offOnConnect(): SocketOptions['switchOn'] {
    if (this.#transaction.open === undefined && !this.#off.isOwed) return [];
    this.#transaction.asked({ isOn: false });
    return [this.#options.switchOff];
  }

  #updateOnline(): void {
    const isOnline = this.#connection.isConnected && this.#reports.isAvailable;
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    const { events, log } = this.#parts;
    log.info({ socket: this.#id, isOnline }, 'socket');
    // Its status is outdated, and told again once it is back.
    this.#reported = undefined;
    if (!isOnline) {
      events.disconnected(this.#id);
      return;
    }
    events.connected(this.#id);
    events.booted(this.#id, { vendor: 'MQTT', model: 'socket of at most 10 A' });
    // It may have come after the agent asked, and not say by itself whether it is on.
    void this.#connection.publish(this.#options.ask, 0).catch(() => undefined);
    this.#reportStatus();
  }

  #receive(topic: string, text: string, isKept: boolean): void {
    const { sampled, unreadable, turned } = this.#reports.receive(topic, text, isKept);
    if (unreadable !== undefined) {
      this.#parts.log.warn({ socket: this.#id, value: unreadable.slice(0, 60) }, 'not a meter value');
    }
    if (sampled !== undefined) this.#transaction.metered(sampled, text);
    if (turned === 'lostPower') this.#lostPower();
    else if (turned !== undefined) this.#turned(turned);
    if (this.#reports.isOn === false) this.#off.done();
    this.#updateOnline();
    this.#reportStatus();
    this.#condition.changed();
  }

  #turned(turned: 'on' | 'off' | 'pressed'): void {
    const { open } = this.#transaction;
    if (open === undefined) return;
    // Switched off by hand or by the device's own protection: the agent does not switch it on again.
    if (turned === 'pressed' && open.isOn) this.#finish('Local');
    // Switched on while nothing may flow.
    else if (turned === 'on' && !open.isOn) void this.#off.send();
  }

  /** Its mains were away so shortly that nobody told so: like after any lost connection, the session asks for power again. */
  #lostPower(): void {
    const { open } = this.#transaction;
    if (!this.#isOnline || open === undefined) return;
    this.#parts.events.disconnected(this.#id);
    this.#parts.events.connected(this.#id);
    this.#reported = undefined;
  }

  #reportStatus(): void {
    const { isOn, meter } = this.#reports;
    if (!this.#isOnline || isOn === undefined) {
      this.#reported = undefined;
      return;
    }
    const on = meter.isIdle ? 'SuspendedEV' : 'Charging';
    const off = this.#transaction.open === undefined ? 'Available' : 'SuspendedEVSE';
    const status = isOn ? on : off;
    if (status === this.#reported) return;
    this.#reported = status;
    this.#parts.events.status(this.#id, CONNECTOR, status, undefined, frameOf('state', { isOn }));
  }
}
