import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Address } from 'viem';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type FromAgent,
  LINK_MAX_BYTES,
  LINK_PATH,
  LINK_VERSION,
  type PairingOffer,
  type ToAgent,
} from '../../protocol/link.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { HttpProblem } from '../http/problem.ts';
import { type AgentLink, type AgentMessage, serveLink } from './serveLink.ts';

const REPLY_TIMEOUT_MS = 10_000;
/** A connection that does not answer a ping within this time is closed. */
const PING_MS = 30_000;
/** So many agents of an older version are remembered as named in the log. */
const MAX_NAMED = 10_000;

export type AgentReply = Extract<FromAgent, { type: 'reply' }>;
export type AgentReport = Extract<
  FromAgent,
  { type: 'heartbeat' | 'reading' | 'session' | 'notice' | 'handover' }
>;
type AgentRequest = Extract<ToAgent, { requestId: string }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'requestId'> : never;

export interface HubOptions {
  log: Logger;
  /** Unix seconds. */
  now(): number;
  /** Chain and market that signatures are made for. @throws when the ledger was never reached. */
  marketRef(): MarketRef;
  /** The host that the agent dialled. @throws PlugpactError when this server is not reached under it. */
  audience(req: IncomingMessage): string;
  /** Called for each report of an authenticated agent; one at a time per connection. */
  onReport(agent: AgentLink, report: AgentReport): Promise<void>;
  /** Called when an agent has connected. */
  onConnect(agentKey: Address): void;
  /** Called when an agent's connection has ended and no newer one has replaced it. */
  onDisconnect(agentKey: Address): void;
  replyTimeoutMs?: number;
}

/** The connections of the meter agents. Each agent key has one connection: a new one replaces the previous one. */
export interface AgentHub {
  attach(server: Server): void;
  /**
   * Sends a request to an agent and waits for its reply.
   *
   * @throws HttpProblem 503 `agent.offline`, 504 `agent.timeout`, 409 with the agent's error code.
   */
  request(agentKey: Address, message: WithoutId<AgentRequest>): Promise<AgentReply>;
  /** Since when an agent's connection is up, unix seconds; undefined while it is down. */
  linkedAt(agentKey: Address): number | undefined;
  /** Connectors of all connected agents that wait to be listed. */
  offers(): { agentKey: Address; offer: PairingOffer }[];
  close(): void;
}

interface Agents {
  peers: Map<Address, Peer>;
  /** Agents of an older version that the log has named. */
  outdated: Set<Address>;
}

interface Peer extends AgentLink {
  socket: WebSocket;
  linkedAt: number;
  offers: PairingOffer[];
  waiting: Map<string, (reply: AgentReply | undefined) => void>;
}

