import type { Hex } from 'viem';
import { z } from 'zod';
import { forwardHealth, notice as noticeSchema } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { PAUSE_REASONS } from '../../protocol/session.ts';
import { lastBackupAt } from '../backup/last-backup.ts';
import type { BackupSchedule } from '../backup/schedule.ts';
import type { FailedDials } from '../central-system/failed-dials.ts';
import { lowStopsOf, orphanStopsOf } from '../central-system/odd-stops.ts';
import type { RefusedCards } from '../central-system/refused-cards.ts';
import { type AgentConfig, rpcUrlsOf } from '../config/config.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import { FAILED_DIAL_REASONS } from '../drivers/charge-point-events.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import { restoreMarkOf } from '../journal/restore-mark.ts';
import { roomOf } from '../journal/room.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { AgentKey } from '../key/key.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { TOKEN_NOTE, type Token } from '../ledger/token.ts';
import { withoutCredentials } from '../lib/plain-url.ts';
import type { ApiLink } from '../link/api-link.ts';
import { evidenceUploadsOf } from '../link/evidence-uploads.ts';
import { locationNote } from '../link/handover.ts';
import type { Pairing } from '../link/pairing.ts';
import { usageOf } from '../session/readings.ts';
import { isRecovering } from '../session/recovery.ts';
import type { Session } from '../session/types.ts';
import type { Earnings } from './earnings.ts';
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
  /** Whether the host lends it at present. */
  isLent: z.boolean().default(true),
  /** What the ledger has paid for its bookings so far, in token units. */
  earned: z.string().default('0'),
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
    maxPowerW: z.number().optional(),
    randomDelayMaxSec: z.number().optional(),
    refusedSettings: z.array(z.string()).optional(),
    leftSettings: z.array(z.string()).optional(),
    isLimitEndRefused: z.boolean().optional(),
    unsupported: z.array(z.string()).optional(),
    brokenFrame: z.object({ at: unixSec, text: z.string(), count: z.int() }).optional(),
  }),
});

const chargePoint = z.object({
  id: z.string(),
  isOnline: z.boolean(),
  vendor: z.string(),
  model: z.string(),
  /** The other central system that it is forwarded to. */
  forward: forwardHealth.extend({ url: z.string() }).optional(),
  connectors: z.array(connector),
});

/** Who dialled in vain since the agent's start; newest first. */
const failedDial = z.object({
  reason: z.enum(FAILED_DIAL_REASONS),
  address: z.string(),
  chargePointId: z.string().nullable(),
  at: unixSec,
  count: z.int(),
});

/** A card that nobody here knows; newest first. */
const refusedCard = z.object({ chargePointId: z.string(), idTag: z.string(), at: unixSec, count: z.int() });

const session = z.object({
  bookingId: hex,
  chargePointId: z.string(),
  connectorId: z.int(),
  phase: z.string(),
  pauseReason: pauseReason.nullable(),
  /** What is believed of the metered energy. */
  energyWh: z.int(),
  /** What the register itself shows, believed or not. */
  meteredWh: z.int(),
  /** What is billed of it: no more than the listed power gives in that time. */
  billedWh: z.int(),
  /** Energy up to the newest reading that the driver co-signed. */
  cosignedWh: z.int(),
  powerW: z.number(),
  startsAt: unixSec,
  endsAt: unixSec,
  assuranceLevel: z.string(),
});

/** Stops that fit no charge, and stops that say less than was counted; an older agent does not report them. */
const oddStops = z.object({
  orphans: z.array(
    z.object({
      ...{ at: unixSec, chargePointId: z.string(), transactionNumber: z.string() },
      meterStopWh: z.int().nullable(),
    }),
  ),
  low: z.array(z.object({ at: unixSec, bookingId: hex, countedWh: z.int(), stopWh: z.int() })),
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
  /** Evidence that was handed to the API; an older agent does not report it. `problem`: why the newest refused one was. */
  evidence: z
    .object({
      ...{ isUploaded: z.boolean(), waiting: z.int(), uploaded: z.int() },
      ...{ lastUploadedAt: unixSec.nullable(), problem: z.string().nullable() },
    })
    .nullable()
    .default(null),
  /** Of journal and evidence, in bytes, and of a year with two hours of booked charging a day; null before it is known. */
  room: z.object({ bytes: z.int(), yearBytes: z.int() }).nullable(),
  chargePoints: z.array(chargePoint),
  failedDials: z.array(failedDial).default([]),
  refusedCards: z.array(refusedCard).default([]),
  sessions: z.array(session),
  oddStops: oddStops.default({ orphans: [], low: [] }),
  /** Regular backups; null where none are configured. */
  backup: z
    .object({ newestAt: unixSec.nullable(), everyHours: z.int(), failure: z.string().nullable() })
    .nullable()
    .default(null),
  /** When a backup was made last, regularly or by hand; null: never. */
  lastBackupAt: unixSec.nullable().default(null),
  /** Since the last restore from a backup: how many bookings wait, and whether the API can answer; null without one. */
  restore: z
    .object({
      ...{ restoredAt: unixSec, backupAt: unixSec, waiting: z.int() },
      canApiAnswer: z.boolean().nullable(),
    })
    .nullable()
    .default(null),
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
  earnings: Earnings;
  backups: BackupSchedule;
  failedDials: FailedDials;
  refusedCards: RefusedCards;
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
      rpcUrl: rpcUrlsOf(config)[0],
      market: config.market,
      chainId: ledger.facts?.ref.chainId ?? null,
      headAt: run.headAt,
      seenAt: run.seenAt,
      outage: outages.ledger,
    },
    api: { url: config.apiUrl, isLinked: link.isLinked, outage: outages.api },
    queue: { ...journal.queue(), notices: notices.waiting.length, unsettledSessions },
    evidence: evidenceOf(parts),
    room: roomOf(journal) ?? null,
    chargePoints: chargePoints(parts),
    failedDials: parts.failedDials.all(),
    refusedCards: parts.refusedCards.all(),
    sessions: sessionsOf(parts),
    oddStops: { orphans: orphanStopsOf(journal), low: lowStopsOf(journal) },
    backup: parts.backups.state,
    lastBackupAt: lastBackupAt(config.dataDir),
    restore: restoreOf(parts),
    notices: notices.recent,
    token: journal.note<Token>(TOKEN_NOTE) ?? null,
  };
}

