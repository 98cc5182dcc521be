import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { type StateHead, unpackHead } from '../../protocol/booking.ts';
import { type BookingTimes, bookingTimes } from '../../protocol/slots.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { BookingAccount, MarketConstants, PurseAccount } from './account-book.ts';

/** Set in the tail of a purse with an open booking, so that a state hash never looks like a generation. */
const OPEN_TAIL = 1n << 191n;

/** A state hash is the top 191 bits of keccak256. */
const DROPPED_BITS = 65n;

/** Bits of what is claimed, below the best proof. */
const CLAIM_BITS = 192;

/** The purse's tail: the generation, or the state hash of its open booking. */
export function tailOf(purse: PurseAccount, open: BookingAccount | undefined): bigint {
  if (open === undefined) return purse.generation;
  const { bookingId, words, booking, state } = open;
  const uint256 = { type: 'uint256' } as const;
  const bytes32 = { type: 'bytes32' } as const;
  const preimage = encodeAbiParameters(
    [bytes32, uint256, uint256, bytes32, uint256, uint256],
    [bookingId, words.session, words.money, booking.startHash, state.head, state.claim],
  );
  return (BigInt(keccak256(preimage)) >> DROPPED_BITS) | OPEN_TAIL;
}

/** The state's head with changed fields, packed as in contracts/types/Booking.sol. */
export function withHead(before: bigint, change: Partial<StateHead>): bigint {
  const head = { ...unpackHead(before), ...change };
  return (
    head.phase |
    (head.flags << 8n) |
    (head.cosignedSeq << 16n) |
    (head.cosignedEnergyWh << 48n) |
    (head.cosignedCost << 96n) |
    (head.claimedAt << 160n) |
    (head.challengedAt << 200n)
  );
}

/** A claim by the agent alone: the measure without its last field, and no proof yet. */
export const claimOf = (measure: bigint): bigint => BigInt.asUintN(CLAIM_BITS, measure);

export const withBestProof = (claim: bigint, bestProofWh: bigint): bigint =>
  claimOf(claim) | (bestProofWh << BigInt(CLAIM_BITS));

/** The booking's windows by the terms it pins. */
export const timesOf = ({ booking }: BookingAccount, market: MarketConstants): BookingTimes =>
  bookingTimes(booking, fromTermsStruct(booking.terms).bookingTerms, market.windows);

export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
