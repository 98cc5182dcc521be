import { sql } from 'kysely';
import type { Logger } from 'pino';
import { type Address, type Hex, hexToBytes } from 'viem';
import { connectorsText, type Heartbeat, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { createBatch } from '../cluster/batch.ts';
import type { Db } from '../db.ts';
import type { AgentReport } from '../link/hub.ts';
import { isSignedByKey } from '../link/knownKey.ts';
import type { AgentLink } from '../link/serveLink.ts';
import { markChargers } from '../map/dirty.ts';
import type { TopicBus } from '../topics.ts';
import { type ConnectorHistory, createConnectorHistory, putHistory } from './connectorHistory.ts';
import { type ConnectorReport, listedReports, putAgents, putConnectors } from './connectorsStore.ts';
import { heartbeatDigest } from './heartbeatDigest.ts';

/** How long a report may wait for others, and how many are written by one statement. */
const BATCH = { waitMs: 100, maxItems: 250 } as const;

/**
 * The same said again within this time is not written again: agents say it each 30 s, and who says it faster costs a check
 * of its signature and nothing else.
 */
const REPEATED_SEC = 5;

/** Connectors of a link that are remembered; an agent has at most 64. */
const MOST_CONNECTORS = 256;

export interface HeartbeatOptions {
  db: Db;
  kind: 'sqlite' | 'postgres';
  topics: TopicBus;
  log: Logger;
  marketRef(): MarketRef;
  /** Unix seconds. */
  now(): number;
}

type HeartbeatReport = Extract<AgentReport, { type: 'heartbeat' }>;
/** With its connectors as they are signed. */
type Said = HeartbeatReport & { said: string };

/** An agent that is linked to this process, and its last heartbeat. */
interface Heard {
  agentKey: Address;
  publicKey: Hex;
  heartbeat: Heartbeat;
  /** Its connectors, as they are signed. */
  said: string;
  receivedAt: number;
  /** When these connectors were written last; undefined until they are. */
  writtenAt: number | undefined;
}

/** What is known of a link beside its key. */
interface LinkFacts {
  publicKey: Uint8Array;
  /** Connectors whose listing id was found to be right. */
  listingIds: Map<Hex, Hex>;
}

export interface Heartbeats {
  /** Checks and stores a heartbeat. Resolves with the code of the rule that it breaks, if it does, once it is stored. */
  handle(agent: AgentLink, report: HeartbeatReport): Promise<string | undefined>;
  /** Call when an agent has disconnected: its last heartbeat then stays in the tables only. */
  forget(agentKey: Address): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/**
 * Takes the heartbeats of the agents: nearly all that agents send. The signature is checked against the key that the link
 * proved, reports are written together, and only what changes on the map is told. Nothing is stored for agents without a
 * listing; when one is listed later, its last heartbeat counts.
 */
export function createHeartbeats(options: HeartbeatOptions): Heartbeats {
  const heard = new Map<Address, Heard>();
  const byListing = new Map<Hex, Heard>();
  const facts = new WeakMap<AgentLink, LinkFacts>();
  const history = createConnectorHistory();
  const batch = createBatch<ConnectorReport>({
    ...BATCH,
    write: (reports) => store(options, history, reports),
  });
  const put = (known: Heard, listingIds: (id: Hex) => boolean) =>
    Promise.all(
      reportsOf(known)
        .filter((report) => listingIds(report.connector.listingId))
        .map(batch.add),
    );
  const forget = (agentKey: Address) => {
    for (const { listingId } of heard.get(agentKey)?.heartbeat.connectors ?? []) byListing.delete(listingId);
    heard.delete(agentKey);
  };
  const end = options.topics.subscribe('listing', (listingId) => {
    const known = byListing.get(listingId as Hex);
    if (known === undefined) return;
    put(known, (id) => id === listingId).catch((error) => options.log.error({ err: error }, 'heartbeat'));
  });
  return {
    forget,
    async handle(agent, report) {
      const link = facts.get(agent) ?? newFacts(agent);
      facts.set(agent, link);
      const { heartbeat } = report;
      const said = connectorsText(heartbeat.connectors);
      const before = heard.get(agent.agentKey);
      const refusal = refusalOf(options, agent, link, { ...report, said }, before?.heartbeat.sentAt ?? 0);
      if (refusal !== undefined) return refusal;
      const { agentKey, publicKey } = agent;
      const receivedAt = options.now();
      if (before !== undefined && isWritten(before, said, receivedAt)) {
        before.heartbeat = heartbeat;
        before.receivedAt = receivedAt;
        return undefined;
      }
      forget(agentKey);
      const known: Heard = { agentKey, publicKey, heartbeat, said, receivedAt, writtenAt: undefined };
      heard.set(agentKey, known);
      for (const { listingId } of heartbeat.connectors) byListing.set(listingId, known);
      await put(known, () => true);
      known.writtenAt = receivedAt;
      return undefined;
    },
    async close() {
      end();
      await batch.flush();
    },
  };
}

/** By either direction of the clock: one that is set back must not keep what is new from being written. */
const isWritten = ({ said, writtenAt }: Heard, saidNow: string, now: number): boolean =>
  said === saidNow && writtenAt !== undefined && Math.abs(now - writtenAt) < REPEATED_SEC;

const newFacts = (agent: AgentLink): LinkFacts => ({
  publicKey: hexToBytes(agent.publicKey),
  listingIds: new Map(),
});

const reportsOf = ({ agentKey, publicKey, heartbeat, receivedAt }: Heard): ConnectorReport[] =>
  heartbeat.connectors.map((connector) => ({
    ...{ agentKey, publicKey, connector, sentAt: heartbeat.sentAt, receivedAt },
  }));

/** The rules of a heartbeat; what costs little comes first. */
function refusalOf(
  { marketRef, now }: HeartbeatOptions,
  agent: AgentLink,
  link: LinkFacts,
  { heartbeat, said, signature }: Said,
  lastSentAt: number,
): string | undefined {
  const { agentKey, sentAt, connectors } = heartbeat;
  if (agentKey.toLowerCase() !== agent.agentKey) return 'heartbeat.otherKey';
  if (Math.abs(now() - sentAt) > STALE_AFTER_SEC) return 'heartbeat.clock';
  if (sentAt < lastSentAt) return 'heartbeat.older';
  const digest = heartbeatDigest(marketRef(), heartbeat, said);
  if (!isSignedByKey(link.publicKey, digest, signature)) return 'heartbeat.signature';
  if (!connectors.every((connector) => isOwn(agent, link, connector))) return 'heartbeat.otherListing';
  return undefined;
}

function isOwn(
  { agentKey }: AgentLink,
  { listingIds }: LinkFacts,
  { connector, listingId }: Heartbeat['connectors'][number],
): boolean {
  const known = listingIds.get(connector);
  if (known !== undefined) return known === listingId;
  if (listingIdOf(agentKey, connector) !== listingId) return false;
  if (listingIds.size >= MOST_CONNECTORS) listingIds.clear();
  listingIds.set(connector, listingId);
  return true;
}

/** Stores those of the reports whose listing is on the ledger, the newest of each, and tells what changed on the map. */
async function store(
  { db, kind, topics }: HeartbeatOptions,
  history: ConnectorHistory,
  reports: ConnectorReport[],
): Promise<void> {
  const newest = new Map(reports.map((report) => [report.connector.listingId, report]));
  const listed = await listedReports(db, [...newest.values()]);
  if (listed.length === 0) return;
  const changed = await db.transaction().execute(async (tx) => {
    // The next heartbeat is 30 s away: after a crash of the database the last ones may be missing.
    if (kind === 'postgres') await sql`set local synchronous_commit to off`.execute(tx);
    await putAgents(tx, listed);
    const ids = await putConnectors(tx, listed);
    await putHistory(tx, history.due(listed));
    if (ids.length > 0) await markChargers(tx, ids);
    return ids;
  });
  for (const listingId of changed) topics.publish('connector', listingId);
}
