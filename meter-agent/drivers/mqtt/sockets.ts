import type { DeviceDriver, DriverParts } from '../charge-points.ts';
import type { Answer, Driver } from '../driver.ts';
import type { MqttOptions } from './options.ts';
import { MqttSocket } from './socket.ts';

/** All sockets of one broker. They know no current, no card and no plug: what is left out here is refused. */
export class MqttSockets implements DeviceDriver {
  readonly #options: MqttOptions;
  readonly #parts: DriverParts;
  readonly #sockets = new Map<string, MqttSocket>();

  constructor(options: MqttOptions, parts: DriverParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    for (const [id, socket] of Object.entries(this.#options.sockets)) {
      this.#sockets.set(id, new MqttSocket(id, socket, this.#options, this.#parts));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
  }

  serves(id: string): boolean {
    return this.#sockets.has(id);
  }

  async remoteStart(...[id, , idTag, limit]: Parameters<Driver['remoteStart']>): Promise<Answer> {
    return this.#sockets.get(id)?.remoteStart(idTag, limit) ?? 'unreachable';
  }

  async remoteStop(...[id, transactionId]: Parameters<Driver['remoteStop']>): Promise<Answer> {
    return this.#sockets.get(id)?.remoteStop(transactionId) ?? 'unreachable';
  }

  async limitCurrent(...[id, , transactionId, limit]: Parameters<Driver['limitCurrent']>): Promise<Answer> {
    return this.#sockets.get(id)?.limitCurrent(transactionId, limit) ?? 'unreachable';
  }
}
