import type { Logger } from 'pino';
import { type Address, type Hex, isAddressEqual } from 'viem';
import { connectorsHash, type Heartbeat, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import { readBooking } from '../booking/store.ts';
import type { Db } from '../db.ts';
import type { AgentReport } from '../link/hub.ts';
import type { AgentLink } from '../link/serveLink.ts';
import type { TopicBus } from '../topics.ts';
import { deleteEndedHandovers, putHandover } from './handover.ts';
import { storeNotice } from './notices.ts';
import { listedOf, putAgent, putConnector, putReading, putSession, readReading } from './store.ts';

interface Agent {
  agentKey: Address;
  publicKey: Hex;
}

export interface ReportOptions {
  db: Db;
  topics: TopicBus;
  log: Logger;
  marketRef(): MarketRef;
  now(): number;
}

interface LastHeartbeat extends Agent {
  heartbeat: Heartbeat;
  receivedAt: number;
}

/**
 * Stores the reports of agents. A report that breaks a rule is logged and otherwise ignored; it does not affect a session
 * in progress. Nothing is stored for agents without a listing, so that newly made keys cannot fill the tables.
 */
export function createReports(options: ReportOptions) {
  const last = new Map<Address, LastHeartbeat>();
  options.topics.subscribe('listing', (listingId) => {
    for (const known of last.values()) {
      if (!known.heartbeat.connectors.some((connector) => connector.listingId === listingId)) continue;
      storeHeartbeat(options, known, [listingId as Hex]).catch((error) =>
        options.log.error({ err: error }, 'heartbeat'),
      );
    }
  });
  const deleteEnded = (bookingId?: string) =>
    deleteEndedHandovers(options.db, bookingId as Hex).catch((error) =>
      options.log.error({ err: error }, 'handover'),
    );
  options.topics.subscribe('booking', (bookingId) => void deleteEnded(bookingId));
  void deleteEnded();
  return {
    async handle(agent: AgentLink, report: AgentReport): Promise<void> {
      const problem = await handle(options, last, agent, report);
      if (problem === undefined) return;
      options.log.warn({ agentKey: agent.agentKey, report: report.type, code: problem }, 'report refused');
    },
    /** Call when an agent has disconnected: its last heartbeat then stays in the tables only. */
    forget: (agentKey: Address): void => void last.delete(agentKey),
  };
}

function handle(
  options: ReportOptions,
  last: Map<Address, LastHeartbeat>,
  agent: AgentLink,
  report: AgentReport,
): Promise<string | undefined> {
  if (report.type === 'heartbeat') return handleHeartbeat(options, last, agent, report);
  if (report.type === 'notice') return handleNotice(options, agent, report);
  if (report.type === 'handover') return storeHandover(options, agent, report);
  if (report.type === 'reading') return storeReading(options, agent, report);
  return storeSession(options, agent, report);
}

async function handleHeartbeat(
  options: ReportOptions,
  last: Map<Address, LastHeartbeat>,
  agent: Agent,
  { heartbeat, signature }: Extract<AgentReport, { type: 'heartbeat' }>,
): Promise<string | undefined> {
  const { agentKey, sentAt, connectors } = heartbeat;
  const signed = { agentKey, sentAt, connectorsHash: connectorsHash(connectors) };
  if (!isAddressEqual(agentKey, agent.agentKey)) return 'heartbeat.otherKey';
  if (!(await isSignedBy(options, agent.agentKey, 'Heartbeat', signed, signature)))
    return 'heartbeat.signature';
  if (Math.abs(options.now() - sentAt) > STALE_AFTER_SEC) return 'heartbeat.clock';
  if (sentAt < (last.get(agent.agentKey)?.heartbeat.sentAt ?? 0)) return 'heartbeat.older';
  const isOwn = connectors.every((c) => listingIdOf(agent.agentKey, c.connector) === c.listingId);
  if (!isOwn) return 'heartbeat.otherListing';
  const known = { ...agent, heartbeat, receivedAt: options.now() };
  last.set(agent.agentKey, known);
  await storeHeartbeat(
    options,
    known,
    connectors.map((connector) => connector.listingId),
  );
  return undefined;
}

/** Stores a heartbeat for those of the given listings that are on the ledger. */
async function storeHeartbeat(
  options: ReportOptions,
  known: LastHeartbeat,
  listingIds: Hex[],
): Promise<void> {
  const { agentKey, publicKey, heartbeat, receivedAt } = known;
  const listed = await listedOf(options.db, agentKey, listingIds);
  if (listed.size === 0) return;
  await putAgent(options.db, agentKey, publicKey, receivedAt);
  for (const connector of heartbeat.connectors) {
    if (!listed.has(connector.listingId)) continue;
    await putConnector(options.db, agentKey, connector, { sentAt: heartbeat.sentAt, receivedAt });
    options.topics.publish('connector', connector.listingId);
  }
}

async function storeReading(
  options: ReportOptions,
  agent: Agent,
  { reading, signature }: Extract<AgentReport, { type: 'reading' }>,
): Promise<string | undefined> {
  const booking = await readBooking(options.db, reading.bookingId);
  if (booking?.agentKey !== agent.agentKey) return 'reading.otherBooking';
  if (!(await isSignedBy(options, agent.agentKey, 'Reading', reading, signature))) return 'reading.signature';
  const stored = await readReading(options.db, reading.bookingId, reading.seq);
  if (stored !== undefined) {
    // Sent again after a reconnection: the driver's device may have missed it as well.
    if (JSON.stringify(stored.reading) !== JSON.stringify(reading)) return 'reading.seqTwice';
  } else {
    await putReading(options.db, reading, signature, options.now());
  }
  options.topics.publish('reading', reading.bookingId);
  return undefined;
}

async function storeSession(
  options: ReportOptions,
  agent: Agent,
  { type: _, bookingId, ...session }: Extract<AgentReport, { type: 'session' }>,
): Promise<string | undefined> {
  const booking = await readBooking(options.db, bookingId);
  if (booking?.agentKey !== agent.agentKey) return 'session.otherBooking';
  await putSession(options.db, bookingId, session);
  options.topics.publish('session', bookingId);
  return undefined;
}

/** Acknowledges a notice, also one that is refused for good: the agent then sends the next one. */
async function handleNotice(
  { db, topics, now }: ReportOptions,
  { agentKey, send }: AgentLink,
  { number, notice }: Extract<AgentReport, { type: 'notice' }>,
): Promise<string | undefined> {
  const { refusal, isDone } = await storeNotice(db, agentKey, notice, now());
  if (isDone) send({ type: 'noticed', number });
  if (refusal === undefined && notice.bookingId !== null) topics.publish('notices', notice.bookingId);
  return refusal;
}

async function storeHandover(
  { db, topics }: ReportOptions,
  { agentKey }: Agent,
  { bookingId, sealed }: Extract<AgentReport, { type: 'handover' }>,
): Promise<string | undefined> {
  const booking = await readBooking(db, bookingId);
  if (booking?.agentKey !== agentKey) return 'handover.otherBooking';
  if (booking.endedAt !== null) return 'handover.over';
  await putHandover(db, bookingId, sealed);
  topics.publish('handover', bookingId);
  return undefined;
}

async function isSignedBy(
  { marketRef }: ReportOptions,
  key: Address,
  type: SignedTypeName,
  message: object,
  signature: Hex,
): Promise<boolean> {
  const signer = await signerOf(marketRef(), type, message, signature).catch(() => undefined);
  return signer !== undefined && isAddressEqual(signer, key);
}
