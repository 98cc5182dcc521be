import type { Hex } from 'viem';
import type { AllowanceJson, BookingResponse, ReadingJson } from '../../../protocol/api.ts';
import type { Booking } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';

/** A reading that this device co-signed. */
export interface Cosigned {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex;
}

/** How a booking ended, from the server's index; the receipt checks it against the ledger. */
export type Outcome = Pick<
  BookingResponse,
  | 'reservationStatus'
  | 'settlementStatus'
  | 'contested'
  | 'paid'
  | 'refunded'
  | 'energyWh'
  | 'endedAt'
  | 'endedTx'
>;

/** A guest's card that may start the charge in place of the driver. */
export interface GuestCard {
  uid: string;
  /** When the agent accepted it, unix seconds. */
  handedOverAt?: number;
}

/** What the driver chose to allow, in token units; `STEP` means that this device stays awake and watches. */
export type AllowChoice = { upTo: bigint } | 'STEP';

/** A booking with the keys that only the driver's devices have. vault/ says how two devices' copies become one. */
export interface StoredBooking {
  bookingId: Hex;
  ref: MarketRef;
  booking: Booking;
  sessionPrivateKey: Hex;
  secret: Hex;
  /** Energy that the driver asked for, Wh. */
  needWh: number;
  createdAt: number;
  /** Missing until the booking is on the ledger. */
  bookedTx?: Hex;
  /** Time of its block, unix seconds; missing until the server's index has said it. */
  bookedAt?: number;
  /** What the agent's word may cost after the first co-signature: up to an amount, or a step ahead of each reading. */
  allow?: AllowChoice;
  /** When that was chosen, unix seconds: of two devices the later choice holds. So with the card and the location. */
  allowAt?: number;
  /** What the page proposed to allow, token units. */
  proposedCost?: bigint;
  /** The newest raise that this device signed; it is never lowered. */
  raise?: AllowanceJson;
  card?: GuestCard;
  cardAt?: number;
  /** When the start secret was first sent, unix seconds. */
  startedAt?: number;
  stopAskedAt?: number;
  cosigned?: Cosigned;
  /** Points of the energy curve: unix seconds and Wh of each reading. */
  curve?: [number, number][];
  outcome?: Outcome;
  /** The exact location, sealed to the session key; deleted when the booking has ended. */
  sealedLocation?: Hex;
  locationAt?: number;
}
