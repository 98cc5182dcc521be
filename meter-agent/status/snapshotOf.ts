import { listingIdOf } from '../../protocol/listing.ts';
import { lastBackupAt } from '../backup/last-backup.ts';
import type { BackupSchedule } from '../backup/schedule.ts';
import type { FailedDials } from '../central-system/failed-dials.ts';
import { lowStopsOf, orphanStopsOf } from '../central-system/odd-stops.ts';
import type { RefusedCards } from '../central-system/refused-cards.ts';
import { type AgentConfig, rpcUrlsOf } from '../config/config.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
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
import { outagesOf } from './outages.ts';
import type { Snapshot } from './snapshot.ts';

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
