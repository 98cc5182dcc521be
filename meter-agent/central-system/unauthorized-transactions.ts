import type { Logger } from 'pino';
import type { ChargePoints } from '../drivers/charge-points.ts';

/** A stop is sent at most this often to a charge point that delivers without authorization. */
const REPEAT_SEC = 15;

export interface UnauthorizedTransactionsParts {
  chargePoints: ChargePoints;
  nowSec: () => number;
  log: Logger;
}

/** Stops transactions in which power flows for a tag that may not charge. */
export class UnauthorizedTransactions {
  readonly #parts: UnauthorizedTransactionsParts;
  readonly #stoppedAt = new Map<number, number>();

  constructor(parts: UnauthorizedTransactionsParts) {
    this.#parts = parts;
  }

  stop(chargePointId: string, transactionId: number): void {
    const { chargePoints, nowSec, log } = this.#parts;
    const at = nowSec();
    if (at - (this.#stoppedAt.get(transactionId) ?? 0) < REPEAT_SEC) return;
    this.#stoppedAt.set(transactionId, at);
    log.warn({ chargePointId, transactionId }, 'power for a tag that may not charge: stop sent');
    void chargePoints.command(chargePointId, (connection) => connection.remoteStop?.(transactionId));
  }
}
