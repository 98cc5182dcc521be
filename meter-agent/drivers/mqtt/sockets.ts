import type { MqttOptions } from '../../config/mqtt.ts';
import type { Driver } from '../driver.ts';
import { MqttSocket, type SocketParts } from './socket.ts';

/** All sockets of one broker. */
export class MqttSockets implements Driver {
  readonly #options: MqttOptions;
  readonly #parts: SocketParts;
  readonly #sockets = new Map<string, MqttSocket>();

  constructor(options: MqttOptions, parts: SocketParts) {
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

  connectionOf(id: string): MqttSocket | undefined {
    return this.#sockets.get(id);
  }
}
