import type { Hex } from 'viem';
import type { BookingStruct } from '../../protocol/booking.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';

/** A booking's state as of one block. */
export interface BookingMoment {
  block: number;
  state: BookingStateStruct;
  /** OCPI's word once the ledger ended it, else null. */
  ended: string | null;
  /** What the host received from it at its end, in token units. */
  paid: bigint | null;
}

/** A booking of one of our listings, as the ledger has it. */
export interface BookingFact {
  listingId: Hex;
  connector: Hex;
  booking: BookingStruct;
  state: BookingStateStruct;
  /** OCPI's word once the ledger ended it, else null. */
  ended: string | null;
  /** What the host received from it at its end, in token units. */
  paid: bigint | null;
  /** The transaction that booked, to send it again if the ledger loses it. */
  rawTransaction: Hex | null;
  /** The time of the block that booked, unix seconds. */
  bookedAt: number;
  /** From the block that booked on, oldest first: a reorganisation takes the newest away. */
  moments: BookingMoment[];
  /** The first slot (unix seconds / 900) that was given back when it ended. */
  givenBackFrom?: number;
  /** The ledger's time when it was found to have lost the booking, unix seconds; null while it has it. */
  lostAt: number | null;
}

export interface LedgerFacts {
  ref: MarketRef;
  windows: MarketWindows;
  /** The market's constants, in token units. */
  money: { firstTrustMax: bigint };
  genesisHash: Hex;
}

/**
 * Whether the ledger may still lose a booking: `unconfirmed` until it has all confirmations, `missing` once it was
 * lost.
 */
export type Finality = 'confirmed' | 'unconfirmed' | 'missing';
