import { setTimeout as delay } from 'node:timers/promises';
import { RPCClient } from 'ocpp-rpc';
import { waitFor } from '../../../scripts/lib/wait.ts';

type Params = Record<string, unknown>;

interface Transaction {
  /** Given by the agent; null until StartTransaction is answered. */
  id: number | null;
}

const BACKOFF = { initialDelay: 20, maxDelay: 100, factor: 1.5, randomisationFactor: 0 };

/**
 * A 1.6 wallbox that charges when it is told to, and keeps what it has to say until it is answered, in order, as the
 * standard asks of transaction messages (section 4.1). Its meter and its clock go on only by `deliver`.
 */
export class ReplayingChargePoint {
  readonly #port: number;
  readonly #nowSec: () => number;
  readonly #queue: { action: string; params: () => Params; onAnswer: (answer: Params) => void }[] = [];
  #client: RPCClient | undefined;
  #isSending = false;
  #status = 'Available';
  #tag: string | null = null;
  #transaction: Transaction | null = null;
  #isClosed = false;
  registerWh: number;
  limitA = 16;
  /** Every message that was answered, and how often it had to be sent. */
  readonly sent: { action: string; times: number }[] = [];

  constructor(port: number, nowSec: () => number, registerWh: number) {
    this.#port = port;
    this.#nowSec = nowSec;
    this.registerWh = registerWh;
  }

  get isCharging(): boolean {
    return this.#transaction !== null;
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && !this.#isSending;
  }

  async boot(): Promise<void> {
    this.#say('BootNotification', { chargePointVendor: 'Somebody', chargePointModel: 'Replayer' });
    this.#sayStatus(this.#status);
    await this.#connect();
  }

  plug(): void {
    this.#sayStatus('Preparing');
    this.#begin();
  }

  unplug(): void {
    this.#tag = null;
    if (this.#transaction !== null) this.#end('EVDisconnected');
    this.#sayStatus('Available');
  }

  /** Energy through the meter, told at once. */
  deliver(energyWh: number): void {
    if (this.#transaction === null || this.limitA === 0) throw new Error('No power flows.');
    this.registerWh += energyWh;
    this.sendMeterValue();
  }

  /** The register as it is: charge points send it while no power flows, too. */
  sendMeterValue(): void {
    const transaction = this.#transaction;
    if (transaction === null) return;
    const [timestamp, value] = [this.#time(), String(this.registerWh)];
    this.#say('MeterValues', () => ({
      connectorId: 1,
      transactionId: transaction.id,
      meterValue: [{ timestamp, sampledValue: [{ value }] }],
    }));
  }

  /** Power cut and back: the transaction ends with it, the cable stays. */
  async reboot(): Promise<void> {
    await this.#hangUp();
    this.#tag = null;
    if (this.#transaction !== null) this.#end('PowerLoss');
    this.#status = 'Preparing';
    await this.boot();
  }

  /** The network between charge point and agent goes away and comes back. */
  async cut(): Promise<void> {
    await this.#hangUp();
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#hangUp();
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close({ code: 1000, reason: 'gone', force: true });
  }

  /** As charge points do, again and again: the agent may be killed in the middle of the handshake. */
  async #connect(attempts = 200): Promise<void> {
    const client = this.#newClient();
    this.#client = client;
    try {
      await client.connect();
    } catch (error) {
      if (this.#isClosed || attempts === 0) throw error;
      await delay(50);
      return this.#connect(attempts - 1);
    }
    void this.#pump();
  }

  #newClient(): RPCClient {
    const client = new RPCClient({
      endpoint: `ws://127.0.0.1:${this.#port}`,
      identity: 'CP1',
      protocols: ['ocpp1.6'],
      reconnect: true,
      maxReconnects: Number.POSITIVE_INFINITY,
      backoff: BACKOFF,
      callTimeoutMs: 60_000,
    } as never);
    client.handle((async ({ method, params }: { method: string; params: Params }) =>
      this.#obey(method, params)) as never);
    return client;
  }

  #obey(method: string, params: Params): Params {
    switch (method) {
      case 'RemoteStartTransaction': {
        const isFree = this.#transaction === null;
        if (isFree) this.#tag = String(params.idTag);
        if (isFree && this.#status !== 'Available') setImmediate(() => this.#begin());
        return { status: isFree ? 'Accepted' : 'Rejected' };
      }
      case 'RemoteStopTransaction': {
        const isOurs = this.#transaction !== null && this.#transaction.id === params.transactionId;
        if (isOurs) setImmediate(() => this.#end('Remote'));
        return { status: isOurs ? 'Accepted' : 'Rejected' };
      }
      case 'SetChargingProfile':
        this.limitA = limitOf(params);
        return { status: 'Accepted' };
      case 'GetConfiguration':
        return { configurationKey: [], unknownKey: [] };
      default:
        return { status: 'Rejected' };
    }
  }

  #begin(): void {
    if (this.#tag === null || this.#transaction !== null) return;
    const transaction: Transaction = { id: null };
    this.#transaction = transaction;
    this.limitA = 16;
    const start = { connectorId: 1, idTag: this.#tag, meterStart: this.registerWh, timestamp: this.#time() };
    this.#say('StartTransaction', start, ({ transactionId }) => {
      transaction.id = Number(transactionId);
    });
    this.#sayStatus('Charging');
  }

  #end(reason: string): void {
    const transaction = this.#transaction;
    if (transaction === null) return;
    this.#transaction = null;
    const [timestamp, meterStop] = [this.#time(), this.registerWh];
    this.#say('StopTransaction', () => ({ transactionId: transaction.id, timestamp, meterStop, reason }));
    this.#sayStatus('Finishing');
  }

  #sayStatus(status: string): void {
    this.#status = status;
    this.#say('StatusNotification', { connectorId: 1, status, errorCode: 'NoError' });
  }

  #say(action: string, params: Params | (() => Params), onAnswer: (answer: Params) => void = () => {}): void {
    this.#queue.push({ action, params: typeof params === 'function' ? params : () => params, onAnswer });
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#queue.length > 0 && !this.#isClosed) {
      const [first] = this.#queue;
      if (first === undefined) break;
      let times = 0;
      const answer = await waitFor(
        `${first.action} to be answered`,
        async () => {
          const client = this.#client;
          if (client?.state !== 1 && !this.#isClosed) return undefined;
          times += 1;
          return client?.call(first.action, first.params()) as Promise<Params>;
        },
        { pollMs: 20 },
      );
      this.#queue.shift();
      this.sent.push({ action: first.action, times });
      first.onAnswer(answer);
    }
    this.#isSending = false;
  }

  #time(): string {
    return new Date(this.#nowSec() * 1000).toISOString();
  }
}

interface Profile {
  csChargingProfiles?: { chargingSchedule?: { chargingSchedulePeriod?: { limit: number }[] } };
}

const limitOf = (params: Params): number =>
  (params as Profile).csChargingProfiles?.chargingSchedule?.chargingSchedulePeriod?.[0]?.limit ?? 16;
