import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import { waitFor } from '../../../scripts/lib/wait.ts';

type Params = Record<string, unknown>;
type Client = {
  handle(handler: (call: { method: string; params: Params }) => Promise<Params>): void;
  call(action: string, params: Params): Promise<Params>;
};

/** Another central system, as an installer or a home automation runs one: it records, and answers as a test says. */
export class OtherCentralSystem {
  readonly heard: { action: string; params: Params }[] = [];
  readonly handshakes: { identity: string; password: string | undefined; protocol: string }[] = [];
  readonly answers: Record<string, Params> = {
    BootNotification: { status: 'Accepted', currentTime: '2020-01-01T00:00:00.000Z', interval: 30 },
    Heartbeat: { currentTime: '2020-01-01T00:00:00.000Z' },
    Authorize: { idTagInfo: { status: 'Invalid' } },
  };
  /** What it does before it answers; one that never resolves leaves the charge point without an answer. */
  beforeAnswer: (action: string) => Promise<unknown> | undefined = () => undefined;
  readonly #rpc: RPCServer;
  readonly #http = createServer();
  #client: Client | undefined;
  #transactionId = 9_000;

  /** `isLax`: its answers may be against the schema. `password`: others are refused. */
  constructor(
    protocols = ['ocpp1.6'],
    { isLax = false, password }: { isLax?: boolean; password?: string } = {},
  ) {
    this.#rpc = new RPCServer({ protocols, strictMode: !isLax });
    this.#rpc.auth((accept, reject, { identity, password: given }) => {
      this.handshakes.push({ identity, password: given?.toString(), protocol: '' });
      if (password !== undefined && given?.toString() !== password) reject(401, 'Unauthorized');
      else accept();
    });
    this.#rpc.on('client', (client: Client) => this.#acceptSocket(client));
    this.#http.on('upgrade', this.#rpc.handleUpgrade);
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return (this.#http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.#http.listening) return;
    await this.#rpc.close({ force: true } as never);
    await new Promise((resolve) => {
      this.#http.close(resolve);
      this.#http.closeAllConnections();
    });
  }

  /** Commands the charge point, once it is on the line. */
  async command(action: string, params: Params): Promise<Params> {
    const client = await waitFor('the charge point on the other connection', () => this.#client);
    return client.call(action, params);
  }

  /** The next message of that name that was not looked at yet. */
  async hears(action: string): Promise<Params> {
    return waitFor(`the other central system to hear ${action}`, () => {
      const index = this.heard.findIndex((message) => message.action === action);
      return index < 0 ? undefined : this.heard.splice(index, 1)[0]?.params;
    });
  }

  #acceptSocket(client: Client): void {
    this.#client = client;
    client.handle(async ({ method, params }) => {
      this.heard.push({ action: method, params });
      await this.beforeAnswer(method);
      if (method === 'StartTransaction' && this.answers.StartTransaction === undefined) {
        const { idTagInfo } = this.answers.Authorize as { idTagInfo: Params };
        return { transactionId: this.#transactionId++, idTagInfo };
      }
      return this.answers[method] ?? {};
    });
  }
}
