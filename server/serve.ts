import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import { PlugpactError } from '../protocol/errors.ts';
import { LedgerNodes } from '../protocol/ledger/nodes.ts';
import type { Notice } from '../protocol/notices.ts';
import { createApp } from './app.ts';
import type { LedgerClient } from './chain/client.ts';
import { type MarketInfo, readMarketInfo } from './chain/market.ts';
import { checkParts } from './chain/parts.ts';
import { createSender } from './chain/sender.ts';
import { readLedger } from './chain/versions.ts';
import { sendKeptAllowances } from './charging/allowance.ts';
import { createReports, type Reports } from './charging/reports.ts';
import { isListedAgent } from './charging/store.ts';
import type { Leadership } from './cluster/leader.ts';
import { sharedNonces } from './cluster/nonces.ts';
import { createSharedCounts } from './cluster/shared-counts.ts';
import { shareTopics } from './cluster/shared-topics.ts';
import type { ServerConfig } from './config.ts';
import { type Database, openDatabase } from './db/open.ts';
import type { Db } from './db.ts';
import { BOUNDS, type Bounds } from './http/bounds.ts';
import { addressReader } from './http/client-address.ts';
import { createDrain, type Drain } from './http/drain.ts';
import { createFewLines } from './http/few-lines.ts';
import { ownHost } from './http/hosts.ts';
import { LIMITS, type Limit, type Limits } from './http/limits.ts';
import { listen } from './http/listen.ts';
import { ledgerUnreachable } from './http/problem.ts';
import { createProxyWatch } from './http/proxy.ts';
import { createEventStreams } from './http/sse.ts';
import { createTurns } from './http/turns.ts';
import { type HeadSource, startLead } from './lead.ts';
import { type AgentHub, createHub } from './link/hub.ts';
import { shareHub } from './link/shared-hub.ts';
import { createMapFeed } from './map/feed.ts';
import { createRelayer } from './relay/relayer.ts';
import type { Services } from './services.ts';
import { createRelayerBalance } from './status/balance.ts';
import { createMetrics, type Metrics, metricsServer } from './status/metrics.ts';
import { queueNotice, queueReading } from './subscriptions/queue.ts';
import { createTopics, type TopicBus } from './topics.ts';

/** The chain id of the local ledger, the only one with a faucet. */
const LOCAL_CHAIN_ID = 31_337;

/** A connection that takes nothing and brings nothing for this time is closed. Streams send something each 15 s. */
const SILENT_MS = 120_000;

/** Longer than any request that is answered at all: an agent has 10 s. */
const DRAIN_MS = 15_000;

export interface ServeOptions {
  log: Logger;
  /** Called when the server cannot continue, for instance because the ledger is not the one that it indexed. */
  onFatal(error: Error): void;
  limits?: Partial<Limits>;
  bounds?: Partial<Bounds>;
  /** Hears the text of each statement for the database. */
  onStatement?(text: string): void;
  /** How often the watcher looks at open bookings. */
  watchMs?: number;
  /** How long an agent may take to reply. */
  replyTimeoutMs?: number;
  /** How long a stop waits for requests under way. */
  drainMs?: number;
  /** Unix seconds; the computer's clock by default. */
  now?(): number;
}

export interface RunningServer {
  port: number;
  /** Of the metrics; undefined where there are none. */
  metricsPort: number | undefined;
  db: Db;
  stop(): Promise<void>;
}

/**
 * Starts database, agent hub, HTTP server, and what the leading process does. Resolves once the port is open, also while
 * the ledger is unreachable.
 */
export async function serve(config: ServerConfig, options: ServeOptions): Promise<RunningServer> {
  const { log, onFatal } = options;
  const database = await openDatabase(config, options);
  const { db, cluster } = database;
  const { client } = new LedgerNodes(config.rpcUrls);
  const topics = cluster === undefined ? createTopics() : await shareTopics(cluster, log);
  const now = options.now ?? unixNow;
  const { make, ...contact } = await createContact(db, client, config);
  const onNotice = (notice: Notice) => queueNotice(db, notice, now());
  const reports = createReports({
    ...{ ...database, topics, log, now, onNotice, marketRef: contact.marketRef },
    onReading: (reading) => queueReading(db, reading, now()),
  });
  const limits = limitsOf({ ...LIMITS, ...options.limits }, database);
  const bounds = { ...BOUNDS, ...options.bounds };
  const metrics = config.metricsPort === undefined ? undefined : createMetrics();
  const drain: { current: Drain | undefined } = { current: undefined };
  const { hub, agentCount } = await createAgentHub(config, options, {
    ...database,
    log,
    now,
    reports,
    limits,
    bounds,
    marketRef: contact.marketRef,
  });
  const turns = createTurns({
    addressOf: addressReader(config.trustProxyHops),
    bounds,
    warn: createFewLines(log),
  });
  const source: HeadSource = { current: undefined };
  const services: Services = {
    ...{ config, db, cluster, client, topics, hub, log, now },
    streams: createEventStreams({ bounds, onRefused: turns.refusedPath }),
    turns,
    proxy: createProxyWatch(config.trustProxyHops, log),
    limits,
    ...contact,
    ...createSenders(client, config, database, { log, now }),
    head: () => source.current?.head(),
    progress: () => source.current?.progress?.() ?? null,
    leads: () => source.current?.progress !== undefined,
    measure: metrics?.measure,
    isStopping: () => drain.current?.isStopping() ?? false,
    load: () => ({ requests: drain.current?.count() ?? 0, agents: agentCount() }),
  };
  const lead = () => startLead(services, source, { onContact: make, onFatal, watchMs: options.watchMs });
  const drainMs = options.drainMs ?? DRAIN_MS;
  return open(services, { database, reports, topics, lead, drain, drainMs, metrics });
}

