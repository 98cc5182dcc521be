import type { Logger } from 'pino';
import { type Hex, keccak256 } from 'viem';
import { noticeOf } from '../../protocol/notices.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { CentralSystem } from '../central-system/central-system.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import { recordsIn } from '../journal/evidence-bundles.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { pinnedMeterKey } from '../ledger/pinned-meter-key.ts';
import { Listeners } from '../lib/listeners.ts';
import { type RecordKey, recordKey, verifyRecord } from '../ocmf/ocmf.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import { type Assurance, assuranceLevelOf, concluded, noAssurance, withRecord } from './assurance.ts';

export interface MeterRecordVerifierParts {
  journal: Journal;
  sessions: SessionStore;
  ledger: LedgerFollower;
  connectors: Connectors;
  notices: NoticeQueue;
  centralSystem: CentralSystem;
  nowSec: () => number;
  log: Logger;
}

/** The meter key of a session's connector, with which its records are verified. */
interface MeterKeyRegistration {
  key: RecordKey | undefined;
  /** The booked terms promise a signing meter. */
  isExpected: boolean;
  /** The configuration names the key, and the charge point reports the same. */
  isAttested: boolean;
  idTagPrefix: string;
}

const noteOf = (bookingId: Hex): string => `assurance:${bookingId}`;
const noTagNote = ({ spkiHex }: RecordKey): string => `signsNoTag:${keccak256(`0x${spkiHex}`)}`;
const pagesNote = ({ spkiHex }: RecordKey): string => `pages:${keccak256(`0x${spkiHex}`)}`;

/**
 * Verifies the meter's signed records of each session. Valid records set the session's assurance level;
 * contradictions lower it, are kept with the session, and driver and host get a notice. No money depends on it: that
 * is decided by the reading, the ledger and the proof.
 */
