import { type Hex, isAddressEqual } from 'viem';
import {
  type Booking,
  type BookingStruct,
  type IntentLimits,
  intentMessage,
  packLimits,
  toBookingStruct,
} from './booking.ts';
import {
  type CompactSignature,
  NO_SIGNATURE,
  type Reading,
  type ReadingStruct,
  toReadingStruct,
} from './reading.ts';
import { signerOf, toCompact } from './signature.ts';
import type { MarketRef } from './signedTypes.ts';
import { type BookingStateStruct, isUnclaimed, sinceOf } from './state.ts';

/**
 * Calls that have a cheap form for the usual case and another for the rest (see
 * docs/decisions/0011-what-a-session-computes.md). The choice is made only here, so that nobody pays more than needed.
 */
export interface Call<Name extends string> {
  functionName: Name;
  args: readonly unknown[];
}

/** Argument of `settle`; `settleAll` takes a list. A final reading that both signed, with `bookedAt`. */
export interface SettlementStruct {
  booking: BookingStruct;
  reading: ReadingStruct;
  agentSignature: CompactSignature;
  sessionSignature: CompactSignature;
}

/** A raise of what the driver allows, in token units; cost 0 and no signature where the booking's own is enough. */
export interface AllowanceStruct {
  cost: bigint;
  sessionSignature: CompactSignature;
}

export const NO_RAISE: AllowanceStruct = { cost: 0n, sessionSignature: NO_SIGNATURE };

/** Argument of `settleAlone`; `settleAllAlone` takes a list. A final reading of the agent, with `bookedAt`. */
export interface AloneSettlementStruct {
  booking: BookingStruct;
  reading: ReadingStruct;
  agentSignature: CompactSignature;
  secret: Hex;
  allowance: AllowanceStruct;
}

/** Argument of `settleAndGiveBack` and `settleAloneAndGiveBack`: slots from `fromSlot` (unix seconds / 900) on. */
export interface GiveBackStruct {
  fromSlot: bigint;
  agentSignature: CompactSignature;
}

/** Argument of `bookOffer`: a lower tariff that the agent signed for one need. */
export interface OfferStruct {
  /** The listing's own tariff, packed; the booking's terms hold the offered one. */
  listedTariff: bigint;
  /** Who may take it; the zero address means anyone. */
  driver: Hex;
  /** Unix seconds, at most 2 minutes ahead. */
  validUntil: bigint;
  agentSignature: CompactSignature;
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

/** The least gas that an item of a batch is given. */
export const ITEM_GAS_MIN = 250_000n;

/** A final reading that agent and driver signed. */
export interface CosignedReading {
  booking: BookingStruct;
  reading: Reading;
  agentSignature: CompactSignature;
  sessionSignature: CompactSignature;
}

/** Settles a booking in this state by a final reading: `settle` while nothing is claimed. */
export function settleCall(
  { booking, reading, agentSignature, sessionSignature }: CosignedReading,
  state: BookingStateStruct,
  giveBack?: GiveBackStruct,
): Call<'settle' | 'settleAndGiveBack' | 'settleFrom'> {
  if (!isUnclaimed(state)) {
    const args = [booking, state, toReadingStruct(reading), agentSignature, sessionSignature];
    return { functionName: 'settleFrom', args };
  }
  const struct = toReadingStruct(reading, sinceOf(state));
  const settlement = { booking, reading: struct, agentSignature, sessionSignature };
  return giveBack === undefined
    ? { functionName: 'settle', args: [settlement] }
    : { functionName: 'settleAndGiveBack', args: [settlement, giveBack] };
}

/** The agent's final reading, with the driver's start secret and raise. */
export interface AloneReading {
  booking: BookingStruct;
  reading: Reading;
  agentSignature: CompactSignature;
  secret: Hex;
  allowance: AllowanceStruct;
}

/** Reports the agent's final reading alone. `isAllowed`: it costs no more than the driver allowed, and so it settles. */
export function aloneCall(
  { booking, reading, agentSignature, secret, allowance }: AloneReading,
  state: BookingStateStruct,
  isAllowed: boolean,
  giveBack?: GiveBackStruct,
): Call<'settleAlone' | 'settleAloneAndGiveBack' | 'claimAlone'> {
  if (!isAllowed || !isUnclaimed(state)) {
    const args = [booking, state, toReadingStruct(reading), agentSignature, secret, allowance];
    return { functionName: 'claimAlone', args };
  }
  const struct = toReadingStruct(reading, sinceOf(state));
  const settlement = { booking, reading: struct, agentSignature, secret, allowance };
  return giveBack === undefined
    ? { functionName: 'settleAlone', args: [settlement] }
    : { functionName: 'settleAloneAndGiveBack', args: [settlement, giveBack] };
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
