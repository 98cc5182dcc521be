import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import type { Reading } from '../../protocol/reading.ts';
import { type BookingTimes, bookingTimes } from '../../protocol/slots.ts';
import { STATE, type StateHead, type StateName, unpackHead } from '../../protocol/state.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { BookingAccount, MarketConstants, PurseAccount } from './account-book.ts';

/** Set in the tail of a purse with an open booking, so that a state hash never looks like a generation. */
const OPEN_TAIL = 1n << 191n;

/** A state hash is the top 191 bits of keccak256. */
const DROPPED_BITS = 65n;

/** Bits of what is claimed, below the best proof. */
const CLAIM_BITS = 192;

/** The most that the head's seconds can hold. */
const MAX_SEC = 2n ** 32n - 1n;

/** The purse's tail: the generation, or the state hash of its open booking. */
export function tailOf(purse: PurseAccount, open: BookingAccount | undefined): bigint {
  if (open === undefined) return purse.generation;
  const { bookingId, state } = open;
  const preimage = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'uint256' }],
    [bookingId, state.head, state.claim],
  );
  return (BigInt(keccak256(preimage)) >> DROPPED_BITS) | OPEN_TAIL;
}

/** The state's head with changed fields, packed as in contracts/types/State.sol. */
export function withHead(before: bigint, change: Partial<StateHead>): bigint {
  const head = { ...unpackHead(before), ...change };
  return (
    head.name |
    (head.since << 8n) |
    (head.cosignedSeq << 48n) |
    (head.cosignedWh << 80n) |
    (head.cosignedSec << 128n) |
    (head.cosignedOverstaySec << 160n) |
    (head.raisedCost << 192n)
  );
}

/** The head under another name, whose clock began then (unix seconds). */
export const named = (before: bigint, name: StateName, since: number | bigint): bigint =>
  withHead(before, { name: STATE[name], since: BigInt(since) });

/** The head with another newest co-signed reading. */
export function withCosigned(before: bigint, reading: Reading): bigint {
  const timeSec = BigInt(Math.max(0, reading.endedAt - reading.beganAt));
  return withHead(before, {
    cosignedSeq: BigInt(reading.seq),
    cosignedWh: BigInt(reading.energyWh),
    cosignedSec: timeSec > MAX_SEC ? MAX_SEC : timeSec,
    cosignedOverstaySec: BigInt(reading.overstaySec),
  });
}

/** A claim by the agent alone: the measure without its last fields, and no proof yet. */
export const claimOf = (measure: bigint): bigint => BigInt.asUintN(CLAIM_BITS, measure);

export const withBestProof = (claim: bigint, bestProofWh: bigint): bigint =>
  claimOf(claim) | (bestProofWh << BigInt(CLAIM_BITS));

/** The booking's windows by the terms it pins and the time of its block. */
export const timesOf = ({ booking, booked }: BookingAccount, market: MarketConstants): BookingTimes =>
  bookingTimes(
    { ...booking, bookedAt: booked.at },
    fromTermsStruct(booking.terms).bookingTerms,
    market.windows,
  );

export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
