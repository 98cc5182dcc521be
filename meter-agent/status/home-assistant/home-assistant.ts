import mqtt, { type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { HomeAssistantOptions } from '../../config/mqtt.ts';
import type { Snapshot } from '../snapshot.ts';
import type { AnnouncedTopics, BrokerAccess } from './announced.ts';
import { availabilityTopicOf, commandedConnector, commandTopics, keptMessages } from './messages.ts';

/** How often what changed is sent. */
const INTERVAL_MS = 2_000;
const RECONNECT_MS = 5_000;

export interface HomeAssistantParts {
  options: HomeAssistantOptions;
  announced: AnnouncedTopics;
  snapshot: () => Snapshot;
  setLent: (chargePointId: string, connectorId: number, isLent: boolean) => void;
  log: Logger;
}

export function connectTo(
  { url, username, password }: BrokerAccess,
  options: mqtt.IClientOptions,
): MqttClient {
  return mqtt.connect(url, {
    clientId: `plugpact-status-${Math.random().toString(16).slice(2, 10)}`,
    queueQoSZero: false,
    ...options,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}

/** Shows the agent in Home Assistant: it publishes what changed, and takes commands where the owner allows them. */
export class HomeAssistant {
  readonly #parts: HomeAssistantParts;
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  /** What the broker got over the present connection. */
  readonly #sent = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();
  #isFailing = false;
  #isClosed = false;

  constructor(parts: HomeAssistantParts) {
    this.#parts = parts;
    const topic = availabilityTopicOf(parts.snapshot());
    const will = { topic, payload: Buffer.from('offline'), qos: 1, retain: true } as const;
    this.#client = connectTo(parts.options, { reconnectPeriod: RECONNECT_MS, will });
    this.#client.on('connect', () => this.#then(() => this.#connected()));
    this.#client.on('message', (topic, payload, { retain }) =>
      this.#receive(topic, payload.toString('utf8'), retain),
    );
    this.#client.on('error', ({ message }) => this.#failed(message));
    this.#timer = setInterval(() => this.publish(), INTERVAL_MS);
  }

  /** Sends what has changed. */
  publish(): void {
    this.#then(() => this.#publish());
  }

  /** Without a goodbye, so that the broker sends the will: nothing here waits for a broker that is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: Error) => this.#failed(error.message));
  }

  get #birthTopic(): string {
    return `${this.#parts.options.discoveryPrefix}/status`;
  }

  async #connected(): Promise<void> {
    const { options, snapshot } = this.#parts;
    this.#sent.clear();
    const commands = options.commands ? [commandTopics(snapshot())] : [];
    await this.#client.subscribeAsync([this.#birthTopic, ...commands], { qos: 1 });
    await this.#publish();
    this.#isFailing = false;
  }

  async #publish(): Promise<void> {
    if (!this.#client.connected || this.#isClosed) return;
    const { options, announced, snapshot } = this.#parts;
    const messages = keptMessages(snapshot(), options);
    const topics = messages.map(({ topic }) => topic);
    const before = announced.topicsAt(options.url);
    const gone = before.filter((topic) => !topics.includes(topic));
    const isNew = topics.some((topic) => !before.includes(topic));
    if (isNew) await announced.keep(options, [...topics, ...gone]);
    for (const topic of gone) await this.#send(topic, '');
    for (const { topic, payload } of messages) {
      if (this.#sent.get(topic) !== payload) await this.#send(topic, payload);
    }
    if (gone.length > 0 && !this.#isClosed) await announced.keep(options, topics);
  }

  async #send(topic: string, payload: string): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain: true });
    this.#sent.set(topic, payload);
  }

  #receive(topic: string, payload: string, isKept: boolean): void {
    if (topic === this.#birthTopic) {
      // Home Assistant has started: a broker that forgot something sends everything again.
      if (payload === 'online') this.#sent.clear();
      this.publish();
      return;
    }
    const { options, snapshot, setLent, log } = this.#parts;
    const connector = options.commands ? commandedConnector(snapshot(), topic) : undefined;
    // A command that the broker keeps is of an earlier time.
    if (connector === undefined || isKept || (payload !== 'ON' && payload !== 'OFF')) {
      log.warn({ topic, payload: payload.slice(0, 60), isKept }, 'a command of Home Assistant is not taken');
      return;
    }
    log.info({ ...connector, isLent: payload === 'ON' }, 'lending is switched from Home Assistant');
    setLent(connector.chargePointId, connector.connectorId, payload === 'ON');
    this.publish();
  }

  /** Once per outage. */
  #failed(detail: string): void {
    if (this.#isFailing || this.#isClosed) return;
    this.#isFailing = true;
    const remedy =
      'Check homeAssistant in the configuration; everything else goes on, and connecting is retried.';
    this.#parts.log.warn({ detail, remedy }, "Home Assistant's MQTT broker does not answer as it should");
  }
}
