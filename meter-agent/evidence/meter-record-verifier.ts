import type { Logger } from 'pino';
import { type Hex, keccak256 } from 'viem';
import { z } from 'zod';
import { noticeOf } from '../../protocol/notices.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { Reports } from '../link/reports.ts';
import { type RecordKey, recordKey, verifyRecord } from '../ocmf/ocmf.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import { type Assurance, assuranceLevelOf, concluded, noAssurance, withRecord } from './assurance.ts';

export interface MeterRecordVerifierParts {
  journal: Journal;
  sessions: Pick<SessionStore, 'get'>;
  ledger: Pick<LedgerFollower, 'booking'>;
  connectors: Connectors;
  reports: Pick<Reports, 'notice' | 'session'>;
  nowSec: () => number;
  log: Logger;
}

/** With what a session's records are checked. */
interface MeterKeyRegistration {
  key: RecordKey | undefined;
  /** The booked terms promise a meter that signs. */
  isExpected: boolean;
  /** The homeowner named the key, and the box tells the same. */
  isAttested: boolean;
  idTagPrefix: string;
}

const noteOf = (bookingId: Hex): string => `assurance:${bookingId}`;
const pagesNote = ({ spkiHex }: RecordKey): string => `pages:${keccak256(`0x${spkiHex}`)}`;

/**
 * Weighs the meter's records of each session: what they prove sets its assuranceLevel, what speaks against them lowers it, is
 * kept with the session and told. It decides on no money: that is the reading's, the ledger's and the proof's.
 */
export class MeterRecordVerifier {
  readonly #parts: MeterRecordVerifierParts;
  /** One after the other: checking takes pauses, and the order of pages counts. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: MeterRecordVerifierParts) {
    this.#parts = parts;
  }

  /** A signed value came: an OCMF record, or what should be one. */
  recordReceived(session: Session, record: string): void {
    this.#then(async () => {
      const enrolment = this.#registration(session);
      if (enrolment.key === undefined) return;
      const before = this.#assurance(session.plan.bookingId, enrolment.key);
      this.#keep(session, enrolment, before, await withVerified(before, record, session, enrolment));
    });
  }

  /** The final reading is made: no record comes any more. Weighs all of them again, should a crash have lost one. */
  finalReadingMade(session: Session): void {
    const { plan, lastReading, registers } = session;
    this.#then(async () => {
      const enrolment = this.#registration(session);
      if (enrolment.key === undefined) return;
      const before = this.#assurance(plan.bookingId, enrolment.key);
      let next = noAssurance(before.pagesBefore);
      for (const record of recordsOf(this.#parts.journal.evidence(plan.bookingId))) {
        next = await withVerified(next, record, session, enrolment);
      }
      const billedWh = lastReading?.energyWh ?? 0;
      const rawWh = registers === null ? 0 : registers.endWh - registers.beginWh;
      const { isExpected } = enrolment;
      this.#keep(session, enrolment, before, concluded(next, { billedWh, rawWh, isExpected }));
    });
  }

  /** After a restart. */
  resume(sessions: Session[]): void {
    for (const session of sessions) if (isOver(session)) this.finalReadingMade(session);
  }

  /** Resolves when all that came so far is weighed. */
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

  #then(judge: () => Promise<void>): void {
    this.#work = this.#work.then(judge).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'a meter record could not be weighed');
    });
  }

  #assurance(bookingId: Hex, key: RecordKey): Assurance {
    const { journal } = this.#parts;
    const known = journal.note<Assurance | null>(noteOf(bookingId));
    return known ?? noAssurance(journal.note<Record<string, number>>(pagesNote(key)) ?? {});
  }

  #keep(session: Session, enrolment: MeterKeyRegistration, before: Assurance, next: Assurance): void {
    const { journal, sessions, reports, log, nowSec } = this.#parts;
    const { bookingId, listingId } = session.plan;
    const assuranceLevel = assuranceLevelOf(next, enrolment.isAttested);
    const isChanged = assuranceLevel !== (journal.assuranceLevel(bookingId) ?? 'agent-signed');
    journal.atomically(() => {
      journal.setNote(noteOf(bookingId), next);
      if (enrolment.key !== undefined) journal.setNote(pagesNote(enrolment.key), next.pages);
      journal.setAssuranceLevel(bookingId, assuranceLevel);
    });
    const flags = next.flags.filter((flag) => !before.flags.includes(flag));
    if (isChanged || flags.length > 0) log.info({ bookingId, assuranceLevel, flags }, 'meter record');
    for (const reason of flags) {
      reports.notice({ listingId, bookingId, ...noticeOf('METER_FLAGGED', { reason }), at: nowSec() });
    }
    const now = sessions.get(bookingId);
    if (isChanged && now !== undefined && !this.#isClosed) reports.session(now);
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

  /** The key that a version of our listings pinned by this hash. */
  #pinnedKey(
    meterKeyHash: Hex,
    algorithm: 'ECDSA-secp256r1-SHA256' | 'ECDSA-secp256k1-SHA256',
  ): RecordKey | undefined {
    const versions = this.#parts.journal.listingVersions();
    const found = versions.find(({ listing }) => keccak256(listing.meterKey) === meterKeyHash);
    return found && recordKey({ key: found.listing.meterKey, algorithm });
  }
}

async function withVerified(
  before: Assurance,
  record: string,
  { idTag }: Session,
  { key, idTagPrefix }: MeterKeyRegistration,
): Promise<Assurance> {
  const verdict = await verifyRecord(record, key);
  return withRecord(before, { record, verdict }, new Set([idTag ?? '', idTagPrefix + (idTag ?? '')]));
}

const recordLine = z.object({ record: z.string() });

const recordsOf = (evidence: readonly string[]): string[] =>
  evidence.flatMap((line) => {
    const { success, data } = recordLine.safeParse(JSON.parse(line));
    return success ? [data.record] : [];
  });

function isAttested(connector: Connector | undefined, key: RecordKey | undefined): boolean {
  if (key === undefined || connector?.config.meterKey === undefined) return false;
  const named = connector.meterKey && recordKey(connector.meterKey);
  return named?.spkiHex === key.spkiHex && connector.reportedKey?.spkiHex === key.spkiHex;
}
