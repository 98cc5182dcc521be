import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Address } from 'viem';
import { type WebSocket, WebSocketServer } from 'ws';
import { type FromAgent, LINK_MAX_BYTES, type PairingOffer, type ToAgent } from '../../protocol/link.ts';
import { isLinkVersion1 } from '../../protocol/linkVersion1.ts';
import { createFewLines } from '../http/few-lines.ts';
import { createDialled, type Dialled, type DialOptions } from './dial.ts';
import { agentOffline, agentRefused } from './replies.ts';
import { type AgentLink, type AgentMessage, serveLink } from './serveLink.ts';
import { createShutOuts, type ShutOuts } from './shut-out.ts';
import type { Link } from './store.ts';
import { createWaiting, type Waiting } from './waiting.ts';

const REPLY_TIMEOUT_MS = 10_000;
/** A connection that does not answer a ping within this time is closed. */
const PING_MS = 30_000;
/** An agent that does not end a closed connection within this time is cut off. */
const CLOSE_MS = 1_000;
/** WebSocket close code of a service that restarts (RFC 6455, section 11.7). */
const SERVICE_RESTART = 1_012;
const REPLACED = 'link.replaced: this key connected again';
/** So many agents of an older version are remembered as named in the log. */
const MAX_NAMED = 10_000;

export type AgentReply = Extract<FromAgent, { type: 'reply' }>;
export type AgentReport = Extract<
  FromAgent,
  { type: 'heartbeat' | 'reading' | 'session' | 'notice' | 'handover' | 'newest' }
>;
type WithRequestId = Extract<ToAgent, { requestId: string }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'requestId'> : never;
export type AgentRequest = WithoutId<WithRequestId>;

export interface HubOptions extends Omit<DialOptions, 'warn'> {
  log: Logger;
  /** Unix seconds. */
  now(): number;
  /** Whether the ledger has a listing of this key. */
  isListed(agentKey: Address): Promise<boolean>;
  /** Called for each report of an authenticated agent; one at a time per connection. */
  onReport(agent: AgentLink, report: AgentReport): Promise<void>;
  /** Called when an agent has connected. */
  onConnect(agentKey: Address): void;
  /** Called when an agent's connection has ended and no newer one has replaced it. */
  onDisconnect(agentKey: Address): void;
  replyTimeoutMs?: number;
}

export interface AgentOffer {
  agentKey: Address;
  offer: PairingOffer;
}

/** The connections of the meter agents. Each agent key has one connection: a new one replaces the previous one. */
export interface AgentHub {
  attach(server: Server): void;
  /**
   * Sends a request to an agent and waits for its reply.
   *
   * @throws HttpProblem 503 `agent.offline`, 504 `agent.timeout`, 409 with the agent's error code.
   */
  request(agentKey: Address, message: AgentRequest): Promise<AgentReply>;
  /** Since when those of the agents are connected that are, unix seconds. */
  linkedAt(agentKeys: Address[]): Promise<Map<Address, number>>;
  /** Connectors of connected agents that wait to be listed: those of a code, or all. */
  offers(code?: string): Promise<AgentOffer[]>;
  /** Closes all connections, so that their agents dial again. */
  close(): Promise<void>;
}

/** The hub of one process: it knows the connections to this process. */
export interface LocalHub extends AgentHub {
  replyTimeoutMs: number;
  waitingPerAgent: number;
  /** Whether an agent is connected to this process. */
  holds(agentKey: Address): boolean;
  /** As `request`, with a refusal as the agent sent it. */
  ask(agentKey: Address, message: AgentRequest): Promise<AgentReply>;
  links(): Link[];
  /** Closes a connection that the agent has replaced by one to another process. */
  replace(agentKey: Address, linkId: string): void;
  observe(observer: LinkObserver): void;
}

/** Is told what happens to the connections. */
export interface LinkObserver {
  opened(link: Link): void;
  offered(link: Link, offers: PairingOffer[]): void;
  closed(link: Link): void;
}

interface Agents {
  peers: Map<Address, Peer>;
  observers: LinkObserver[];
  /** Agents of an older version that the log has named. */
  outdated: Set<Address>;
}

interface Peer extends AgentLink, Link {
  socket: WebSocket;
  offers: PairingOffer[];
  waiting: Waiting<AgentReply>;
}

export function createHub(options: HubOptions): LocalHub {
  const agents: Agents = { peers: new Map(), observers: [], outdated: new Set() };
  const { peers } = agents;
  const replyTimeoutMs = options.replyTimeoutMs ?? REPLY_TIMEOUT_MS;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LINK_MAX_BYTES });
  const pinging = setInterval(() => pingAll(sockets), PING_MS);
  const ask = async (agentKey: Address, message: AgentRequest): Promise<AgentReply> => {
    const peer = peers.get(agentKey);
    if (peer === undefined) throw agentOffline();
    const requestId = randomUUID();
    const send = () => peer.send({ ...message, requestId });
    return peer.waiting.ask({ agentKey, requestId, timeoutMs: replyTimeoutMs, send });
  };
  const warn = createFewLines(options.log);
  const shutOuts = createShutOuts();
  const dialled = createDialled({ ...options, warn }, (req, stream, head, trusted) =>
    sockets.handleUpgrade(req, stream, head, (socket) =>
      acceptConnection({ ...options, ...agents, socket, warn, shutOuts, version: trusted.version }, trusted),
    ),
  );
  return {
    replyTimeoutMs,
    waitingPerAgent: options.bounds.waitingPerAgent,
    ask,
    attach: (server) => void server.on('upgrade', dialled),
    request: async (agentKey, message) => accepted(await ask(agentKey, message)),
    holds: (agentKey) => peers.has(agentKey),
    links: () => [...peers.values()].map(linkOf),
    replace(agentKey, linkId) {
      const peer = peers.get(agentKey);
      if (peer?.linkId === linkId) peer.refuse(REPLACED);
    },
    observe: (observer) => void agents.observers.push(observer),
    linkedAt: async (agentKeys) =>
      new Map(agentKeys.flatMap((key) => (peers.has(key) ? [[key, peers.get(key)!.linkedAt]] : []))),
    offers: async (code) => offersOf([...peers.values()], code),
    async close() {
      clearInterval(pinging);
      await closeSockets(sockets);
    },
  };
}

