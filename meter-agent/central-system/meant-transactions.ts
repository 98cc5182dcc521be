import { isSameTag } from '../../protocol/idTag.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { StopRequest } from '../drivers/charge-point-events.ts';
import { chargePointSec, isUnset } from '../drivers/charge-point-time.ts';
import type { Journal, StoredTransaction } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { mayShow } from '../session/metering.ts';

export interface MeantTransactionsParts {
  journal: Pick<Journal, 'transaction' | 'newestTransaction'>;
  sessions: Pick<SessionStore, 'get'>;
  connectors: Pick<Connectors, 'of'>;
  nowSec: () => number;
}

/** The transaction that a message means; `isMisnamed` where its number is not that transaction's. */
export interface MeantTransaction {
  transaction: StoredTransaction;
  isMisnamed: boolean;
}

/** What a message says of its transaction beside the number. */
interface Shown {
  registerWh: number | undefined;
  timestamp: string | undefined;
}

/**
 * Finds the transaction that a message means. Charge points write 0, -1 or a number of another central system in the
 * place of the one that they were given: their values and stops mean the only transaction that is open, if its register
 * goes on from its start.
 */
export class MeantTransactions {
  readonly #parts: MeantTransactionsParts;

  constructor(parts: MeantTransactionsParts) {
    this.#parts = parts;
  }

  /** Without a number, values belong to the connector's open transaction. */
  ofValues(
    chargePointId: string,
    connectorId: number,
    transactionId: number | undefined,
    shown: Shown,
  ): MeantTransaction | undefined {
    const open = this.#openOn(chargePointId, connectorId);
    if (transactionId === undefined) return open && { transaction: open, isMisnamed: false };
    const named = this.#named(chargePointId, transactionId);
    if (named?.stopped === false) return { transaction: named, isMisnamed: false };
    if (open !== undefined && this.#goesOn(open, shown, named))
      return { transaction: open, isMisnamed: true };
    return named && { transaction: named, isMisnamed: false };
  }

  /** A stop names no connector: it means the only open transaction of the charge point, or the only one of its tag. */
  ofStop(
    chargePointId: string,
    { transactionId, meterStop, timestamp, idTag }: StopRequest,
  ): MeantTransaction | undefined {
    const named = this.#named(chargePointId, transactionId);
    if (named?.stopped === false) return { transaction: named, isMisnamed: false };
    const open = this.#parts.connectors
      .of(chargePointId)
      .flatMap(({ connectorId }) => this.#openOn(chargePointId, connectorId) ?? []);
    const ofTag = open.filter((transaction) => isSameTag(transaction.idTag, idTag ?? ''));
    const [only, ...others] = open.length > 1 ? ofTag : open;
    const isOne = only !== undefined && others.length === 0;
    if (isOne && this.#goesOn(only, { registerWh: meterStop, timestamp }, named))
      return { transaction: only, isMisnamed: true };
    return named && { transaction: named, isMisnamed: false };
  }

  #named(chargePointId: string, transactionId: number | undefined): StoredTransaction | undefined {
    if (!Number.isSafeInteger(transactionId)) return undefined;
    const named = this.#parts.journal.transaction(transactionId as number);
    return named?.chargePointId === chargePointId ? named : undefined;
  }

  #openOn(chargePointId: string, connectorId: number): StoredTransaction | undefined {
    const newest = this.#parts.journal.newestTransaction(chargePointId, connectorId);
    return newest?.stopped === false ? newest : undefined;
  }

  /**
   * Not before its start, by register and by time, and no more than it can have delivered. The number of an ended
   * transaction must be later by time: its messages may come again.
   */
  #goesOn(
    open: StoredTransaction,
    { registerWh, timestamp = '' }: Shown,
    ended: StoredTransaction | undefined,
  ): boolean {
    if (registerWh === undefined || registerWh < open.meterStart) return false;
    const isTimed = !isUnset(timestamp) && !isUnset(open.chargePointTime);
    const sinceSec = (chargePointSec(timestamp) ?? 0) - (chargePointSec(open.chargePointTime) ?? 0);
    if (isTimed ? sinceSec < (ended === undefined ? 0 : 1) : ended !== undefined) return false;
    const session = open.bookingId === null ? undefined : this.#parts.sessions.get(open.bookingId);
    return session === undefined || mayShow(session, registerWh, this.#parts.nowSec());
  }
}
