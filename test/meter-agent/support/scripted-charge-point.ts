import { RPCClient } from 'ocpp-rpc';
import { waitFor } from '../../../scripts/lib/wait.ts';

type Params = Record<string, unknown>;

const DEFAULT_ANSWERS: Record<string, Params> = {
  ChangeConfiguration: { status: 'NotSupported' },
  GetConfiguration: { configurationKey: [], unknownKey: [] },
};

/** A charge point that says exactly what a test tells it to, and answers as told. Unknown calls are refused. */
export class ScriptedChargePoint {
  readonly asked: { action: string; params: Params }[] = [];
  readonly answers: Record<string, Params>;
  readonly client: RPCClient;

  constructor(port: number, id = 'CP1', answers: Record<string, Params> = {}, options: Params = {}) {
    this.answers = { ...DEFAULT_ANSWERS, ...answers };
    this.client = new RPCClient({
      endpoint: `ws://127.0.0.1:${port}/ocpp`,
      identity: id,
      protocols: ['ocpp1.6'],
      reconnect: false,
      callTimeoutMs: 60_000,
      ...options,
    } as never);
    this.client.handle((async ({ method, params }: { method: string; params: Params }) => {
      this.asked.push({ action: method, params });
      const answer = this.answers[method];
      if (answer === undefined) throw new Error('not supported');
      return answer;
    }) as never);
  }

  connect(): Promise<unknown> {
    return this.client.connect();
  }

  close(): Promise<unknown> {
    return this.client.close({ code: 1000, reason: 'done', force: true });
  }

  call(action: string, params: Params): Promise<Params> {
    return this.client.call(action, params) as Promise<Params>;
  }

  status(status: string, connectorId = 1): Promise<Params> {
    return this.call('StatusNotification', { connectorId, status, errorCode: 'NoError' });
  }

  async start(idTag: string, meterStart: number, timestamp = new Date().toISOString()) {
    const answer = await this.call('StartTransaction', { connectorId: 1, idTag, meterStart, timestamp });
    return {
      transactionId: answer.transactionId as number,
      status: (answer.idTagInfo as { status: string }).status,
    };
  }

  meter(transactionId: number | undefined, value: string, more: Params = {}): Promise<Params> {
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue: [{ value, ...more }] }];
    return this.call('MeterValues', {
      connectorId: 1,
      ...(transactionId === undefined ? {} : { transactionId }),
      meterValue,
    });
  }

  stop(transactionId: number, meterStop: number, more: Params = {}): Promise<Params> {
    return this.call('StopTransaction', {
      transactionId,
      meterStop,
      timestamp: new Date().toISOString(),
      ...more,
    });
  }

  /** The next call of that name that was not waited for yet. */
  async wasAsked(action: string): Promise<Params> {
    return waitFor(`the charge point to be asked ${action}`, () => {
      const index = this.asked.findIndex((asked) => asked.action === action);
      return index < 0 ? undefined : this.asked.splice(index, 1)[0]?.params;
    });
  }
}

/** The answers of a charge point that does as it is told. */
export const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};
