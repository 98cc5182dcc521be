import type { Hex } from 'viem';
import type { Journal } from '../journal/journal.ts';

/** What the ledger has paid, added up again only when a booking has changed. */
export class Earnings {
  readonly #journal: Journal;
  #mark = '';
  #byConnector: ReadonlyMap<Hex, bigint> = new Map();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** In token units, by the hash of the connector. */
  byConnector(): ReadonlyMap<Hex, bigint> {
    const mark = this.#journal.bookingsMark();
    if (mark === this.#mark) return this.#byConnector;
    const sums = new Map<Hex, bigint>();
    for (const { connector, paid } of this.#journal.paidBookings()) {
      sums.set(connector, (sums.get(connector) ?? 0n) + paid);
    }
    this.#mark = mark;
    this.#byConnector = sums;
    return sums;
  }
}
