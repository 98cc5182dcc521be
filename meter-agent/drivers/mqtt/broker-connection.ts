import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { MqttOptions, SocketOptions } from '../../config/mqtt.ts';
import { Condition } from './condition.ts';
import { withSeconds } from './messages.ts';

/** After this time of silence the broker sends the agent's last will: off. */
const KEEPALIVE_SEC = 10;

type Command = SocketOptions['switchOff'];

export interface BrokerConnectionParts {
  /** What the broker sends when this agent has disappeared. */
  will: Command;
  topics: readonly string[];
  reconnectMs: number;
  /** What is sent over a new connection: before anything is received, and after. */
  onConnect: () => Command[];
  ask: Command[];
  /** `isKept`: the broker kept it, from whatever time. */
  receive: (topic: string, text: string, isKept: boolean) => void;
  /** Resolves when what was received is on disk: only then it is acknowledged to the broker. */
  written: () => Promise<void>;
  onConnection: (hasLine: boolean) => void;
  log: Logger;
}

const MAX_TEXT = 10_000;

/** A socket's own connection to the broker: each socket needs a last will of its own. */
export class BrokerConnection {
  readonly #parts: BrokerConnectionParts;
  readonly #client: MqttClient;
  /** By topic: what the broker keeps for everyone who subscribes. */
  readonly #kept = new Map<string, string>();
  readonly #keptChanged = new Condition();
  #isFailing = false;
  isConnected = false;

  constructor(id: string, broker: MqttOptions, parts: BrokerConnectionParts) {
    this.#parts = parts;
    const { topic, payload } = parts.will;
    this.#client = mqtt.connect(broker.url, {
      clientId: `plugpact-${id}-${Math.random().toString(16).slice(2, 10)}`,
      keepalive: KEEPALIVE_SEC,
      reconnectPeriod: parts.reconnectMs,
      queueQoSZero: false,
      will: { topic, payload: Buffer.from(payload), qos: 1, retain: false },
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
    });
    this.#client.handleMessage = (packet, done) => {
      const { topic: from, payload: data, retain } = packet as IPublishPacket;
      const text = data.toString('utf8').slice(0, MAX_TEXT);
      if (retain) {
        this.#kept.set(from, text);
        this.#keptChanged.changed();
      }
      parts.receive(from, text, retain);
      parts.written().then(() => done(), done);
    };
    this.#client.on('connect', () => void this.#connected());
    this.#client.on('close', () => this.#set(false));
    this.#client.on('error', ({ message }) => this.#failed(message));
  }

  /**
   * Never retained: a broker that restarts must not switch anything on. Never queued for the next connection (QoS 0):
   * the command may be outdated by then. Whether it was executed is what the device reports.
   */
  async publish(messages: readonly Command[], seconds: number): Promise<void> {
    if (!this.isConnected) throw new Error('no connection to the broker');
    for (const { topic, payload } of messages) {
      await this.#client.publishAsync(topic, withSeconds(payload, seconds), { qos: 0, retain: false });
    }
  }

  /** The message that the broker keeps under a topic; undefined where it sends none in that time. */
  async keptMessage(topic: string, timeoutMs: number): Promise<string | undefined> {
    this.#kept.delete(topic);
    try {
      // A broker sends it at each subscription, also at a second one.
      await this.#client.subscribeAsync(topic, { qos: 1 });
      await this.#keptChanged.until(() => this.#kept.has(topic), timeoutMs);
      if (!this.#parts.topics.includes(topic)) await this.#client.unsubscribeAsync(topic);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    }
    return this.#kept.get(topic);
  }

  async forgetMessage(topic: string): Promise<void> {
    await this.#client.publishAsync(topic, '', { qos: 1, retain: true }).catch(() => undefined);
  }

  /** Without a goodbye, so that the broker sends the will. */
  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  async #connected(): Promise<void> {
    try {
      this.isConnected = true;
      await this.publish(this.#parts.onConnect(), 0);
      await this.#client.subscribeAsync([...new Set(this.#parts.topics)], { qos: 1 });
      await this.publish(this.#parts.ask, 0);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#isFailing = false;
    this.#set(true);
  }

  #set(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.#parts.onConnection(isConnected);
  }

  /** Once per outage. */
  #failed(detail: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const remedy = 'Its sockets get no power meanwhile; connecting is retried.';
    this.#parts.log.warn({ detail, remedy }, 'the MQTT broker does not answer as it should');
  }
}
