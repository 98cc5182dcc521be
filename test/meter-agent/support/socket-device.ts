import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import type { Scope } from './start-agent.ts';

/** A real broker, that can be taken away and come back on the same port. */
export class Broker {
  readonly #lines = new Set<Socket>();
  readonly #clients = new Map<string, { destroy(): unknown }>();
  #aedes: Aedes | undefined;
  /** A message to a device that gets lost behind the broker, once. */
  #lost: { topic: string; text: string } | undefined;
  #server = createServer();
  port = 0;

  async start(): Promise<string> {
    const aedes = await Aedes.createBroker({
      authorizeForward: (client, packet) => (this.#isLost(client?.id, packet) ? null : packet),
    });
    this.#aedes = aedes;
    aedes.on('client', ({ id, conn }) => this.#clients.set(id, conn));
    this.#server = createServer((line) => {
      this.#lines.add(line);
      line.once('close', () => this.#lines.delete(line));
      aedes.handle(line);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const line of this.#lines) line.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await new Promise<void>((resolve) => (this.#aedes ? this.#aedes.close(() => resolve()) : resolve()));
    this.#aedes = undefined;
  }

  /** The next message of this text under this topic does not reach its device. */
  loseNext(topic: string, text: string): void {
    this.#lost = { topic, text };
  }

  get hasLost(): boolean {
    return this.#lost === undefined;
  }

  #isLost(clientId = '', { topic, payload }: { topic: string; payload: Buffer | string }): boolean {
    const isLost =
      clientId.startsWith('device') && topic === this.#lost?.topic && String(payload) === this.#lost.text;
    if (isLost) this.#lost = undefined;
    return isLost;
  }

  /** As a client does that wants its message to be kept for later subscribers. */
  async keep(topic: string, text: string): Promise<void> {
    const packet = { cmd: 'publish', qos: 1, dup: false, retain: true, topic, payload: text } as const;
    await new Promise<void>((resolve) => this.#aedes?.publish(packet, () => resolve()));
  }

  /** Ends the lines of those clients as a power cut at their side does: without a goodbye. */
  cut(prefix: string): void {
    for (const [id, line] of this.#clients) if (id.startsWith(prefix)) line.destroy();
  }
}

/** How much faster than its power tells the register rises. */
export const SPEED = 100;

type Kind = 'shelly2' | 'tasmota' | 'plain';

/** What the agent is configured with for each kind of device. */
export const socketConfig = (kind: Kind) =>
  ({
    shelly2: {
      energy: { topic: 'plug/status/switch:0', path: 'aenergy.total', unit: 'Wh' },
      power: { topic: 'plug/status/switch:0', path: 'apower' },
      state: { topic: 'plug/status/switch:0', path: 'output', whenOn: 'true', whenOff: 'false' },
      switchOn: [{ topic: 'plug/command/switch:0', payload: 'on,{seconds}' }],
      switchOff: { topic: 'plug/command/switch:0', payload: 'off' },
      ask: [{ topic: 'plug/command', payload: 'status_update' }],
      availability: { topic: 'plug/online', online: 'true', offline: 'false' },
    },
    tasmota: {
      energy: { topic: 'tele/plug/SENSOR', path: 'ENERGY.Total', unit: 'kWh' },
      power: { topic: 'tele/plug/SENSOR', path: 'ENERGY.Power' },
      state: { topic: 'stat/plug/POWER', whenOn: 'ON', whenOff: 'OFF' },
      switchOn: [
        { topic: 'cmnd/plug/PulseTime1', payload: '{seconds+100}' },
        { topic: 'cmnd/plug/POWER', payload: 'ON' },
      ],
      switchOff: { topic: 'cmnd/plug/POWER', payload: 'OFF' },
      // Sets how often it reports its meter, and has it tell it at once.
      ask: [
        { topic: 'cmnd/plug/POWER', payload: '' },
        { topic: 'cmnd/plug/TelePeriod', payload: '10' },
      ],
      availability: { topic: 'tele/plug/LWT', online: 'Online', offline: 'Offline' },
    },
    plain: {
      energy: { topic: 'plug/energy', unit: 'kWh' },
      state: { topic: 'plug/state', whenOn: 'on', whenOff: 'off' },
      switchOn: [{ topic: 'plug/set', payload: 'on' }],
      switchOff: { topic: 'plug/set', payload: 'off' },
    },
  })[kind];

/** A plug as its maker's firmware speaks, faster: a real MQTT client with a load behind it. */
export class SocketDevice {
  isOn = false;
  /** How often it was switched on, or told to stay on. */
  timesOn = 0;
  /** What the load takes. */
  powerW = 2_000;
  /** In thousandths of a Wh. */
  registerMilliWh = 1_500_000;
  /** When the device's own timer ends, performance clock in ms. */
  offAtMs: number | undefined;
  readonly #kind: Kind;
  /** How much faster the device's own timer runs. */
  readonly #timerSpeed: number;
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  #hasMains = true;
  #pulseSec = 0;
  #offTicks = 0;
  #lastMs = performance.now();

  constructor(scope: Scope, url: string, kind: Kind, timerSpeed = 1) {
    this.#kind = kind;
    this.#timerSpeed = timerSpeed;
    const lwt = {
      shelly2: ['plug/online', 'false'],
      tasmota: ['tele/plug/LWT', 'Offline'],
      plain: undefined,
    }[kind];
    const will = lwt && {
      topic: lwt[0] as string,
      payload: Buffer.from(lwt[1] as string),
      qos: 1 as const,
      retain: true,
    };
    this.#client = mqtt.connect(url, {
      clientId: `device-${kind}`,
      reconnectPeriod: 100,
      ...(will ? { will } : {}),
    });
    this.#client.on('connect', () => this.#connected());
    this.#client.on('error', () => undefined);
    this.#client.on('message', (topic, payload) => this.#command(topic, payload.toString()));
    this.#timer = setInterval(() => this.#tick(), 50);
    scope.onEnd(() => this.stop());
  }

  get registerWh(): number {
    return Math.floor(this.registerMilliWh / 1_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  /** As a hand at its button does. */
  press(): void {
    this.#set(!this.isOn);
  }

  /** Its mains fail: it starts again switched off, its meter at 0. The broker says that it is gone, or does not. */
  async restart(isTold: boolean, whileOff: () => unknown = () => undefined): Promise<void> {
    await this.mainsFail(isTold);
    await whileOff();
    this.mainsReturn(0);
  }

  /** What its meter counted was told before. */
  async mainsFail(isTold: boolean): Promise<void> {
    this.#count();
    const said = this.#meter();
    this.#hasMains = false;
    this.isOn = false;
    this.offAtMs = undefined;
    await said;
    // With a goodbye the broker sends no will.
    await this.#client.endAsync(isTold);
  }

  /** Its meter goes on where it was, unless it begins again. */
  mainsReturn(registerMilliWh = this.registerMilliWh): void {
    this.registerMilliWh = registerMilliWh;
    this.#hasMains = true;
    this.#client.reconnect();
  }

  #connected(): void {
    const commands = {
      shelly2: ['plug/command', 'plug/command/switch:0'],
      tasmota: ['cmnd/plug/#'],
      plain: ['plug/set'],
    };
    this.#client.subscribe(commands[this.#kind], { qos: 1 }, () => this.#announce());
  }

  #announce(): void {
    if (this.#kind === 'shelly2') void this.#say('plug/online', 'true', true);
    if (this.#kind === 'tasmota') void this.#say('tele/plug/LWT', 'Online', true);
    if (this.#kind === 'plain') void this.#say('plug/state', this.isOn ? 'on' : 'off', true);
    void this.#meter();
  }

  #command(topic: string, text: string): void {
    if (!this.#hasMains) return;
    const name = topic.split('/').at(-1);
    if (this.#kind === 'tasmota' && name === 'PulseTime1') {
      this.#pulseSec = Number(text) - 100;
      return;
    }
    if (topic === 'plug/command' || name === 'TelePeriod') {
      void this.#meter();
      return;
    }
    const [word = '', seconds] = text.toLowerCase().split(',');
    if (word === 'on') {
      const forSec = this.#kind === 'tasmota' ? this.#pulseSec : Number(seconds ?? 0);
      this.offAtMs = forSec > 0 ? performance.now() + (forSec * 1_000) / this.#timerSpeed : undefined;
    }
    if (word === 'on' || word === 'off') this.#set(word === 'on');
    else this.#sayState();
  }

  #set(isOn: boolean): void {
    this.#count();
    this.isOn = isOn;
    if (isOn) this.timesOn += 1;
    if (!isOn) this.offAtMs = undefined;
    this.#sayState();
    void this.#meter();
  }

  #sayState(): void {
    if (this.#kind === 'tasmota') void this.#say('stat/plug/POWER', this.isOn ? 'ON' : 'OFF', false);
    if (this.#kind === 'plain') void this.#say('plug/state', this.isOn ? 'on' : 'off', true);
  }

  #count(): void {
    const now = performance.now();
    if (this.isOn) this.registerMilliWh += Math.round((this.powerW * SPEED * (now - this.#lastMs)) / 3_600);
    this.#lastMs = now;
  }

  #tick(): void {
    this.#count();
    if (!this.#hasMains) return;
    if (this.offAtMs !== undefined && performance.now() >= this.offAtMs) this.#set(false);
    else if (this.isOn || this.#isDueOff()) void this.#meter();
  }

  /** A plug that is off reports its meter too, more rarely. */
  #isDueOff(): boolean {
    this.#offTicks = (this.#offTicks + 1) % 10;
    return this.#offTicks === 0;
  }

  #meter(): Promise<unknown> {
    const apower = this.isOn ? this.powerW : 0;
    const kWh = (this.registerWh / 1_000).toFixed(3);
    if (this.#kind === 'shelly2') {
      const said = { id: 0, output: this.isOn, apower, aenergy: { total: this.registerMilliWh / 1_000 } };
      return this.#say('plug/status/switch:0', JSON.stringify(said), false);
    }
    if (this.#kind === 'plain') return this.#say('plug/energy', kWh, true);
    const said = { ENERGY: { Total: Number(kWh), Power: apower } };
    return this.#say('tele/plug/SENSOR', JSON.stringify(said), false);
  }

  /** Resolves when the broker has it, or the connection is gone. */
  async #say(topic: string, text: string, retain: boolean): Promise<void> {
    if (!this.#client.connected) return;
    await this.#client.publishAsync(topic, text, { qos: 1, retain }).catch(() => undefined);
  }
}
