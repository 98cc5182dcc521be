import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Device } from './device-fixture.ts';

const TICK_MS = 100;
const WMS_PER_WH = 3_600_000;

/** A switched meter as the blueprint speaks to it: knows a limit and for how long, and counts what flows. */
export class BlueprintDevice implements Device {
  readonly #id: string;
  readonly #powerW: number;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #plugged = false;
  #registerWms = 0;
  #limitA = 0;
  #endsAt = 0;
  #tickedAt = performance.now();

  constructor(port: number, id: string, powerW: number) {
    this.#id = id;
    this.#powerW = powerW;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => this.#socket.destroy());
    const lines = createInterface({ input: this.#socket });
    // It passes the socket's errors on, and one that nobody hears ends the program.
    lines.on('error', () => {});
    lines.on('line', (text) => {
      const { limitA, forSec } = JSON.parse(text) as { limitA: number; forSec: number };
      this.#limitA = limitA;
      this.#endsAt = performance.now() + forSec * 1_000;
      this.#say();
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  plug(): void {
    this.#plugged = true;
    this.#say();
  }

  unplug(): void {
    this.#plugged = false;
    this.#limitA = 0;
    this.#say();
  }

  state() {
    const powerW = this.#plugged && this.#limitA > 0 ? this.#powerW : 0;
    const status = this.#plugged ? (powerW > 0 ? 'Charging' : 'Preparing') : 'Available';
    return { status, powerW, registerWh: Math.floor(this.#registerWms / WMS_PER_WH) };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }

  #tick(): void {
    const now = performance.now();
    this.#registerWms += this.state().powerW * (now - this.#tickedAt);
    this.#tickedAt = now;
    if (now >= this.#endsAt) this.#limitA = 0;
    this.#say();
  }

  #say(): void {
    const { powerW, registerWh } = this.state();
    const said = { id: this.#id, plugged: this.#plugged, registerWh, powerW, limitA: this.#limitA };
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(said)}\n`);
  }
}
