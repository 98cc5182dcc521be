import type { Logger } from 'pino';
import type { PrivateKeyAccount } from 'viem/accounts';
import WebSocket from 'ws';
import { Backoff } from '../../protocol/backoff.ts';
import {
  type FromAgent,
  LINK_MAX_BYTES,
  linkUrl,
  NEWEST_SINCE_VERSION,
  type ToAgent,
  toAgent,
} from '../../protocol/link.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { AgentConfig } from '../config/config.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { Listeners } from '../lib/listeners.ts';

export type LinkRequest = Extract<ToAgent, { requestId: string }>;
export type LinkReply = Omit<Extract<FromAgent, { type: 'reply' }>, 'type' | 'requestId'>;

export type NewestReadings = Extract<ToAgent, { type: 'newest' }>;

type Answer = (request: LinkRequest) => Promise<LinkReply>;

/** A connection that is silent for this long is dead: every WebSocket peer answers pings. */
const PING_MS = 20_000;

export interface ApiLinkParts {
  config: Pick<AgentConfig, 'apiUrl'>;
  account: PrivateKeyAccount;
  ledger: LedgerFollower;
  log: Logger;
}

/** The connection to the API. Senders keep what the API cannot get now: readings are in the journal. */
export class ApiLink {
  /** Emitted over a new connection, once the API knows this agent. */
  readonly linked = new Listeners();
  /** Emitted when the API has the notice of this number. */
  readonly noticeAcknowledged = new Listeners<[number: number]>();
  /** Emitted when the API has said which readings of a booking it holds. */
  readonly newestReported = new Listeners<[readings: NewestReadings]>();
  readonly #parts: ApiLinkParts;
  readonly #backoff = new Backoff(500, 30_000);
  #answer: Answer | undefined;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;
  #isLinked = false;
  /** The API's version of the link; those before the third do not name it. */
  #apiVersion = 0;
  #isAway: boolean | undefined;
  #closed = false;

  constructor(parts: ApiLinkParts) {
    this.#parts = parts;
    parts.ledger.updated.add(() => this.start());
  }

  /** Answers the API's requests. */
  answerWith(answer: Answer): void {
    this.#answer = answer;
  }

  /** Once the ledger is known, because messages are signed for it. Connects again whenever the connection is lost. */
  start(): void {
    if (this.#isStarted || this.#closed || this.#parts.ledger.facts === undefined) return;
    this.#isStarted = true;
    this.#dial();
  }

  #dial(): void {
    const { config, log } = this.#parts;
    const socket = new WebSocket(linkUrl(config.apiUrl), {
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
        log.warn({ detail: error.message.slice(0, 300) }, 'a message of the API was not understood');
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

  /** Whether the API knows this agent, and the connection is up. */
  get isLinked(): boolean {
    return this.#isLinked && this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Whether this API can say which readings it holds; undefined while it is not connected. */
  get knowsNewest(): boolean | undefined {
    return this.isLinked ? this.#apiVersion >= NEWEST_SINCE_VERSION : undefined;
  }

  /** Whether the last try to reach the API failed; undefined before the first. */
  get isAway(): boolean | undefined {
    return this.#isAway;
  }

  /** False when the API is not connected. */
  send(message: FromAgent): boolean {
    if (!this.#isLinked || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #lost(socket: WebSocket, detail: string): void {
    if (this.#socket !== socket) return;
    this.#isLinked = false;
    if (this.#closed) return;
    this.#isAway = true;
    const { config, log } = this.#parts;
    const { waitMs, isFirst } = this.#backoff.failed();
    if (isFirst) {
      const remedy = 'Sessions under way go on; connecting is retried with growing pauses.';
      log.warn({ apiUrl: config.apiUrl, detail, remedy }, 'no connection to the API');
    }
    // Agents that lost the same API do not reconnect in the same instant.
    this.#timer = setTimeout(() => this.#dial(), waitMs * (0.75 + Math.random() / 2));
  }

  async #receive(socket: WebSocket, text: string): Promise<void> {
    const message = toAgent.parse(JSON.parse(text));
    if (message.type === 'challenge') return this.#sayHello(socket, message.nonce);
    if (message.type === 'welcome') return this.#welcomed(message.version ?? 0);
    if (!this.#isLinked) return;
    if (message.type === 'newest') return this.newestReported.emit(message);
    if (message.type === 'noticed') return this.noticeAcknowledged.emit(message.number);
    if (this.#answer === undefined) return;
    const reply = await this.#answer(message);
    this.send({ type: 'reply', requestId: message.requestId, ...reply });
  }

  #welcomed(version: number): void {
    this.#isLinked = true;
    this.#isAway = false;
    this.#apiVersion = version;
    const { config, log } = this.#parts;
    log.info({ apiUrl: config.apiUrl, again: this.#backoff.succeeded() }, 'connected to the API');
    this.linked.emit();
  }

  /** The signature names this host: it is not valid for others. */
  async #sayHello(socket: WebSocket, nonce: `0x${string}`): Promise<void> {
    const { config, account, ledger } = this.#parts;
    const ref = ledger.facts?.ref;
    if (ref === undefined) {
      socket.close(1013, 'The agent has not seen its ledger yet.');
      return;
    }
    const { address: agentKey, publicKey } = account;
    const audience = new URL(config.apiUrl).host;
    const signature = await signMessageOf(account, ref, 'AgentHello', { agentKey, nonce, audience });
    const hello: FromAgent = { type: 'hello', agentKey, publicKey, signature };
    socket.send(JSON.stringify(hello));
  }
}