const unixNow = (): number => Math.floor(Date.now() / 1_000);

interface Parts {
  database: Database;
  reports: Reports;
  topics: TopicBus & { close?(): Promise<void> };
  lead(): Leadership;
  /** Filled once there is a server. */
  drain: { current: Drain | undefined };
  drainMs: number;
  metrics: Metrics | undefined;
}

/** Opens the ports. When that fails, stops what was started before. */
async function open(services: Services, parts: Parts): Promise<RunningServer> {
  const { config, db, hub, log } = services;
  const leadership = parts.lead();
  const feed = createMapFeed(services);
  const app = createApp(services, feed);
  const server = createServer((req, res) => services.turns.enter(req, res, () => app(req, res)));
  server.setTimeout(SILENT_MS);
  const drain = createDrain(server);
  parts.drain.current = drain;
  hub.attach(server);
  const scraped = parts.metrics && metricsServer(parts.metrics);
  parts.metrics?.begin({ ...services, balance: createRelayerBalance(services) });
  const stop = () => stopAll(services, parts, { drain, scraped, others: [leadership, feed] });
  try {
    const port = await listen(server, config);
    const ownPort = { host: config.metricsHost, port: config.metricsPort ?? 0 };
    const metricsPort = scraped && (await listen(scraped, ownPort));
    log.info({ port, metricsPort, host: config.host }, 'listening');
    return { port, metricsPort, db, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Running {
  drain: Drain;
  scraped: Server | undefined;
  others: { stop(): Promise<void> }[];
}

/** Answers what was begun, and writes what waits. */
async function stopAll(
  { hub, streams }: Services,
  { reports, topics, database, drainMs }: Parts,
  { drain, scraped, others }: Running,
): Promise<void> {
  const closeServer = async () => {
    // First no new connections: the agents dial again at once, and shall reach another process.
    await drain.stop(drainMs);
    await hub.close();
    await drain.closed();
  };
  streams.closeAll();
  await Promise.all([closeServer(), ...others.map((one) => one.stop())]);
  scraped?.close();
  scraped?.closeAllConnections();
  await reports.close();
  await topics.close?.();
  await database.close();
}

interface HubParts extends Database, Pick<Services, 'log' | 'now' | 'marketRef' | 'limits'> {
  reports: Reports;
  bounds: Bounds;
}

async function createAgentHub(
  config: ServerConfig,
  { replyTimeoutMs }: ServeOptions,
  { db, cluster, log, now, marketRef, reports, limits, bounds }: HubParts,
): Promise<{ hub: AgentHub; agentCount(): number }> {
  const local = createHub({
    ...{ log, now, marketRef, bounds },
    dials: limits.links,
    audience: (req) => ownHost(req, config.publicHosts),
    addressOf: addressReader(config.trustProxyHops),
    isListed: (agentKey) => isListedAgent(db, agentKey),
    onReport: reports.handle,
    onConnect: (agentKey) =>
      void sendKeptAllowances({ db, log, now, hub: local }, agentKey).catch((error) =>
        log.error({ err: error }, 'allowances'),
      ),
    onDisconnect: reports.forget,
    ...(replyTimeoutMs === undefined ? {} : { replyTimeoutMs }),
  });
  const hub = cluster === undefined ? local : await shareHub(local, { db, cluster, log });
  return { hub, agentCount: () => local.links().length };
}

/** The limits, which count over all processes where there are several. */
function limitsOf(limits: Limits, { db, cluster }: Database): Limits {
  if (cluster === undefined) return limits;
  const counts = createSharedCounts(db);
  const shared = (name: string, limit: Limit): Limit => ({ ...limit, newStore: () => counts.storeOf(name) });
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, shared(name, limit)]),
  ) as Limits;
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

/** Who pays for relayed calls, and who gives demo money. Their keys differ, and so do their nonces. */
function createSenders(
  client: LedgerClient,
  config: ServerConfig,
  { db, cluster }: Database,
  { log, now }: Pick<Services, 'log' | 'now'>,
): Pick<Services, 'relayer' | 'faucet'> {
  const { relayerKey, faucetKey } = config;
  const turns = cluster && sharedNonces(db);
  return {
    relayer: relayerKey && createRelayer({ client, config, db, turns, log, now }, relayerKey),
    faucet: faucetKey && createSender(client, faucetKey, turns),
  };
}

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
