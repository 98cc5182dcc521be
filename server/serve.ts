import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { PlugpactError } from '../protocol/errors.ts';
import { accountEvents } from './accounts/events.ts';
import { createApp } from './app.ts';
import { bookingEvents } from './booking/events.ts';
import { createLedgerClient, type LedgerClient } from './chain/client.ts';
import type { EventHandlers, Touched } from './chain/events.ts';
import { type Follower, startFollower } from './chain/follow.ts';
import { type MarketInfo, readMarketInfo } from './chain/market.ts';
import { checkParts } from './chain/parts.ts';
import { createSender, type Sender } from './chain/sender.ts';
import { readLedger } from './chain/versions.ts';
import { sendKeptAllowances } from './charging/allowance.ts';
import { createReports, type ReportOptions } from './charging/reports.ts';
import type { ServerConfig } from './config.ts';
import { type Db, openDatabase } from './db.ts';
import { ownHost } from './http/hosts.ts';
import { LIMITS, type Limits } from './http/limits.ts';
import { ledgerUnreachable } from './http/problem.ts';
import { createEventStreams } from './http/sse.ts';
import { type AgentHub, createHub } from './link/hub.ts';
import { listingEvents } from './listing/events.ts';
import { createMapAnnouncer } from './map/announce.ts';
import type { Services } from './services.ts';
import { settlementEvents } from './settlement/events.ts';
import { createTopics, type TopicBus } from './topics.ts';
import { startWatcher } from './watcher/watch.ts';

/** The chain id of the local ledger, the only one with a faucet. */
const LOCAL_CHAIN_ID = 31_337;

/** The handlers of all rooms for the ledger's events. */
export const EVENT_HANDLERS: EventHandlers = {
  ...accountEvents,
  ...listingEvents,
  ...bookingEvents,
  ...settlementEvents,
};

export interface ServeOptions {
  log: Logger;
  /** Called when the server cannot continue, for instance because the ledger is not the one that it indexed. */
  onFatal(error: Error): void;
  limits?: Partial<Limits>;
  /** How often the watcher looks at open bookings. */
  watchMs?: number;
  /** How long an agent may take to reply. */
  replyTimeoutMs?: number;
  /** Unix seconds; the computer's clock by default. */
  now?(): number;
}

export interface RunningServer {
  port: number;
  db: Db;
  stop(): Promise<void>;
}

/**
 * Starts database, follower, agent hub and HTTP server. Resolves once the port is open, also while the ledger is
 * unreachable.
 */
export async function serve(config: ServerConfig, options: ServeOptions): Promise<RunningServer> {
  const { log, onFatal } = options;
  const db = await openDatabase(config.databaseFile);
  const client = createLedgerClient(config.rpcUrl);
  const topics = createTopics();
  const now = options.now ?? unixNow;
  const { make, ...contact } = await createContact(db, client, config);
  const hub = createAgentHub(config, options, { db, topics, log, now, marketRef: contact.marketRef });
  const { market, deployBlock, pollMs } = config;
  const follower = startFollower({
    ...{ db, client, market, deployBlock, pollMs, log, onFatal, handlers: EVENT_HANDLERS },
    onContact: make,
    onChange: (touched) => publish(topics, touched),
  });
  const services: Services = {
    ...{ config, db, client, topics, hub, log, now },
    streams: createEventStreams(),
    limits: { ...LIMITS, ...options.limits },
    ...contact,
    ...createSenders(client, config),
    head: follower.head,
  };
  return open(services, follower, options.watchMs);
}

const unixNow = (): number => Math.floor(Date.now() / 1_000);

/** Opens the port. When that fails, stops what was started before. */
async function open(services: Services, follower: Follower, watchMs?: number): Promise<RunningServer> {
  const { config, db, hub, streams, log } = services;
  const announcer = createMapAnnouncer(services);
  const watcher = startWatcher(services, watchMs);
  const server = createServer(createApp(services, announcer));
  hub.attach(server);
  const stop = async () => {
    announcer.stop();
    streams.closeAll();
    await Promise.all([closeServer(server, hub), follower.stop(), watcher.stop()]);
    await db.destroy();
  };
  const port = await listen(server, config).catch(async (error) => {
    await stop();
    throw error;
  });
  log.info({ port, host: config.host }, 'listening');
  return { port, db, stop };
}

