import type { Logger } from 'pino';
import type { Announced, AnnouncedTopics } from './announced.ts';
import { connectTo } from './home-assistant.ts';

const RETRY_MS = 60_000;

/** Takes away what a broker keeps of this agent: empty retained messages, so that Home Assistant drops the devices. */
export class Withdrawal {
  readonly #client;
  #isClosed = false;

  constructor({ broker, topics }: Announced, announced: AnnouncedTopics, log: Logger) {
    const client = connectTo(broker, { reconnectPeriod: RETRY_MS });
    this.#client = client;
    client.on('error', ({ message: detail }) =>
      log.debug(
        { broker: broker.url, detail },
        'what this broker keeps for Home Assistant is not taken away yet',
      ),
    );
    client.on('connect', async () => {
      try {
        for (const topic of topics) await client.publishAsync(topic, '', { qos: 1, retain: true });
        if (this.#isClosed) return;
        await announced.keep(broker, []);
        log.info({ broker: broker.url }, 'what this broker kept for Home Assistant is taken away');
        await client.endAsync();
      } catch (error) {
        // The connection broke: the next one begins again.
        log.debug({ err: error }, 'what a broker keeps for Home Assistant could not be taken away');
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.endAsync(true);
  }
}
