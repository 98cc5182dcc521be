import { RpcRequestError, TimeoutError, WebSocketRequestError } from 'viem';
import { WebSocket } from 'ws';
import { z } from 'zod';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 10_485_760;

const message = z.union([
  z.object({ method: z.literal('eth_subscription'), params: z.object({ subscription: z.string() }) }),
  z.object({
    id: z.int(),
    result: z.unknown(),
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown() }).optional(),
  }),
]);

type Settle = (answer: { result: unknown } | { error: Error }) => void;

interface Connection {
  socket: WebSocket;
  /** What is called with the answers of the requests under way. */
  pending: Map<number, Settle>;
}

/**
 * JSON-RPC over a WebSocket, with viem's errors. It connects at the first request, and again at the next one after the
 * connection was lost.
 */
export class RpcSocket {
  readonly #url: string;
  #connection: Promise<Connection> | undefined;
  #id = 0;
  #heads: { onHead(): void; onLost(): void } | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const body = { jsonrpc: '2.0', id: ++this.#id, method, params };
    this.#connection ??= this.#connect();
    const { socket, pending } = await this.#connection;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        pending.delete(body.id);
        socket.terminate();
        reject(new TimeoutError({ body, url: this.#url }));
      }, TIMEOUT_MS);
      pending.set(body.id, (answer) => {
        clearTimeout(timer);
        if ('result' in answer) resolve(answer.result);
        else reject(answer.error);
      });
      socket.send(JSON.stringify(body));
    });
  }

  /** Calls `onHead` at each new block, until the connection is lost. */
  async subscribeHeads(onHead: () => void, onLost: () => void): Promise<void> {
    await this.request({ method: 'eth_subscribe', params: ['newHeads'] });
    this.#heads = { onHead, onLost };
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then(({ socket }) => socket.terminate()).catch(() => undefined);
  }

  #connect(): Promise<Connection> {
    const socket = new WebSocket(this.#url, { maxPayload: MAX_BYTES, handshakeTimeout: TIMEOUT_MS });
    const pending: Connection['pending'] = new Map();
    const connection = new Promise<Connection>((resolve, reject) => {
      let cause: Error = new Error('The connection was closed.');
      socket.on('error', (error) => {
        cause = error;
      });
      socket.on('message', (data) => this.#receive(pending, String(data)));
      socket.once('open', () => resolve({ socket, pending }));
      socket.once('close', () => {
        if (this.#connection === connection) this.#connection = undefined;
        const error = new WebSocketRequestError({ body: {}, cause, url: this.#url });
        reject(error);
        this.#lost(pending, error);
      });
    });
    return connection;
  }

  #lost(pending: Connection['pending'], error: Error): void {
    for (const settle of pending.values()) settle({ error });
    pending.clear();
    const heads = this.#heads;
    this.#heads = undefined;
    heads?.onLost();
  }

  /** What is no JSON-RPC is no answer: the request then ends by its time-out. */
  #receive(pending: Connection['pending'], text: string): void {
    const parsed = message.safeParse(jsonOf(text));
    if (!parsed.success) return;
    if ('method' in parsed.data) {
      this.#heads?.onHead();
      return;
    }
    const { id, result, error } = parsed.data;
    const settle = pending.get(id);
    pending.delete(id);
    settle?.(
      error === undefined ? { result } : { error: new RpcRequestError({ body: {}, error, url: this.#url }) },
    );
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
