import type { Logger } from 'pino';
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { ReadingJson } from '../../protocol/api.ts';
import type { HeldReading } from '../../protocol/link.ts';
import type { Notice } from '../../protocol/notices.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { SignedTypeName } from '../../protocol/signedTypes.ts';
import { readBooking } from '../booking/store.ts';
import { createFewLines } from '../http/few-lines.ts';
import { createTokenBucket, type Pace, type TokenBucket } from '../http/token-bucket.ts';
import type { AgentReport } from '../link/hub.ts';
import type { AgentLink } from '../link/serveLink.ts';
import { putHandover } from './handover.ts';
import { createHeartbeats, type HeartbeatOptions, type Heartbeats } from './heartbeats.ts';
import { storeNotice } from './notices.ts';
import {
  newestCosigned,
  newestReading,
  putReading,
  putSession,
  readReading,
  STORED_READINGS,
  type StoredReading,
} from './store.ts';

interface Agent {
  agentKey: Address;
  publicKey: Hex;
}

export interface ReportOptions extends HeartbeatOptions {
  /** Called with each notice that is stored, before the agent hears that it is: until then it sends it again. */
  onNotice?(notice: Notice): Promise<void>;
  /** Called with each new reading, before it is published; a failure is logged and delays nothing. */
  onReading?(reading: ReadingJson): Promise<void>;
}

export interface Reports {
  handle(agent: AgentLink, report: AgentReport): Promise<void>;
  /** Call when an agent has disconnected. */
  forget(agentKey: Address): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/**
 * Stores the reports of agents. A report that breaks a rule is counted and otherwise ignored; it does not affect a session
 * in progress. Nothing is stored for agents without a listing, so that newly made keys cannot fill the tables.
 */
export function createReports(options: ReportOptions): Reports {
  const heartbeats = createHeartbeats(options);
  const refusals = createRefusals(options.log);
  return {
    async handle(agent, report) {
      const problem = await handle(options, heartbeats, agent, report);
      if (problem !== undefined) refusals.add(agent, report.type, problem);
    },
    forget: heartbeats.forget,
    close: heartbeats.close,
  };
}

/** An agent whose clock is wrong, or that is ahead of the index, stays below this. */
const REFUSALS: Pace = { burst: 20, perSec: 0.1 };
/** Of one address, whatever keys it makes up: what was not signed by the key that its link proved. No honest agent sends it. */
const FORGERIES: Pace = { burst: 100, perSec: 1 };
const FORGED = /\.(?:signature|otherKey)$/;
/** Keys, and addresses, whose refused reports are remembered. */
const MOST_REFUSED = 10_000;

/**
 * Counts refused reports of each link: work that nobody has a right to. The log names the first of each code, and a link
 * that brings many is closed.
 */
function createRefusals(log: Logger) {
  const warn = createFewLines(log);
  const named = new WeakMap<AgentLink, Set<string>>();
  /** By key, and by address: who connects again has no more than before. */
  const ofKey = createBuckets(REFUSALS);
  const ofAddress = createBuckets(FORGERIES);
  const isTooMuch = ({ agentKey, address }: AgentLink, code: string): boolean => {
    const isKeyInPace = ofKey(agentKey);
    return !(FORGED.test(code) ? ofAddress(address) && isKeyInPace : isKeyInPace);
  };
  return {
    add(agent: AgentLink, report: AgentReport['type'], code: string): void {
      const codes = named.get(agent) ?? new Set();
      named.set(agent, codes);
      const { agentKey } = agent;
      if (!codes.has(code)) warn({ agentKey, report, code }, 'report refused');
      codes.add(code);
      if (isTooMuch(agent, code)) agent.shutOut(`${code}: too many reports are refused`);
    },
  };
}

/** Takes a token of a key's bucket; the keys that were seen last have one. */
function createBuckets(pace: Pace): (key: string) => boolean {
  const buckets = new Map<string, TokenBucket>();
  return (key) => {
    const bucket = buckets.get(key) ?? createTokenBucket(pace);
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST_REFUSED) buckets.delete(buckets.keys().next().value!);
    return bucket();
  };
}

function handle(
  options: ReportOptions,
  heartbeats: Heartbeats,
  agent: AgentLink,
  report: AgentReport,
): Promise<string | undefined> {
  if (report.type === 'heartbeat') return heartbeats.handle(agent, report);
  if (report.type === 'notice') return handleNotice(options, agent, report);
  if (report.type === 'handover') return storeHandover(options, agent, report);
  if (report.type === 'reading') return storeReading(options, agent, report);
  if (report.type === 'newest') return answerNewest(options, agent, report.bookingId);
  return storeSession(options, agent, report);
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
    const newest = await newestReading(options.db, reading.bookingId);
    if (newest !== undefined && reading.seq <= newest.reading.seq - STORED_READINGS) return 'reading.tooOld';
    await putReading(options.db, reading, signature, options.now());
    await options.onReading?.(reading).catch((error) => options.log.error({ err: error }, 'reading'));
  }
  options.topics.publish('reading', reading.bookingId);
  return undefined;
}

/**
 * What this API holds of a booking. Where the index does not know the booking yet there is no answer: "none" would be
 * a statement, and the agent asks again.
 */
async function answerNewest(
  { db }: ReportOptions,
  { agentKey, send }: AgentLink,
  bookingId: Hex,
): Promise<string | undefined> {
  const booking = await readBooking(db, bookingId);
  if (booking?.agentKey !== agentKey) return 'newest.otherBooking';
  const [newest, cosigned] = [await newestReading(db, bookingId), await newestCosigned(db, bookingId)];
  send({ type: 'newest', bookingId, newest: heldOf(newest), cosigned: heldOf(cosigned) });
  return undefined;
}

const heldOf = (stored: StoredReading | undefined): HeldReading | null =>
  stored === undefined
    ? null
    : {
        reading: stored.reading,
        agentSignature: stored.agentSignature,
        sessionSignature: stored.sessionSignature,
      };

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
  { db, topics, now, onNotice }: ReportOptions,
  { agentKey, send }: AgentLink,
  { number, notice }: Extract<AgentReport, { type: 'notice' }>,
): Promise<string | undefined> {
  const { refusal, isDone } = await storeNotice(db, agentKey, notice, now());
  if (refusal === undefined) await onNotice?.(notice);
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
