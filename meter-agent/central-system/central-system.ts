import type { Hex } from 'viem';
import { isSameTag } from '../../protocol/idTag.ts';
import type { AgentConfig } from '../config/config.ts';
import type {
  Admission,
  ChargePointEvents,
  ChargePointHealth,
  ChargePointInfo,
  ConnectorFault,
  ConnectorStatus,
  FailedDialReason,
  Frame,
  StartRequest,
  StopRequest,
  TagStatus,
} from '../drivers/charge-point-events.ts';
import { chargePointSec, isUnset } from '../drivers/charge-point-time.ts';
import { lineOf } from '../journal/evidence-bundles.ts';
import type { Journal, NewTransaction } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { Listeners } from '../lib/listeners.ts';
import type { Session } from '../session/types.ts';
import { admission } from './admission.ts';
import type { FailedDials } from './failed-dials.ts';
import { type FaultNoticesParts, notifyFault } from './fault-notices.ts';
import { IdTags } from './id-tags.ts';
import { chargingConnectors, isInUse } from './in-use.ts';
import type { LocalAuthorization } from './local-authorization.ts';
import { type MeantTransaction, MeantTransactions } from './meant-transactions.ts';
import { MeterValues } from './meter-values.ts';
import { keepLowStop, keepOrphanStop } from './odd-stops.ts';
import type { RefusedCards } from './refused-cards.ts';
import type { Starts } from './starts.ts';
import { UnauthorizedTransactions, type UnauthorizedTransactionsParts } from './unauthorized-transactions.ts';
import { UnusableValues } from './unusable-values.ts';

export interface CentralSystemParts extends FaultNoticesParts, UnauthorizedTransactionsParts {
  config: AgentConfig;
  journal: Journal;
  sessions: SessionStore;
  /** Begins a booking whose driver named a card. */
  starts: Starts;
  localAuthorization: LocalAuthorization;
  failedDials: FailedDials;
  refusedCards: RefusedCards;
}

/** Receives the drivers' events, decides who may charge, and passes the facts to the sessions. */
export class CentralSystem implements ChargePointEvents {
  /** Emitted for a meter's signed record (OCMF), or a value that should be one. */
  readonly recordReceived = new Listeners<[session: Session, record: string]>();
  readonly #parts: CentralSystemParts;
  readonly #idTags: IdTags;
  readonly #meant: MeantTransactions;
  readonly #meterValues: MeterValues;

