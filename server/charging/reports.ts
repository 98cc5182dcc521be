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
import { forgetHandovers, putHandover } from './handover.ts';
import { takeNotice } from './notices.ts';
import { listedOf, putAgent, putConnector, putReading, putVisit, readReading } from './store.ts';

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
 * Takes in what agents report. A report that breaks a rule changes nothing and is named in the log: the charge
 * under way goes on. Of agents without a listing nothing is stored, so that keys made for nothing fill no tables.
 */
export function createReports(options: ReportOptions) {
  const last = new Map<Address, LastHeartbeat>();
  options.topics.subscribe('listing', (listingId) => {
    for (const known of last.values()) {
      if (!known.heartbeat.connectors.some((connector) => connector.listingId === listingId)) continue;
      keep(options, known, [listingId as Hex]).catch((error) =>
        options.log.error({ err: error }, 'heartbeat'),
      );
    }
  });
  const forgetEnded = (bookingId?: string) =>
    forgetHandovers(options.db, bookingId as Hex).catch((error) =>
      options.log.error({ err: error }, 'handover'),
    );
  options.topics.subscribe('booking', (bookingId) => void forgetEnded(bookingId));
  void forgetEnded();
  return {
    async take(agent: AgentLink, report: AgentReport): Promise<void> {
      const problem = await take(options, last, agent, report);
      if (problem === undefined) return;
      options.log.warn({ agentKey: agent.agentKey, report: report.type, code: problem }, 'report refused');
    },
    /** The agent has gone: its last words stay in the tables only. */
    forget: (agentKey: Address): void => void last.delete(agentKey),
  };
}

function take(
  options: ReportOptions,
  last: Map<Address, LastHeartbeat>,
  agent: AgentLink,
  report: AgentReport,
): Promise<string | undefined> {
  if (report.type === 'heartbeat') return takeHeartbeat(options, last, agent, report);
  if (report.type === 'notice') return takeNoticeOf(options, agent, report);
  if (report.type === 'handover') return takeHandover(options, agent, report);
  if (report.type === 'reading') return takeReading(options, agent, report);
  return takeVisit(options, agent, report);
}

async function takeHeartbeat(
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
  await keep(
    options,
    known,
    connectors.map((connector) => connector.listingId),
  );
  return undefined;
}

/** Stores a heartbeat's words on those of the named listings that are on the ledger. */
async function keep(options: ReportOptions, known: LastHeartbeat, listingIds: Hex[]): Promise<void> {
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

async function takeReading(
  options: ReportOptions,
  agent: Agent,
  { reading, signature }: Extract<AgentReport, { type: 'reading' }>,
): Promise<string | undefined> {
  const booking = await readBooking(options.db, reading.bookingId);
  if (booking?.agentKey !== agent.agentKey) return 'reading.otherBooking';
  if (!(await isSignedBy(options, agent.agentKey, 'Reading', reading, signature))) return 'reading.signature';
  const stored = await readReading(options.db, reading.bookingId, reading.seq);
  if (stored !== undefined) {
    // Sent again after a reconnection: the driver's device may have missed it too.
    if (JSON.stringify(stored.reading) !== JSON.stringify(reading)) return 'reading.seqTwice';
  } else {
    await putReading(options.db, reading, signature, options.now());
  }
  options.topics.publish('reading', reading.bookingId);
  return undefined;
}

async function takeVisit(
  options: ReportOptions,
  agent: Agent,
  { type: _, bookingId, ...visit }: Extract<AgentReport, { type: 'visit' }>,
): Promise<string | undefined> {
  const booking = await readBooking(options.db, bookingId);
  if (booking?.agentKey !== agent.agentKey) return 'visit.otherBooking';
  await putVisit(options.db, bookingId, visit);
  options.topics.publish('visit', bookingId);
  return undefined;
}

/** The agent hears that it is done with it, also when it is refused for good: the next one waits. */
async function takeNoticeOf(
  { db, topics, now }: ReportOptions,
  { agentKey, send }: AgentLink,
  { number, notice }: Extract<AgentReport, { type: 'notice' }>,
): Promise<string | undefined> {
  const { refusal, isDone } = await takeNotice(db, agentKey, notice, now());
  if (isDone) send({ type: 'noticed', number });
  if (refusal === undefined && notice.bookingId !== null) topics.publish('notices', notice.bookingId);
  return refusal;
}

async function takeHandover(
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
