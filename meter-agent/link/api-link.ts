import type { Logger } from 'pino';
import type { PrivateKeyAccount } from 'viem/accounts';
import WebSocket from 'ws';
import { type FromAgent, LINK_MAX_BYTES, linkUrl, type ToAgent, toAgent } from '../../protocol/link.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { Backoff } from '../lib/backoff.ts';

export type LinkRequest = Extract<ToAgent, { requestId: string }>;
export type LinkReply = Omit<Extract<FromAgent, { type: 'reply' }>, 'type' | 'requestId'>;

export interface LinkListener {
  /** The API knows who we are: say how things stand. */
  onLinked(): void;
  onRequest(request: LinkRequest): Promise<LinkReply>;
  /** The API has the notice of this number. */
  onNoticeTaken(number: number): void;
}

/** A line that says nothing for so long is dead: pings are answered by every WebSocket peer. */
const PING_MS = 20_000;

/** What the API may not get yet is kept by whoever sends it: readings stand in the journal. */
export class ApiLink {
  readonly #apiUrl: string;
  readonly #account: PrivateKeyAccount;
  readonly #ref: () => MarketRef | undefined;
  readonly #listener: LinkListener;
  readonly #log: Logger;
  readonly #pause = new Backoff(500, 30_000);
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isWelcome = false;
  #isAway: boolean | undefined;
  #closed = false;

  constructor(
    apiUrl: string,
    account: PrivateKeyAccount,
    ref: () => MarketRef | undefined,
    listener: LinkListener,
    log: Logger,
  ) {
    this.#apiUrl = apiUrl;
    this.#account = account;
    this.#ref = ref;
    this.#listener = listener;
    this.#log = log;
  }

  /** Dials, and dials again whenever the line is lost. */
  start(): void {
    const socket = new WebSocket(linkUrl(this.#apiUrl), {
      maxPayload: LINK_MAX_BYTES,
      handshakeTimeout: 10_000,
    });
    this.#socket = socket;
    let isAlive = true;
    const pings = setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    }, PING_MS);
    let reason = '';
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('message', (data) => {
      isAlive = true;
      this.#receive(socket, String(data)).catch((error: Error) => {
        this.#log.warn({ detail: error.message.slice(0, 300) }, 'a message of the API was not understood');
      });
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.once('close', (code, why) => {
      clearInterval(pings);
      this.#lost(socket, reason || `closed with code ${code} ${String(why)}`.trim());
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  /** Whether the API knows who we are, and the line is up. */
  get isLinked(): boolean {
    return this.#isWelcome && this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Whether the last try to reach the API failed; undefined before the first. */
  get isAway(): boolean | undefined {
    return this.#isAway;
  }

  /** False when the API cannot be told now. */
  send(message: FromAgent): boolean {
    if (!this.#isWelcome || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #lost(socket: WebSocket, detail: string): void {
    if (this.#socket !== socket) return;
    this.#isWelcome = false;
    if (this.#closed) return;
    this.#isAway = true;
    const { waitMs, isFirst } = this.#pause.failed();
    if (isFirst) {
      const remedy = 'Sessions under way go on; it is dialled again with growing pauses.';
      this.#log.warn({ apiUrl: this.#apiUrl, detail, remedy }, 'no line to the API');
    }
    // Agents that lost the same API do not come back in the same instant.
    this.#timer = setTimeout(() => this.start(), waitMs * (0.75 + Math.random() / 2));
  }

  async #receive(socket: WebSocket, text: string): Promise<void> {
    const message = toAgent.parse(JSON.parse(text));
    if (message.type === 'challenge') return this.#sayHello(socket, message.nonce);
    if (message.type === 'welcome') {
      this.#isWelcome = true;
      this.#isAway = false;
      this.#log.info({ apiUrl: this.#apiUrl, again: this.#pause.succeeded() }, 'linked to the API');
      this.#listener.onLinked();
      return;
    }
    if (!this.#isWelcome) return;
    if (message.type === 'noticed') return this.#listener.onNoticeTaken(message.number);
    const reply = await this.#listener.onRequest(message);
    this.send({ type: 'reply', requestId: message.requestId, ...reply });
  }

  /** The key signs for this host only: what it signs here is worth nothing elsewhere. */
  async #sayHello(socket: WebSocket, nonce: `0x${string}`): Promise<void> {
    const ref = this.#ref();
    if (ref === undefined) {
      socket.close(1013, 'The agent has not seen its ledger yet.');
      return;
    }
    const { address: agentKey, publicKey } = this.#account;
    const audience = new URL(this.#apiUrl).host;
    const signature = await signMessageOf(this.#account, ref, 'AgentHello', { agentKey, nonce, audience });
    const hello: FromAgent = { type: 'hello', agentKey, publicKey, signature };
    socket.send(JSON.stringify(hello));
  }
}
