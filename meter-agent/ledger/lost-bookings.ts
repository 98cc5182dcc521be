import type { Logger } from 'pino';
import type { Hex, PublicClient } from 'viem';
import type { StoredBooking } from '../journal/ledger-records.ts';

/** How often a lost booking is sent again until the ledger shows it. */
const SEND_AGAIN_MS = 15_000;

/** Sends bookings again that a reorganisation removed, each by its own transaction, if the ledger still accepts it. */
export class LostBookingSender {
  readonly #client: PublicClient;
  readonly #log: Logger;
  readonly #sentMs = new Map<Hex, number>();

  constructor(client: PublicClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  async send(lost: readonly StoredBooking[]): Promise<void> {
    for (const { bookingId, fact } of lost) {
      const sentMs = this.#sentMs.get(bookingId) ?? Number.NEGATIVE_INFINITY;
      if (fact.rawTransaction === null || performance.now() - sentMs < SEND_AGAIN_MS) continue;
      this.#sentMs.set(bookingId, performance.now());
      await this.#sendOne(bookingId, fact.rawTransaction);
    }
  }

  async #sendOne(bookingId: Hex, serializedTransaction: Hex): Promise<void> {
    try {
      await this.#client.sendRawTransaction({ serializedTransaction });
      this.#log.info({ bookingId }, 'a lost booking was sent again');
    } catch (error) {
      const detail = (error as Error).message.split('\n')[0];
      this.#log.info({ bookingId, detail }, 'a booking could not be sent again');
    }
  }
}
