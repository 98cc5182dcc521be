import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Nobody listens there: a system port that no service has, so that no program is given it by chance. */
export const NOBODY_URL = 'http://127.0.0.1:2';

/**
 * A port of the test's own that leads to whatever listens behind it at the moment. What is started again takes any free
 * port: the one that it had before may be somebody else's by then.
 */
export class StablePort {
  /** Port of what listens behind it; without one, connections are cut. */
  target: number | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#join(socket));

  static async open(): Promise<StablePort> {
    const stable = new StablePort();
    await new Promise<void>((resolve) => stable.#server.listen(0, '127.0.0.1', resolve));
    return stable;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections, and refuses new ones until there is a target again. */
  cut(): void {
    this.target = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #join(near: Socket): void {
    if (this.target === undefined) return void near.destroy();
    const far = connect(this.target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => {});
      one.once('close', () => {
        this.#sockets.delete(one);
        // What one said before its end reaches the other.
        other.destroySoon();
      });
    }
  }
}

/** Linux takes the ports of outgoing connections from 32768 on, other systems from 49152 on. */
const [FIRST_OWN, OWN_COUNT] = [20_000, 6_000];

/**
 * For a program that needs its port beforehand: no outgoing connection gets it, and no other test process asks for it. Each
 * test process has two.
 */
export const ownPort = (which: 0 | 1 = 0): number =>
  FIRST_OWN + which * OWN_COUNT + (process.pid % OWN_COUNT);
