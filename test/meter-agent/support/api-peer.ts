import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { bytesToHex, type Hex, isAddressEqual } from 'viem';
import { type WebSocket, WebSocketServer } from 'ws';
import { type FromAgent, fromAgent, LINK_PATH, type ToAgent } from '../../../protocol/link.ts';
import { signerOf } from '../../../protocol/signature.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { clientOf } from '../../support/market.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'requestId'> : never;
type Reply = Extract<FromAgent, { type: 'reply' }>;

/** The API's side of the agent's line and its relay, on a real socket. */
export class ApiPeer {
  readonly received: FromAgent[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new WebSocketServer({ server: this.#server, path: LINK_PATH });
  readonly #replies = new Map<string, (reply: Reply) => void>();
  readonly #ref: MarketRef;
  readonly #rpcUrl: string | undefined;
  #socket: WebSocket | undefined;
  #asked = 0;
  /** How often the relay was asked, and what it says in place of carrying a call. */
  relayed = 0;
  relayAnswer:
    | (() => { status: number; headers?: Record<string, string>; body: object } | undefined)
    | undefined;
  /** Says with which status a bundle is answered; undefined: it knows no evidence, as older ones. */
  takeEvidence: ((request: IncomingMessage, bytes: Buffer) => Promise<number>) | undefined;
  onMessage: (message: FromAgent) => void = () => {};
  /** Its version of the link; undefined: it names none, and answers `newest` no more than those do. */
  linkVersion: number | undefined;
  readonly #cosigned = new Map<string, Hex>();
  /** Whether it says that it has a notice. */
  takesNotices = true;

  constructor(ref: MarketRef, rpcUrl?: string) {
    this.#ref = ref;
    this.#rpcUrl = rpcUrl;
    this.#sockets.on('connection', (socket, { headers }) => this.#greet(socket, headers.host ?? ''));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isLinked(): boolean {
    return this.#socket !== undefined;
  }

  of<T extends FromAgent['type']>(type: T): Extract<FromAgent, { type: T }>[] {
    return this.received.filter((message) => message.type === type) as Extract<FromAgent, { type: T }>[];
  }

  ask(message: Unnumbered<Extract<ToAgent, { requestId: string }>>): Promise<Reply> {
    const requestId = `r${this.#asked++}`;
    if (message.type === 'cosign')
      this.#cosigned.set(`${message.bookingId} ${message.seq}`, message.signature);
    return new Promise((resolve, reject) => {
      if (this.#socket === undefined) return reject(new Error('no agent is linked'));
      this.#replies.set(requestId, resolve);
      this.#socket.send(JSON.stringify({ ...message, requestId }));
    });
  }

  say(message: ToAgent): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Cuts the line as a dying network would. */
  cut(): void {
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  #greet(socket: WebSocket, audience: string): void {
    const nonce = bytesToHex(randomBytes(32));
    socket.on('message', (data) => {
      const message = fromAgent.parse(JSON.parse(String(data)));
      if (message.type === 'hello') void this.#acceptSocket(socket, nonce, audience, message);
      else this.#take(message);
    });
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    socket.send(JSON.stringify({ type: 'challenge', nonce }));
  }

  async #acceptSocket(
    socket: WebSocket,
    nonce: Hex,
    audience: string,
    hello: Extract<FromAgent, { type: 'hello' }>,
  ): Promise<void> {
    const { agentKey, signature } = hello;
    const signer = await signerOf(this.#ref, 'AgentHello', { agentKey, nonce, audience }, signature);
    if (!isAddressEqual(signer, agentKey)) return socket.close(4001);
    this.received.push(hello);
    this.#socket = socket;
    socket.send(JSON.stringify({ type: 'welcome', version: this.linkVersion }));
  }

  #take(message: FromAgent): void {
    this.received.push(message);
    if (message.type === 'notice' && this.takesNotices) this.say({ type: 'noticed', number: message.number });
    if (message.type === 'reply') this.#replies.get(message.requestId)?.(message);
    if (message.type === 'newest' && this.linkVersion !== undefined)
      this.say(this.#newestOf(message.bookingId));
    this.onMessage(message);
  }

  /** As server/charging answers from its tables. */
  #newestOf(bookingId: Hex): ToAgent {
    const all = this.of('reading')
      .filter(({ reading }) => reading.bookingId === bookingId)
      .map(({ reading, signature: agentSignature }) => {
        const sessionSignature = this.#cosigned.get(`${bookingId} ${reading.seq}`) ?? null;
        return { reading, agentSignature, sessionSignature };
      })
      .sort((a, b) => b.reading.seq - a.reading.seq);
    const cosigned = all.find(({ sessionSignature }) => sessionSignature !== null);
    return { type: 'newest', bookingId, newest: all[0] ?? null, cosigned: cosigned ?? null };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request);
    const text = bytes.toString();
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'PUT' && this.takeEvidence !== undefined)
      return void send(await this.takeEvidence(request, bytes), {});
    if (request.url !== '/api/v1/relay' || this.#rpcUrl === undefined)
      return void send(404, { detail: 'no relay' });
    this.relayed += 1;
    const own = this.relayAnswer?.();
    if (own !== undefined) {
      const headers = { 'content-type': 'application/json', ...own.headers };
      return void response.writeHead(own.status, headers).end(JSON.stringify(own.body));
    }
    try {
      const wallet = clientOf(this.#rpcUrl, localAccount('relayer'));
      const transactionHash = await wallet.sendTransaction(JSON.parse(text));
      await wallet.waitForTransactionReceipt({ hash: transactionHash });
      send(200, { transactionHash });
    } catch (error) {
      send(422, { detail: error instanceof Error ? error.message : String(error) });
    }
  }
}
