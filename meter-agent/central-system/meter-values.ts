import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { noticeOf } from '../../protocol/notices.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { Frame, MeterValue } from '../drivers/charge-point-events.ts';
import { chargePointSec } from '../drivers/charge-point-time.ts';
import { healthOf, readSample, type Sample, type SampledValue } from '../drivers/meter.ts';
import type { ShownPhases } from '../drivers/phases.ts';
import { type EvidenceLine, lineOf } from '../journal/evidence-bundles.ts';
import type { Journal, StoredTransaction } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { Listeners } from '../lib/listeners.ts';
import { recordsOf } from '../ocmf/signed-value.ts';
import { limitUntil } from '../session/metering.ts';
import type { Session } from '../session/types.ts';
import { type HostNoticesParts, notifyHost } from './host-notices.ts';
import type { IdTags } from './id-tags.ts';
import type { MeantTransaction, MeantTransactions } from './meant-transactions.ts';
import { Measurements } from './measurements.ts';
import { keepShownPhases, shownPhasesOf } from './shown-phases.ts';
import type { UnauthorizedTransactions } from './unauthorized-transactions.ts';
import { UnitlessRegisters } from './unitless-registers.ts';
import type { UnusableValues } from './unusable-values.ts';

export interface MeterValuesParts extends HostNoticesParts {
  journal: Journal;
  sessions: SessionStore;
  connectors: Connectors;
  meant: MeantTransactions;
  log: Logger;
  unauthorized: UnauthorizedTransactions;
  idTags: Pick<IdTags, 'isInTheWay'>;
  unusable: UnusableValues;
  recordReceived: Listeners<[session: Session, record: string]>;
}

/** So many numbers that were not given are logged. */
const MAX_MISNAMED = 200;

/** A register of the beginning that is sent again, with the end or another value, is not a present one. */
const ofNow = (values: SampledValue[]): SampledValue[] =>
  values.filter(({ format, context }) => format === 'SignedData' || context !== 'Transaction.Begin');

/** The first register among the values, and its time; in kWh or Wh as its unit says. */
function shownBy(values: readonly MeterValue[]): {
  registerWh: number | undefined;
  timestamp: string | undefined;
} {
  for (const { timestamp, sampledValue } of values) {
    const { registerWh } = readSample(ofNow(sampledValue));
    if (registerWh !== undefined) return { registerWh, timestamp };
  }
  return { registerWh: undefined, timestamp: undefined };
}

/** Null where the value holds nothing that a session reads. */
function meteredEvent(transactionId: number, { timestamp, seqNo }: MeterValue, sample: Sample) {
  const { registerWh, powerW, currentA } = sample;
  if (registerWh === undefined && powerW === undefined && currentA === undefined) return null;
  return {
    type: 'metered' as const,
    ...{ transactionId, registerWh: registerWh ?? null, powerW: powerW ?? null },
    ...(currentA === undefined ? {} : { currentA }),
    chargePointAt: chargePointSec(timestamp),
    ...(seqNo === undefined ? {} : { seqNo }),
  };
}

/** The records of a signed value; the value itself where it holds none. */
function recordsOrValue(value: string): string[] {
  const records = recordsOf(value);
  return records.length === 0 ? [value] : records;
}

const isAllowed = ({ isOwner, bookingId }: StoredTransaction): boolean => isOwner || bookingId !== null;

/** Takes meter values as charge points send them, and finds their transaction and their meaning. */
export class MeterValues {
  readonly #parts: MeterValuesParts;
  readonly #unitless: UnitlessRegisters;
  readonly #measurements: Measurements;
  readonly #misnamed = new Set<string>();

  constructor(parts: MeterValuesParts) {
    this.#parts = parts;
    this.#unitless = new UnitlessRegisters(parts.journal);
    this.#measurements = new Measurements(parts.journal);
  }