  constructor(parts: CentralSystemParts) {
    const { config, ...others } = parts;
    this.#parts = parts;
    this.#idTags = new IdTags({ ...others, ownerIdTags: config.ownerIdTags });
    const unauthorized = new UnauthorizedTransactions(parts);
    const unusable = new UnusableValues(parts);
    const meant = new MeantTransactions(parts);
    this.#meant = meant;
    this.#meterValues = new MeterValues({
      ...others,
      unauthorized,
      unusable,
      meant,
      idTags: this.#idTags,
      recordReceived: this.recordReceived,
    });
  }

  /** Connections from before this start are gone; a session gets the new one when its charge point connects. */
  resume(): void {
    const { sessions, nowSec } = this.#parts;
    for (const { plan } of sessions.all()) {
      sessions.apply(plan.bookingId, { type: 'connection', connected: false, at: nowSec() });
    }
  }

  admits(chargePointId: string, password: Uint8Array | undefined): Admission {
    return admission(this.#parts.config, chargePointId, password);
  }

  dialFailed(reason: FailedDialReason, address: string, chargePointId: string | null): void {
    this.#parts.failedDials.add(reason, address, chargePointId, this.#parts.nowSec());
  }

  connected(chargePointId: string): void {
    // After a power failure a charge point reconnects before its dead connection is noticed: messages on that one are
    // lost.
    if (this.#parts.connectors.isOnline(chargePointId)) this.#setOnline(chargePointId, false);
    // Every charge point has a connector 1, though it may neither send us a boot notification nor any status.
    this.#parts.connectors.see(chargePointId, 1);
    this.#setOnline(chargePointId, true);
  }

  disconnected(chargePointId: string): void {
    this.#setOnline(chargePointId, false);
  }

  #setOnline(chargePointId: string, connected: boolean): void {
    const { connectors, sessions, nowSec } = this.#parts;
    connectors.setOnline(chargePointId, connected);
    for (const { plan } of sessions.onChargePoint(chargePointId)) {
      sessions.apply(plan.bookingId, { type: 'connection', connected, at: nowSec() });
    }
    connectors.changed.emit();
  }

  booted(chargePointId: string, info: ChargePointInfo): void {
    this.#parts.connectors.booted(chargePointId, info);
    this.#parts.connectors.changed.emit();
  }

  meterKeyReported(chargePointId: string, connectorId: number, spkiHex: string): void {
    this.#parts.connectors.seeMeterKey(chargePointId, connectorId, spkiHex);
    this.#parts.connectors.changed.emit();
  }

  healthReported(chargePointId: string, connectorId: number, health: ChargePointHealth): void {
    this.#parts.connectors.seeHealth(chargePointId, connectorId, health);
  }

  chargingConnectors(chargePointId: string): number[] {
    return chargingConnectors(this.#parts, chargePointId);
  }

  isInUse(chargePointId: string): boolean {
    return isInUse(this.#parts, chargePointId, this.chargingConnectors(chargePointId));
  }

  authorize(chargePointId: string, idTag: string): TagStatus {
    const status = this.tagStatus(chargePointId, idTag);
    if (status === 'Invalid') this.#parts.refusedCards.seen(chargePointId, idTag);
    return status;
  }

  tagStatus(chargePointId: string, idTag: string): TagStatus {
    return this.#idTags.statusOf(chargePointId, idTag);
  }

  status(
    chargePointId: string,
    connectorId: number,
    status: ConnectorStatus,
    named: ConnectorFault | undefined,
    frame: Frame | undefined,
  ): void {
    const { connectors, sessions, nowSec } = this.#parts;
    const fault = connectors.faultNow(chargePointId, connectorId, status, named);
    if (fault !== undefined) {
      const lastError = [fault.errorCode, fault.info].filter((text) => text).join(': ');
      this.healthReported(chargePointId, connectorId, { lastError, lastErrorAt: nowSec() });
    }
    const connector = connectors.see(chargePointId, connectorId);
    if (connector !== undefined) connector.status = status;
    const at = nowSec();
    const lines = lineOf(at, frame);
    const news = connectors.seeFault(chargePointId, connectorId, status, fault);
    if (news !== undefined) notifyFault(this.#parts, chargePointId, connectorId, news);
    for (const { plan } of sessions.touching(chargePointId, connectorId)) {
      if (fault !== undefined) {
        const { errorCode } = fault;
        sessions.apply(plan.bookingId, { type: 'fault', errorCode, status, at }, lines);
      }
      if (connectorId === plan.connectorId) {
        const statusLines = fault === undefined ? lines : [];
        sessions.apply(plan.bookingId, { type: 'connectorStatus', status, at }, statusLines);
      }
    }
    connectors.changed.emit();
  }

  start(
    chargePointId: string,
    request: StartRequest,
    frame: Frame,
  ): { transactionId: number; status: TagStatus } {
    const { connectors, sessions, starts, localAuthorization, journal } = this.#parts;
    const { connectorId, idTag, meterStart, timestamp, ownTransactionId } = request;
    connectors.see(chargePointId, connectorId);
    // Where there is no booking, whom the other central system authorizes charges like the owner.
    const isHouse =
      localAuthorization.isAllowed(chargePointId, idTag) &&
      !localAuthorization.isBooked(chargePointId, connectorId);
    const isOwner = this.#idTags.isOwners(idTag) || isHouse;
    const transaction = journal.atomically(() => {
      if (!isOwner) starts.startedByRfid(chargePointId, connectorId, idTag);
      const live = sessions.liveOn(chargePointId, connectorId);
      const isTheirs = isSameTag(live?.idTag, idTag) && live?.stopCause === null;
      const session = isTheirs && !isOwner ? live : undefined;
      const start = {
        chargePointId,
        connectorId,
        idTag,
        meterStart,
        chargePointTime: timestamp,
        ownTransactionId,
      };
      const stored = this.#opened(start, session, isOwner, frame[1]);
      if (stored.isNew && session !== undefined) this.#begin(session, stored.id, request, frame);
      return stored;
    });
    connectors.changed.emit();
    const isAllowed = transaction.isOwner || transaction.bookingId !== null;
    if (isAllowed) return { transactionId: transaction.id, status: 'Accepted' };
    const status = this.#idTags.refusalOf(chargePointId, idTag);
    if (status === 'Invalid') this.#parts.refusedCards.seen(chargePointId, idTag);
    return { transactionId: transaction.id, status };
  }

  /** With a clock that restarts in 1970 and a meter that restarts at 0, nothing else distinguishes two starts. */
  #opened(start: NewTransaction, session: Session | undefined, isOwner: boolean, messageId: string) {
    const { journal } = this.#parts;
    const bookingId = session?.plan.bookingId ?? null;
    const known = journal.openTransaction(start, bookingId, isOwner);
    const isWanted = session?.phase === 'STARTING' && isUnset(start.chargePointTime);
    if (known.isNew || !known.stopped || !isWanted) return known;
    return journal.openTransaction(
      { ...start, chargePointTime: `${start.chargePointTime} ${messageId}` },
      bookingId,
      isOwner,
    );
  }

  #begin({ plan }: Session, transactionId: number, request: StartRequest, frame: Frame): void {
    const at = this.#parts.nowSec();
    const chargePointAt = chargePointSec(request.timestamp);
    const meterStartWh = Math.max(0, request.meterStart);
    this.#parts.sessions.apply(
      plan.bookingId,
      {
        ...{ type: 'transactionStarted', transactionId, meterStartWh, chargePointAt, at },
        ...(request.seqNo === undefined ? {} : { seqNo: request.seqNo }),
      },
      [
        { at, frame },
        { at, transactionId, messageId: frame[1] },
      ],
    );
  }

  metered(...report: Parameters<ChargePointEvents['metered']>): void {
    this.#meterValues.metered(...report);
  }

  /** Its number says whose stop it is; the tag in it only describes. */
  stop(chargePointId: string, request: StopRequest, frame: Frame): void {
    const { connectors, journal, nowSec, log } = this.#parts;
    const at = nowSec();
    const meant = this.#meant.ofStop(chargePointId, request);
    const said = { chargePointId, transactionId: request.transactionId, meterStop: request.meterStop };
    if (meant === undefined) {
      log.warn(said, 'a stop that belongs to no charge: it bills nobody');
      keepOrphanStop(this.#parts, { at, chargePointId, frame });
      return;
    }
    if (meant.transaction.stopped) return;
    const countsFor = meant.transaction.id;
    if (meant.isMisnamed) log.warn({ ...said, countsFor }, 'a stop under a number that was not given');
    journal.atomically(() => {
      journal.closeTransaction(countsFor);
      if (meant.transaction.bookingId !== null)
        this.#stopBooked(meant, meant.transaction.bookingId, request, frame);
    });
    connectors.changed.emit();
  }

  #stopBooked(meant: MeantTransaction, bookingId: Hex, request: StopRequest, frame: Frame): void {
    const { journal, sessions, nowSec } = this.#parts;
    const { meterStop, reason, timestamp, transactionData, seqNo } = request;
    const at = nowSec();
    this.#meterValues.take(meant, bookingId, transactionData ?? [], [{ at, frame }]);
    const before = sessions.get(bookingId);
    sessions.apply(bookingId, {
      type: 'transactionStopped',
      transactionId: meant.transaction.id,
      meterStopWh: meterStop === undefined ? null : Math.max(0, meterStop),
      reason: reason ?? null,
      chargePointAt: chargePointSec(timestamp),
      ...(seqNo === undefined ? {} : { seqNo }),
      ...(meant.isMisnamed ? { isMisnamed: true } : {}),
      at,
    });
    const after = sessions.get(bookingId);
    if (before === undefined || after === undefined) return;
    keepLowStop(journal, before, after, at);
    // One charge may have several numbers: with it they all are closed.
    if (after.transaction === null) journal.closeTransactionsOf(bookingId);
  }

  written(): Promise<void> {
    return this.#parts.journal.written();
  }
}