export class MeterRecordVerifier {
  /** Emitted when a session's assurance level changed. */
  readonly changed = new Listeners<[session: Session]>();
  readonly #parts: MeterRecordVerifierParts;
  /** One record after the other: verifying is asynchronous, and the order of pages counts. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: MeterRecordVerifierParts) {
    this.#parts = parts;
    parts.centralSystem.recordReceived.add((session, record) => this.#recordReceived(session, record));
    parts.sessions.readings.add((session, { isFinal }) => {
      if (isFinal) this.#conclude(session);
    });
  }

  /** The agent may have been killed between a final reading and the verification of its records. */
  resume(): void {
    for (const session of this.#parts.sessions.all()) if (isOver(session)) this.#conclude(session);
  }

  /** Resolves when all records that came so far are verified. */
  async verified(): Promise<void> {
    const { journal } = this.#parts;
    await new Promise<void>((resolve) => {
      journal.afterCommit(resolve);
      journal.written().catch(() => resolve());
    });
    await this.#work;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.verified();
  }

  #recordReceived(session: Session, record: string): void {
    this.#then(async () => {
      const registration = this.#registration(session);
      if (registration.key === undefined) return;
      const before = this.#assurance(session.plan.bookingId, registration.key);
      this.#keep(session, registration, before, await withVerified(before, record, session, registration));
    });
  }

  /** The final reading is made: no more records come. Verifies all of them again, in case a crash lost one. */
  #conclude(session: Session): void {
    const { plan, lastReading, registers } = session;
    this.#then(async () => {
      const registration = this.#registration(session);
      if (registration.key === undefined) return;
      const before = this.#assurance(plan.bookingId, registration.key);
      let next = noAssurance(before.pagesBefore);
      for (const record of recordsIn(this.#parts.journal.evidence(plan.bookingId))) {
        next = await withVerified(next, record, session, registration);
      }
      const billedWh = lastReading?.energyWh ?? 0;
      const rawWh = registers === null ? 0 : registers.endWh - registers.beginWh;
      const { isExpected } = registration;
      this.#keep(session, registration, before, concluded(next, { billedWh, rawWh, isExpected }));
    });
  }

  #then(verify: () => Promise<void>): void {
    this.#work = this.#work.then(verify).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'a meter record could not be verified');
    });
  }

  #assurance(bookingId: Hex, key: RecordKey): Assurance {
    const { journal } = this.#parts;
    const known = journal.note<Partial<Assurance> | null>(noteOf(bookingId));
    // The notes of version 0.1 have sums in place of the records: those are verified again with the final reading.
    if (known?.records !== undefined) return known as Assurance;
    const pages = journal.note<Record<string, number>>(pagesNote(key));
    return noAssurance(known?.pagesBefore ?? pages ?? {});
  }

  #keep(
    session: Session,
    { key, isAttested }: MeterKeyRegistration,
    before: Assurance,
    next: Assurance,
  ): void {
    const { journal, sessions, log } = this.#parts;
    const { bookingId } = session.plan;
    const level = assuranceLevelOf(next, isAttested);
    const isChanged = level !== (journal.assuranceLevel(bookingId) ?? 'agent-signed');
    journal.atomically(() => {
      journal.setNote(noteOf(bookingId), next);
      if (key !== undefined) journal.setNote(pagesNote(key), next.pages);
      journal.setAssuranceLevel(bookingId, level);
    });
    const flags = next.flags.filter((flag) => !before.flags.includes(flag));
    if (isChanged || flags.length > 0) log.info({ bookingId, level, flags }, 'meter record');
    this.#notify(session, flags);
    if (key !== undefined && next.signsNoTag) this.#notifyNoTag(session, key);
    const now = sessions.get(bookingId);
    if (isChanged && now !== undefined && !this.#isClosed) this.changed.emit(now);
  }

  #notify({ plan: { bookingId, listingId } }: Session, flags: Assurance['flags']): void {
    const { notices, nowSec } = this.#parts;
    for (const reason of flags) {
      notices.add({ listingId, bookingId, ...noticeOf('METER_FLAGGED', { reason }), at: nowSec() });
    }
  }

  /** Once per meter: it is as it is, and no fault of a booking. */
  #notifyNoTag({ plan: { listingId } }: Session, key: RecordKey): void {
    const { journal, notices, nowSec } = this.#parts;
    if (journal.note(noTagNote(key)) === true) return;
    journal.atomically(() => {
      journal.setNote(noTagNote(key), true);
      notices.add({ listingId, bookingId: null, ...noticeOf('METER_SIGNS_NO_TAG', {}), at: nowSec() });
    });
  }

  #registration({ plan }: Session): MeterKeyRegistration {
    const { ledger, connectors } = this.#parts;
    const connector = connectors.find(plan.chargePointId, plan.connectorId);
    const terms = ledger.booking(plan.bookingId)?.booking.terms;
    const metering = terms && fromTermsStruct(terms).metering;
    const pinned =
      terms === undefined || metering === undefined || metering.meterAlgorithm === 'none'
        ? undefined
        : this.#pinnedKey(terms.meterKeyHash, metering.meterAlgorithm);
    const own = connector?.meterKey === undefined ? connector?.reportedKey : recordKey(connector.meterKey);
    const key = pinned ?? own;
    return {
      key,
      isExpected: pinned !== undefined || connector?.config.meterKey !== undefined,
      isAttested: isAttested(connector, key),
      idTagPrefix: metering?.idTagPrefix ?? '',
    };
  }

  #pinnedKey(
    meterKeyHash: Hex,
    algorithm: 'ECDSA-secp256r1-SHA256' | 'ECDSA-secp256k1-SHA256',
  ): RecordKey | undefined {
    const key = pinnedMeterKey(this.#parts.journal, meterKeyHash);
    return key && recordKey({ key, algorithm });
  }
}

async function withVerified(
  before: Assurance,
  record: string,
  { idTag, plan }: Session,
  { key, idTagPrefix }: MeterKeyRegistration,
): Promise<Assurance> {
  const verdict = await verifyRecord(record, key);
  const ids = idTag === null ? [] : [idTag, idTagPrefix + idTag];
  const window = { from: plan.times.opens, until: plan.times.closes };
  return withRecord(before, { record, verdict }, { window, ids: new Set(ids) });
}

function isAttested(connector: Connector | undefined, key: RecordKey | undefined): boolean {
  if (key === undefined || connector?.config.meterKey === undefined) return false;
  const named = connector.meterKey && recordKey(connector.meterKey);
  return named?.spkiHex === key.spkiHex && connector.reportedKey?.spkiHex === key.spkiHex;
}