/** @throws HttpProblem 409 with the agent's error code where it refused. */
export function accepted(reply: AgentReply): AgentReply {
  if (reply.problem !== undefined) throw agentRefused(reply.problem);
  return reply;
}

const linkOf = ({ agentKey, linkId, linkedAt }: Peer): Link => ({ agentKey, linkId, linkedAt });

const offersOf = (peers: Peer[], code: string | undefined): AgentOffer[] =>
  peers.flatMap(({ agentKey, offers }) =>
    offers.filter((offer) => code === undefined || offer.code === code).map((offer) => ({ agentKey, offer })),
  );

interface Connection
  extends Pick<HubOptions, 'log' | 'now' | 'bounds' | 'isListed' | 'onReport' | 'onConnect' | 'onDisconnect'>,
    Agents {
  socket: WebSocket;
  version: number;
  warn: ReturnType<typeof createFewLines>;
  shutOuts: ShutOuts;
}

function acceptConnection(connection: Connection, trusted: Dialled): void {
  const { socket, isListed, warn, shutOuts } = connection;
  const alive = socket as WebSocket & { isAlive?: boolean };
  alive.isAlive = true;
  socket.on('pong', () => {
    alive.isAlive = true;
  });
  serveLink(socket, {
    ...trusted,
    shutOuts,
    isListed,
    onOpen: (link) => opened(connection, link),
    onMessage: (link, message) => received(connection, link, message),
    onClose: (link) => closed(connection, link),
    onError: (error) =>
      warn({ reason: error instanceof Error ? error.message : String(error) }, 'agent link'),
  });
}

function opened(connection: Connection, link: AgentLink): void {
  const { peers, observers, socket, version, log, now, bounds } = connection;
  const older = peers.get(link.agentKey);
  older?.refuse(REPLACED);
  older?.waiting.rejectAll(agentOffline);
  const waiting = createWaiting<AgentReply>(bounds.waitingPerAgent);
  const own = { linkId: randomUUID(), linkedAt: now(), offers: [], waiting };
  const peer: Peer = { ...link, socket, ...own };
  peers.set(link.agentKey, peer);
  log.info({ agentKey: link.agentKey, version }, 'agent connected');
  if (isLinkVersion1(version)) warnOnce(connection, link.agentKey);
  for (const observer of observers) observer.opened(linkOf(peer));
  connection.onConnect(link.agentKey);
}

function warnOnce({ outdated, version, log }: Connection, agentKey: Address): void {
  if (outdated.has(agentKey) || outdated.size >= MAX_NAMED) return;
  outdated.add(agentKey);
  const remedy = 'Update the agent.';
  log.warn({ agentKey, version, remedy }, 'an old version of the link: its names and sentences are accepted');
}

async function received(
  { peers, observers, socket, onReport }: Connection,
  link: AgentLink,
  message: AgentMessage,
): Promise<void> {
  const peer = peers.get(link.agentKey);
  if (peer?.socket !== socket) return;
  if (message.type === 'pairings') {
    peer.offers = message.offers;
    for (const observer of observers) observer.offered(linkOf(peer), message.offers);
  } else if (message.type === 'reply') peer.waiting.resolve(message.requestId, message);
  else await onReport(link, message);
}

function closed({ peers, observers, socket, onDisconnect, log }: Connection, { agentKey }: AgentLink): void {
  const peer = peers.get(agentKey);
  if (peer?.socket !== socket) return;
  peers.delete(agentKey);
  peer.waiting.rejectAll(agentOffline);
  for (const observer of observers) observer.closed(linkOf(peer));
  onDisconnect(agentKey);
  log.info({ agentKey }, 'agent disconnected');
}

function pingAll(sockets: WebSocketServer): void {
  for (const socket of sockets.clients as Set<WebSocket & { isAlive?: boolean }>) {
    if (socket.isAlive === false) socket.terminate();
    socket.isAlive = false;
    socket.ping();
  }
}

/** Closes all connections with a word; those that do not end are cut. */
async function closeSockets(sockets: WebSocketServer): Promise<void> {
  const open = [...sockets.clients];
  const ended = Promise.all(open.map((socket) => once(socket, 'close').catch(() => undefined)));
  for (const socket of open) socket.close(SERVICE_RESTART, 'link.restart: dial again');
  const cut = setTimeout(() => {
    for (const socket of open) socket.terminate();
  }, CLOSE_MS);
  await ended;
  clearTimeout(cut);
}