function createAgentHub(
  config: ServerConfig,
  { replyTimeoutMs }: ServeOptions,
  parts: ReportOptions,
): AgentHub {
  const reports = createReports(parts);
  const { log } = parts;
  const hub = createHub({
    log,
    now: parts.now,
    marketRef: parts.marketRef,
    audience: (req) => ownHost(req, config.publicHosts),
    onReport: reports.handle,
    onConnect: (agentKey) =>
      void sendKeptAllowances({ ...parts, hub }, agentKey).catch((error) =>
        log.error({ err: error }, 'allowances'),
      ),
    onDisconnect: reports.forget,
    ...(replyTimeoutMs === undefined ? {} : { replyTimeoutMs }),
  });
  return hub;
}

interface MarketContact extends Pick<Services, 'marketInfo' | 'marketRef'> {
  /** Checks the market's parts and reads its constants at the first contact with the ledger. */
  make(): Promise<void>;
}

async function createContact(db: Db, client: LedgerClient, config: ServerConfig): Promise<MarketContact> {
  let info: MarketInfo | undefined;
  const indexed = await readLedger(db);
  return {
    async make() {
      if (info === undefined) await checkParts(client, config);
      info ??= await readMarketInfo(client, config.market);
      if (info.chainId !== LOCAL_CHAIN_ID) refuseLocalKeys(config, info.chainId);
    },
    marketInfo() {
      if (info === undefined) throw ledgerUnreachable();
      return info;
    },
    marketRef() {
      const chainId = info?.chainId ?? indexed?.chainId;
      if (chainId === undefined) throw ledgerUnreachable();
      return { chainId, market: config.market };
    },
  };
}

/** One sender per key: equal keys share one sender, since they share their nonces. */
function createSenders(client: LedgerClient, config: ServerConfig): Pick<Services, 'relayer' | 'faucet'> {
  const { relayerKey, faucetKey, rpcUrl } = config;
  const create = (key: typeof relayerKey): Sender | undefined =>
    key === undefined ? undefined : createSender(client, rpcUrl, key);
  const relayer = create(relayerKey);
  return { relayer, faucet: faucetKey === relayerKey ? relayer : create(faucetKey) };
}

function publish(topics: TopicBus, { listings, bookings }: Touched): void {
  for (const id of listings) topics.publish('listing', id);
  for (const id of bookings) topics.publish('booking', id);
}

async function listen(server: Server, { host, port }: ServerConfig): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(host, port, error);
  });
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, hub: AgentHub): Promise<void> {
  hub.close();
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

const cannotListen = (host: string, port: number, error: NodeJS.ErrnoException): PlugpactError =>
  new PlugpactError(
    {
      code: 'server.cannotListen',
      value: `HOST = ${host}, PORT = ${port} (${error.code})`,
      rule: 'The server must be able to listen on its address.',
      remedy: 'Set PORT to a free port (0 for any), and HOST to an address of this computer.',
    },
    { cause: error },
  );

/** Demo money and simulated wallboxes are refused where money is real. */
function refuseLocalKeys({ faucetKey, localWallboxesFile }: ServerConfig, chainId: number): void {
  const faucet = faucetKey === undefined ? [] : ['FAUCET_PRIVATE_KEY'];
  const keys = [...faucet, ...(localWallboxesFile === undefined ? [] : ['LOCAL_WALLBOXES_FILE'])];
  if (keys.length === 0) return;
  throw new PlugpactError({
    code: 'config.invalid',
    value: `${keys.join(', ')} (hidden) on chain ${chainId}`,
    rule: `These variables may be set for the local ledger only, chain ${LOCAL_CHAIN_ID}.`,
    remedy: 'Unset them, or set RPC_URL to a local ledger.',
  });
}
