import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { connectionEnded, cut } from './watchConnection.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

interface Subscription {
  listener(payload: string): void;
  onMissed: (() => void) | undefined;
}

/** One connection that hears all channels that this process listens to; made at the first one, and made again when lost. */
export class Listening {
  readonly #connect: () => Client;
  readonly #channels = new Map<string, Set<Subscription>>();
  readonly #closing = new AbortController();
  #client: Client | undefined;
  #running: Promise<void> | undefined;
  #attempt: Promise<boolean> | undefined;

  constructor(connect: () => Client) {
    this.#connect = connect;
  }

  async listen(channel: string, subscription: Subscription): Promise<() => Promise<void>> {
    const subscriptions = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscriptions.add(subscription));
    await this.#hear(channel);
    return async () => {
      subscriptions.delete(subscription);
      if (subscriptions.size > 0 || this.#channels.get(channel) !== subscriptions) return;
      this.#channels.delete(channel);
      await this.#client?.query(`unlisten ${escaped(channel)}`).catch(() => {});
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#channels.clear();
    if (this.#client !== undefined) cut(this.#client);
    await this.#running;
  }

  /** Resolves when the channel is heard, or when the attempt to connect failed and is made again later. */
  async #hear(channel: string): Promise<void> {
    const client = this.#client;
    if (client !== undefined) await client.query(`listen ${escaped(channel)}`).catch(() => cut(client));
    this.#running ??= this.#run();
    await this.#attempt;
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    let isAgain = false;
    while (!this.#closing.signal.aborted) {
      const client = this.#connect();
      this.#attempt = this.#begin(client);
      if (await this.#attempt) {
        retryMs = FIRST_RETRY_MS;
        if (isAgain) this.#tellMissed();
        await connectionEnded(client);
      }
      isAgain = true;
      this.#client = undefined;
      await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }

  /** Connects and listens to all channels; false when that fails. */
  async #begin(client: Client): Promise<boolean> {
    client.on('notification', ({ channel, payload }) => {
      for (const { listener } of [...(this.#channels.get(channel) ?? [])]) listener(payload ?? '');
    });
    try {
      await client.connect();
      this.#client = client;
      this.#closing.signal.throwIfAborted();
      for (const channel of this.#channels.keys()) await client.query(`listen ${escaped(channel)}`);
      return true;
    } catch {
      cut(client);
      return false;
    }
  }

  #tellMissed(): void {
    for (const subscriptions of this.#channels.values())
      for (const { onMissed } of [...subscriptions]) onMissed?.();
  }
}

const escaped = (channel: string): string => `"${channel.replaceAll('"', '""')}"`;