export function createHub(options: HubOptions): AgentHub {
  const peers = new Map<Address, Peer>();
  const outdated = new Set<Address>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LINK_MAX_BYTES });
  const pinging = setInterval(() => pingAll(sockets), PING_MS);
  return {
    attach(server) {
      server.on('upgrade', (req, stream, head) =>
        upgrade({ ...options, peers, outdated }, sockets, req, stream, head),
      );
    },
    async request(agentKey, message) {
      const peer = peers.get(agentKey);
      if (peer === undefined) throw agentOffline();
      const reply = await ask(peer, message, options.replyTimeoutMs ?? REPLY_TIMEOUT_MS);
      if (reply.problem !== undefined) throw agentRefused(reply.problem);
      return reply;
    },
    linkedAt: (agentKey) => peers.get(agentKey)?.linkedAt,
    offers: () =>
      [...peers.values()].flatMap(({ agentKey, offers }) => offers.map((offer) => ({ agentKey, offer }))),
    close() {
      clearInterval(pinging);
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function upgrade(
  options: HubOptions & Agents,
  sockets: WebSocketServer,
  req: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  // The peer may disconnect at this moment: without a listener that error would end the process.
  stream.on('error', () => stream.destroy());
  try {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://host');
    if (pathname !== LINK_PATH) {
      refuseUpgrade(stream, '404 Not Found');
      return;
    }
    const audience = options.audience(req);
    const ref = options.marketRef();
    const version = Number(searchParams.get('version') ?? 1);
    sockets.handleUpgrade(req, stream, head, (socket) =>
      acceptConnection({ ...options, socket, version }, { audience, ref, version }),
    );
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    options.log.warn({ code, reason: message }, 'agent refused');
    refuseUpgrade(
      stream,
      code === 'host.unknown' ? '421 Misdirected Request' : '503 Service Unavailable',
      message,
    );
  }
}

function refuseUpgrade(stream: Duplex, status: string, text = ''): void {
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${text}`);
}

interface Connection
  extends Pick<HubOptions, 'log' | 'now' | 'onReport' | 'onConnect' | 'onDisconnect'>,
    Agents {
  socket: WebSocket;
  version: number;
}

function acceptConnection(
  connection: Connection,
  trusted: { audience: string; ref: MarketRef; version: number },
): void {
  const { socket, log } = connection;
  const alive = socket as WebSocket & { isAlive?: boolean };
  alive.isAlive = true;
  socket.on('pong', () => {
    alive.isAlive = true;
  });
  serveLink(socket, {
    ...trusted,
    onOpen: (link) => opened(connection, link),
    onMessage: (link, message) => received(connection, link, message),
    onClose: (link) => closed(connection, link),
    onError: (error) =>
      log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'agent link'),
  });
}

function opened(connection: Connection, link: AgentLink): void {
  const { peers, socket, version, log, now } = connection;
  peers.get(link.agentKey)?.refuse('link.replaced: this key connected again');
  peers.set(link.agentKey, { ...link, socket, linkedAt: now(), offers: [], waiting: new Map() });
  log.info({ agentKey: link.agentKey, version }, 'agent connected');
  if (!(version >= LINK_VERSION)) warnOnce(connection, link.agentKey);
  connection.onConnect(link.agentKey);
}

function warnOnce({ outdated, version, log }: Connection, agentKey: Address): void {
  if (outdated.has(agentKey) || outdated.size >= MAX_NAMED) return;
  outdated.add(agentKey);
  const remedy = 'Update the agent.';
  log.warn({ agentKey, version, remedy }, 'an old version of the link: its names and sentences are accepted');
}

async function received(
  { peers, socket, onReport }: Connection,
  link: AgentLink,
  message: AgentMessage,
): Promise<void> {
  const peer = peers.get(link.agentKey);
  if (peer?.socket !== socket) return;
  if (message.type === 'pairings') peer.offers = message.offers;
  else if (message.type === 'reply') peer.waiting.get(message.requestId)?.(message);
  else await onReport(link, message);
}

function closed({ peers, socket, onDisconnect, log }: Connection, { agentKey }: AgentLink): void {
  const peer = peers.get(agentKey);
  if (peer?.socket !== socket) return;
  peers.delete(agentKey);
  for (const settle of peer.waiting.values()) settle(undefined);
  onDisconnect(agentKey);
  log.info({ agentKey }, 'agent disconnected');
}

function ask(peer: Peer, message: WithoutId<AgentRequest>, timeoutMs: number): Promise<AgentReply> {
  const requestId = randomUUID();
  return new Promise<AgentReply>((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(agentTimeout(timeoutMs))), timeoutMs);
    const finish = (act: () => void) => {
      clearTimeout(timer);
      peer.waiting.delete(requestId);
      act();
    };
    peer.waiting.set(requestId, (reply) =>
      finish(() => (reply === undefined ? reject(agentOffline()) : resolve(reply))),
    );
    peer.send({ ...message, requestId });
  });
}

function pingAll(sockets: WebSocketServer): void {
  for (const socket of sockets.clients as Set<WebSocket & { isAlive?: boolean }>) {
    if (socket.isAlive === false) socket.terminate();
    socket.isAlive = false;
    socket.ping();
  }
}

const agentOffline = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'agent.offline',
    rule: 'The meter agent of this charger must be connected to the server.',
    remedy:
      'Try again in a minute. If it stays offline, contact the host. Your money is refunded if nobody reports a charge.',
    retry: 'later',
  });

const agentTimeout = (timeoutMs: number): HttpProblem =>
  new HttpProblem(504, {
    code: 'agent.timeout',
    rule: `The meter agent must answer within ${timeoutMs / 1_000} s.`,
    remedy:
      'Check the live state of the booking before you try again: the agent may have carried out the request.',
    retry: 'later',
  });

const agentRefused = ({ code, detail }: { code: string; detail: string }): HttpProblem =>
  new HttpProblem(409, {
    code,
    rule: detail,
    remedy: 'The meter agent refused the request for this reason. Resolve it, then try again.',
  });
