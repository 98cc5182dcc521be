import type { Generated } from 'kysely';
import type { Address, Hex } from 'viem';

/** Who hears of what, and what waits to be sent. */
export interface SubscriptionTables {
  subscriptions: SubscriptionsTable;
  /** An event for a subscription; `body` is its JSON. Those that are done stay a while, so that none is sent twice. */
  deliveries: {
    deliveryId: Hex;
    subscriptionHash: Hex;
    listingId: Hex;
    body: string;
    /** Grows with each event of the subscription; 0 of those that an older version queued. */
    number: Generated<number>;
    createdAt: number;
    doneAt: number | null;
  };
  /**
   * A booking that changed, or where `messageSeq` is set a message that came: written in the transaction of the change,
   * deleted once its events wait in `deliveries`. Each has an id of its own, so that none is deleted for another.
   */
  eventMarks: { markId: string; bookingId: Hex; messageSeq: number | null };
}

interface SubscriptionsTable {
  /** SHA-256 of its id, which is a secret. */
  subscriptionHash: Hex;
  channel: 'WEBHOOK' | 'PUSH';
  /** In lower case. */
  account: Address;
  bookingId: Hex | null;
  endpoint: string;
  /** Of a webhook the key of its signatures, of push the browser's keys as JSON. */
  secret: string;
  createdAt: number;
  /** Some days after the slot of its booking; null for an account. */
  expiresAt: number | null;
  /** When the next delivery is tried; null while nothing waits. */
  dueAt: number | null;
  /** Grows with each event. */
  queued: number;
  /** Events that were left out because too many waited, since the last delivery. */
  missed: number;
  /** In a row. */
  failures: number;
  endedAt: number | null;
  endedBecause: 'GIVEN_UP' | 'GONE' | 'BOOKING_OVER' | null;
}
