import type { Hex } from 'viem';
import type { Connectors } from '../connectors/connectors.ts';
import type { Frame, MeterValue } from '../drivers/charge-point-events.ts';
import { chargePointSec } from '../drivers/charge-point-time.ts';
import { healthOf, readSample, type SampledValue } from '../drivers/meter.ts';
import { type EvidenceLine, lineOf } from '../journal/evidence-bundles.ts';
import type { Journal, StoredTransaction } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { Listeners } from '../lib/listeners.ts';
import { ocmfOf } from '../ocmf/ocmf.ts';
import type { Session } from '../session/types.ts';
import type { UnauthorizedTransactions } from './unauthorized-transactions.ts';

export interface MeterValuesParts {
  journal: Journal;
  sessions: SessionStore;
  connectors: Connectors;
  unauthorized: UnauthorizedTransactions;
  recordReceived: Listeners<[session: Session, record: string]>;
  nowSec: () => number;
}

/** A register of the beginning that is sent again, with the end or another value, is not a present one. */
const ofNow = (values: SampledValue[]): SampledValue[] =>
  values.filter(({ format, context }) => format === 'SignedData' || context !== 'Transaction.Begin');

/** Takes meter values as charge points send them, and finds their transaction and their meaning. */
export class MeterValues {
  readonly #parts: MeterValuesParts;

  constructor(parts: MeterValuesParts) {
    this.#parts = parts;
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
    const transaction = this.#transactionOf(chargePointId, connectorId, transactionId);
    if (transaction === undefined) return;
    if (transaction.isOwner) {
      this.#seeOwnPower(transaction, values);
      return;
    }
    if (transaction.bookingId === null || transaction.stopped) {
      this.#parts.unauthorized.stop(chargePointId, transaction.id);
      return;
    }
    this.take(transaction, transaction.bookingId, values, lineOf(this.#parts.nowSec(), frame));
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

  /** Without a number it belongs to the connector's running transaction; never to one of another charge point. */
  #transactionOf(chargePointId: string, connectorId: number, transactionId: number | undefined) {
    const { journal } = this.#parts;
    if (transactionId === undefined) {
      const newest = journal.newestTransaction(chargePointId, connectorId);
      return newest?.stopped === false ? newest : undefined;
    }
    const transaction = journal.transaction(transactionId);
    return transaction?.chargePointId === chargePointId ? transaction : undefined;
  }

  /** A meter value of a booking's transaction: kept as evidence, and passed to its session. */
  take(transaction: StoredTransaction, bookingId: Hex, values: MeterValue[], lines: EvidenceLine[]): void {
    const { sessions, journal, nowSec, recordReceived } = this.#parts;
    const at = nowSec();
    const records: string[] = [];
    journal.atomically(() => {
      for (const line of lines) sessions.record(bookingId, line);
      for (const { timestamp, sampledValue } of values) {
        const { registerWh, powerW, currentA, signed } = readSample(
          ofNow(sampledValue),
          transaction.meterStart,
        );
        for (const record of signed.map((value) => ocmfOf(value) ?? value)) {
          sessions.record(bookingId, { at, record });
          records.push(record);
        }
        if (registerWh === undefined && powerW === undefined && currentA === undefined) continue;
        sessions.apply(bookingId, {
          type: 'metered',
          transactionId: transaction.id,
          registerWh: registerWh ?? null,
          powerW: powerW ?? null,
          ...(currentA === undefined ? {} : { currentA }),
          chargePointAt: chargePointSec(timestamp),
          at,
        });
      }
    });
    const session = sessions.get(bookingId);
    if (session === undefined) return;
    for (const record of records) journal.afterCommit(() => recordReceived.emit(session, record));
  }
}
