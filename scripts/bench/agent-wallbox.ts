import { RPCClient } from 'ocpp-rpc';

type Params = Record<string, unknown>;

const READY = new Set(['RemoteStartTransaction', 'SetChargingProfile']);

/** A wallbox of the benchmark, on the client of the library that the baseline's server uses. */
export class BenchWallbox {
  readonly #client: RPCClient;
  /** Actions of calls in both directions. */
  readonly calls: string[] = [];
  onAsked: (action: string, params: Params) => void = () => {};

  private constructor(client: RPCClient) {
    this.#client = client;
    client.handle((({ method, params }: { method: string; params: Params }) => {
      this.calls.push(method);
      this.onAsked(method, params);
      if (method === 'GetConfiguration') return { configurationKey: [], unknownKey: [] };
      return { status: READY.has(method) ? 'Accepted' : 'Rejected' };
    }) as never);
  }

  static async dial(port: number, identity: string): Promise<BenchWallbox> {
    const endpoint = `ws://127.0.0.1:${port}`;
    const options = { endpoint, identity, protocols: ['ocpp1.6'], reconnect: false };
    const client = new RPCClient(options as never);
    const wallbox = new BenchWallbox(client);
    await client.connect();
    return wallbox;
  }

  async close(): Promise<void> {
    await this.#client.close({ code: 1000, reason: 'done', force: true } as never);
  }

  /** Resolves with the answer, or with undefined for an error. */
  async call(action: string, params: Params): Promise<Params | undefined> {
    this.calls.push(action);
    return this.#client.call(action, params).catch(() => undefined) as Promise<Params | undefined>;
  }
}

/** A charge under way: its register rises by 1 Wh per message. */
export class Charge {
  readonly wallbox: BenchWallbox;
  readonly #transactionId: number;
  readonly #timestamp = new Date().toISOString();
  #registerWh: number;

  constructor(wallbox: BenchWallbox, transactionId: number, registerWh: number) {
    this.wallbox = wallbox;
    this.#transactionId = transactionId;
    this.#registerWh = registerWh;
  }

  /** True when it was acknowledged. */
  async meter(): Promise<boolean> {
    this.#registerWh += 1;
    const sampledValue = [
      { value: String(this.#registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      { value: '11000', measurand: 'Power.Active.Import', unit: 'W' },
    ];
    const answer = await this.wallbox.call('MeterValues', {
      connectorId: 1,
      transactionId: this.#transactionId,
      meterValue: [{ timestamp: this.#timestamp, sampledValue }],
    });
    return answer !== undefined;
  }
}
