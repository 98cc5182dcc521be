import { type Hex, isAddressEqual } from 'viem';
import {
  type Booking,
  type BookingStateStruct,
  type BookingStruct,
  type IntentLimits,
  intentMessage,
  packLimits,
  RESERVED_STATE,
  toBookingStruct,
} from './booking.ts';
import type { CompactSignature, ReadingStruct } from './reading.ts';
import { signerOf, toCompact } from './signature.ts';
import type { MarketRef } from './signedTypes.ts';

/**
 * Calls that have a cheap form for the usual case and another for the rest (see
 * docs/decisions/0011-what-a-session-computes.md). The choice is made only here, so that nobody pays more than needed.
 */
export interface Call<Name extends string> {
  functionName: Name;
  args: readonly unknown[];
}

/** Argument of `settle`; `settleAll` takes a list. A final reading that both signed. */
export interface SettlementStruct {
  booking: BookingStruct;
  reading: ReadingStruct;
  agentSignature: CompactSignature;
  sessionSignature: CompactSignature;
}

/** Argument of `book`; `bookAll` takes a list. A booking that anyone may send. */
export interface SignedBookingStruct {
  booking: BookingStruct;
  weeklyHours: bigint;
  placeHash: Hex;
  /** Relayer and validity, packed. */
  limits: bigint;
  driverSignature: CompactSignature;
}

/** Settles a booking in this state by a final reading: `settle` while it is in the state in which it was booked. */
export function settleCall(
  settlement: SettlementStruct,
  state: BookingStateStruct,
): Call<'settle' | 'settleFrom'> {
  const { booking, reading, agentSignature, sessionSignature } = settlement;
  const asBooked = state.head === RESERVED_STATE.head && state.claim === RESERVED_STATE.claim;
  return asBooked
    ? { functionName: 'settle', args: [settlement] }
    : { functionName: 'settleFrom', args: [booking, state, reading, agentSignature, sessionSignature] };
}

/** The call that sends a signed intent: `book` when the driver's key signed, `bookByWallet` for any other signature. */
export async function bookCall(
  ref: MarketRef,
  booking: Booking,
  listing: Pick<SignedBookingStruct, 'weeklyHours' | 'placeHash'>,
  limits: IntentLimits,
  signature: Hex,
): Promise<Call<'book' | 'bookByWallet'>> {
  const signed = { booking: toBookingStruct(booking), ...listing, limits: packLimits(limits) };
  const signer = await signerOf(ref, 'Intent', intentMessage(booking, limits), signature).catch(
    () => undefined,
  );
  if (signer !== undefined && isAddressEqual(signer, booking.driver)) {
    return { functionName: 'book', args: [{ ...signed, driverSignature: toCompact(signature) }] };
  }
  const { weeklyHours, placeHash } = listing;
  return {
    functionName: 'bookByWallet',
    args: [signed.booking, weeklyHours, placeHash, signed.limits, signature],
  };
}
