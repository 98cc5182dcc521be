import type { Hex } from 'viem';
import { z } from 'zod';
import { notice as noticeSchema } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { PAUSE_REASONS } from '../../protocol/session.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { AgentKey } from '../key/key.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { TOKEN_NOTE, type Token } from '../ledger/token.ts';
import type { ApiLink } from '../link/api-link.ts';
import { locationNote } from '../link/handover.ts';
import type { Pairing } from '../link/pairing.ts';
import { outageSchema, outagesOf } from './outages.ts';

const unixSec = z.int().min(0);
const hex = z.custom<Hex>((v) => typeof v === 'string' && v.startsWith('0x'));

const pauseReason = z.enum(PAUSE_REASONS);

const connector = z.object({
  connectorId: z.int(),
  status: z.string().nullable(),
  hasMeterKey: z.boolean(),
  listingId: hex.nullable(),
  /** Whether the host gave the exact location, for drivers who booked. */
  hasLocation: z.boolean(),
  /**
   * The code that the owner types on the page to list it; null once listed, or while its charge point is
   * disconnected.
   */
  pairingCode: z.string().nullable(),
  health: z.object({
    temperatureC: z.number().optional(),
    voltageV: z.number().optional(),
    lastError: z.string().optional(),
    lastErrorAt: unixSec.optional(),
    clockOffsetSec: z.number().optional(),
    firmware: z.string().optional(),
    firmwareStatus: z.string().optional(),
    diagnosticsStatus: z.string().optional(),
    refusedSettings: z.array(z.string()).optional(),
    unsupported: z.array(z.string()).optional(),
  }),
});

const chargePoint = z.object({
  id: z.string(),
  isOnline: z.boolean(),
  vendor: z.string(),
  model: z.string(),
  connectors: z.array(connector),
});

const session = z.object({
  bookingId: hex,
  chargePointId: z.string(),
  connectorId: z.int(),
  phase: z.string(),
  pauseReason: pauseReason.nullable(),
  energyWh: z.int(),
  /** Energy up to the newest reading that the driver co-signed. */
  cosignedWh: z.int(),
  powerW: z.number(),
  startsAt: unixSec,
  endsAt: unixSec,
  assuranceLevel: z.string(),
});

/** The agent's state, as its commands and its page show it. Times are unix seconds. */
export const snapshotSchema = z.object({
  at: unixSec,
  startedAt: unixSec,
  rssBytes: z.int(),
  agentKey: hex,
  ocpp: z.object({ host: z.string(), port: z.int(), isTls: z.boolean() }),
  /** The status page's address; null when there is none. */
  page: z.string().nullable(),
  ledger: z.object({
    rpcUrl: z.string(),
    market: hex,
    chainId: z.int().nullable(),
    /** Time of the newest block seen, and when it was seen; null before the first. */
    headAt: unixSec.nullable(),
    seenAt: unixSec.nullable(),
    outage: outageSchema,
  }),
  api: z.object({ url: z.string(), isLinked: z.boolean(), outage: outageSchema }),
  /**
   * What waits: readings for our signature, readings and notices for the API, sessions that are over for the ledger,
   * messages of charge points for other central systems.
   */
  queue: z.object({
    unsignedReadings: z.int(),
    unsentReadings: z.int(),
    notices: z.int(),
    unsettledSessions: z.int(),
    outboxMessages: z.int(),
  }),
  chargePoints: z.array(chargePoint),
  sessions: z.array(session),
  /** Newest first. */
  notices: z.array(z.object(noticeSchema.shape)),
  /** The market's token; null while that is not known. */
  token: z.object({ symbol: z.string(), decimals: z.int() }).nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export interface SnapshotParts {
  config: AgentConfig;
  key: AgentKey;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  connectors: Connectors;
  pairing: Pairing;
  link: ApiLink;
  notices: NoticeQueue;
  nowSec: () => number;
}

/** What only those who run the agent know. */
export type Run = Pick<Snapshot, 'startedAt' | 'page'> &
  Pick<Snapshot['ledger'], 'headAt' | 'seenAt'> & { ocppPort: number };

export function snapshotOf(parts: SnapshotParts, run: Run): Snapshot {
  const { config, key, journal, ledger, sessions, link, notices, nowSec } = parts;
  const outages = outagesOf(journal);
  const unsettledSessions = sessions.all().filter(({ phase }) => phase === 'FINAL').length;
  const { host, tls } = config.ocpp;
  return {
    at: nowSec(),
    startedAt: run.startedAt,
    rssBytes: process.memoryUsage.rss(),
    agentKey: key.account.address,
    ocpp: { host, port: run.ocppPort, isTls: tls !== undefined },
    page: run.page,
    ledger: {
      rpcUrl: config.rpcUrl,
      market: config.market,
      chainId: ledger.facts?.ref.chainId ?? null,
      headAt: run.headAt,
      seenAt: run.seenAt,
      outage: outages.ledger,
    },
    api: { url: config.apiUrl, isLinked: link.isLinked, outage: outages.api },
    queue: { ...journal.queue(), notices: notices.waiting.length, unsettledSessions },
    chargePoints: chargePoints(parts),
    sessions: sessionsOf(parts),
    notices: notices.recent,
    token: journal.note<Token>(TOKEN_NOTE) ?? null,
  };
}

function chargePoints(parts: SnapshotParts): Snapshot['chargePoints'] {
  const { config, key, journal, connectors, pairing, ledger } = parts;
  const listed = ledger.listedIds();
  const codes = new Map(pairing.offers(listed).map(({ offer }) => [offer.connector, offer.code]));
  const ids = new Set([
    ...Object.keys(config.chargePoints),
    ...connectors.all().map((known) => known.chargePointId),
  ]);
  const connectorOf = ({ chargePointId, connectorId, hash, status, meterKey }: Connector) => {
    const listingId = listingIdOf(key.account.address, hash);
    return {
      connectorId,
      status,
      hasMeterKey: meterKey !== undefined,
      listingId: listed.has(listingId) ? listingId : null,
      hasLocation: journal.note(locationNote(listingId)) !== undefined,
      pairingCode: codes.get(hash) ?? null,
      health: connectors.health(chargePointId, connectorId),
    };
  };
  return [...ids].map((id) => {
    const { vendor, model } = connectors.info(id);
    const own = connectors.all().filter(({ chargePointId }) => chargePointId === id);
    return { id, isOnline: connectors.isOnline(id), vendor, model, connectors: own.map(connectorOf) };
  });
}

const sessionsOf = ({ sessions, journal }: SnapshotParts): Snapshot['sessions'] =>
  sessions.all().map(({ plan, phase, pause, transaction, doneWh, cosigned, powerW }) => ({
    bookingId: plan.bookingId,
    chargePointId: plan.chargePointId,
    connectorId: plan.connectorId,
    phase,
    pauseReason: pause?.reason ?? null,
    energyWh: doneWh + (transaction?.register.creditedWh ?? 0),
    cosignedWh: cosigned?.energyWh ?? 0,
    powerW,
    startsAt: plan.times.start,
    endsAt: plan.times.end,
    assuranceLevel: journal.assuranceLevel(plan.bookingId) ?? 'agent-signed',
  }));