function evidenceOf({ config, journal }: SnapshotParts): Snapshot['evidence'] {
  const { waiting, uploaded, lastUploadedAt, problem } = evidenceUploadsOf(journal);
  const isUploaded = config.uploadEvidence;
  return { isUploaded, waiting: waiting.length, uploaded, lastUploadedAt, problem };
}

function restoreOf({ journal, sessions, link }: SnapshotParts): Snapshot['restore'] {
  const mark = restoreMarkOf(journal);
  if (mark === undefined) return null;
  const { restoredAt, backupAt } = mark;
  const waiting = sessions.all().filter(isRecovering).length;
  return { restoredAt, backupAt, waiting, canApiAnswer: link.knowsNewest ?? null };
}

function chargePoints(parts: SnapshotParts): Snapshot['chargePoints'] {
  const { config, key, journal, connectors, pairing, ledger, earnings } = parts;
  const earned = earnings.byConnector();
  const listed = ledger.listedIds();
  const codes = new Map(pairing.offers(listed).map(({ offer }) => [offer.connector, offer.code]));
  const ids = new Set([
    ...Object.keys(config.chargePoints),
    ...connectors.all().map((known) => known.chargePointId),
  ]);
  const connectorOf = ({ chargePointId, connectorId, hash, status, meterKey, isLent }: Connector) => {
    const listingId = listingIdOf(key.account.address, hash);
    return {
      connectorId,
      status,
      hasMeterKey: meterKey !== undefined,
      listingId: listed.has(listingId) ? listingId : null,
      hasLocation: journal.note(locationNote(listingId)) !== undefined,
      isLent,
      earned: String(earned.get(hash) ?? 0n),
      pairingCode: codes.get(hash) ?? null,
      health: connectors.health(chargePointId, connectorId),
    };
  };
  return [...ids].map((id) => {
    const { vendor, model } = connectors.info(id);
    const own = connectors.all().filter(({ chargePointId }) => chargePointId === id);
    const isOnline = connectors.isOnline(id);
    return { id, isOnline, vendor, model, ...forwardOf(parts, id), connectors: own.map(connectorOf) };
  });
}

function forwardOf({ config, connectors }: SnapshotParts, id: string) {
  const known = Object.hasOwn(config.chargePoints, id) ? config.chargePoints[id] : undefined;
  const { forward } = connectors.health(id, 0);
  if (known?.forward === undefined || forward === undefined) return {};
  return { forward: { ...forward, url: withoutCredentials(known.forward.url) } };
}

function risenWh(transaction: Session['transaction']): number {
  if (transaction === null) return 0;
  const { startWh, lastWh, creditedWh, suspect } = transaction.register;
  return Math.max(creditedWh, (suspect?.registerWh ?? lastWh) - startWh);
}

const sessionsOf = ({ sessions, journal, nowSec }: SnapshotParts): Snapshot['sessions'] =>
  sessions.all().map((session) => {
    const { plan, phase, pause, transaction, doneWh, cosigned, powerW } = session;
    return {
      bookingId: plan.bookingId,
      chargePointId: plan.chargePointId,
      connectorId: plan.connectorId,
      phase,
      pauseReason: pause?.reason ?? null,
      energyWh: doneWh + (transaction?.register.creditedWh ?? 0),
      meteredWh: doneWh + risenWh(transaction),
      billedWh: usageOf(session, nowSec()).energyWh,
      cosignedWh: cosigned?.energyWh ?? 0,
      powerW,
      startsAt: plan.times.start,
      endsAt: plan.times.end,
      assuranceLevel: journal.assuranceLevel(plan.bookingId) ?? 'agent-signed',
    };
  });