  metered(
    chargePointId: string,
    connectorId: number,
    transactionId: number | undefined,
    values: MeterValue[],
    frame: Frame | undefined,
  ): void {
    const health = healthOf(values.flatMap(({ sampledValue }) => sampledValue));
    if (Object.keys(health).length > 0) this.#parts.connectors.seeHealth(chargePointId, connectorId, health);
    const shown = shownBy(values);
    const meant = this.#parts.meant.ofValues(chargePointId, connectorId, transactionId, shown);
    const isMisnamed = meant?.isMisnamed ?? shown.registerWh !== undefined;
    if (isMisnamed) this.#notifyMisnamed(chargePointId, connectorId, transactionId, meant);
    if (meant === undefined) {
      if (transactionId !== undefined)
        this.#parts.unusable.ofTransaction(chargePointId, connectorId, transactionId);
      return;
    }
    const { transaction } = meant;
    if (isAllowed(transaction))
      this.#measurements.keep(chargePointId, connectorId, values, this.#parts.nowSec());
    if (transaction.isOwner) {
      this.#seeOwnPower(transaction, values);
      // One that began before a booking's slot does not take that slot's power.
      const isInTheWay = this.#parts.idTags.isInTheWay(
        chargePointId,
        transaction.connectorId,
        transaction.idTag,
      );
      if (isInTheWay && !transaction.stopped) this.#parts.unauthorized.stop(chargePointId, transaction.id);
      return;
    }
    if (transaction.bookingId === null || transaction.stopped) {
      if (this.#isFromBeforeStop(transaction, shown.registerWh)) return;
      this.#parts.unauthorized.stop(chargePointId, transaction.id);
      return;
    }
    this.take(meant, transaction.bookingId, values, lineOf(this.#parts.nowSec(), frame));
  }

  /** A stored value that came after the stop: no power flows. */
  #isFromBeforeStop({ bookingId, stopped }: StoredTransaction, registerWh: number | undefined): boolean {
    if (!stopped || bookingId === null || registerWh === undefined) return false;
    const { registers } = this.#parts.sessions.get(bookingId) ?? {};
    return registers != null && registerWh <= registers.endWh;
  }

  /** Once for each number: values follow each other in seconds. */
  #notifyMisnamed(
    chargePointId: string,
    connectorId: number,
    transactionId: number | undefined,
    meant: MeantTransaction | undefined,
  ): void {
    if (transactionId === undefined) return;
    const key = `${chargePointId} ${connectorId} ${transactionId} ${meant?.transaction.id ?? ''}`;
    if (this.#misnamed.has(key) || this.#misnamed.size >= MAX_MISNAMED) return;
    this.#misnamed.add(key);
    const said = { chargePointId, connectorId, transactionId, countsFor: meant?.transaction.id ?? null };
    this.#parts.log.warn(said, 'the wallbox sends values under a number that it was not given');
    const notice = noticeOf('VALUES_OF_UNKNOWN_TRANSACTION', {
      transactionNumber: String(transactionId).slice(0, 80),
    });
    if (meant === undefined) notifyHost(this.#parts, chargePointId, connectorId, notice);
  }

  /** The owner's charging is not controlled; its current is missing for the others of the site. */
  #seeOwnPower({ chargePointId, connectorId, meterStart }: StoredTransaction, values: MeterValue[]): void {
    const { connectors, nowSec } = this.#parts;
    const connector = connectors.find(chargePointId, connectorId);
    for (const { sampledValue } of values) {
      const { powerW } = readSample(sampledValue, meterStart);
      if (connector !== undefined && powerW !== undefined) connector.ownPower = { powerW, at: nowSec() };
    }
  }

  /** A meter value of a booking's transaction: kept as evidence, and passed to its session. */
  take(
    { transaction, isMisnamed }: MeantTransaction,
    bookingId: Hex,
    values: MeterValue[],
    lines: EvidenceLine[],
  ): void {
    const { sessions, journal, nowSec, recordReceived } = this.#parts;
    const at = nowSec();
    const records: string[] = [];
    let hasRegister = false;
    journal.atomically(() => {
      for (const line of lines) sessions.record(bookingId, line);
      const shown = shownPhasesOf(journal, transaction);
      for (const value of values) {
        const sample = this.#read(transaction, bookingId, value.sampledValue, { shown, at });
        for (const record of sample.signed.flatMap(recordsOrValue)) {
          sessions.record(bookingId, { at, record });
          records.push(record);
        }
        hasRegister ||= sample.registerWh !== undefined;
        const event = meteredEvent(transaction.id, value, sample);
        if (event !== null) sessions.apply(bookingId, { ...event, ...(isMisnamed && { isMisnamed }), at });
      }
      if (!hasRegister) this.#parts.unusable.ofBooking(bookingId, values);
      keepShownPhases(journal, transaction, shown);
    });
    const session = sessions.get(bookingId);
    if (session === undefined) return;
    for (const record of records) journal.afterCommit(() => recordReceived.emit(session, record));
  }

  #read(
    { id: transactionId, meterStart, chargePointId, connectorId }: StoredTransaction,
    bookingId: Hex,
    sampledValue: SampledValue[],
    { shown, at }: { shown: ShownPhases; at: number },
  ): Sample {
    const session = this.#parts.sessions.get(bookingId);
    const present = ofNow(sampledValue);
    if (session === undefined) return readSample(present, meterStart, { shown });
    const { maxPowerW } = session.plan;
    const unitless = (value: string) => {
      const { powerW } = readSample(present, meterStart, { shown });
      const limitWh = limitUntil(session, at);
      const reported = { chargePointId, connectorId, transactionId, powerW, maxPowerW, limitWh, at };
      return this.#unitless.decimalsOf({ ...reported, value });
    };
    return readSample(present, meterStart, { shown, unitless });
  }
}
