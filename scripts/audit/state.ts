import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { PHASE, unpackHead } from '../../protocol/booking.ts';
import type { Reading } from '../../protocol/reading.ts';
import { type BookingTimes, bookingTimes } from '../../protocol/slots.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { BookingAccount, MarketConstants, PurseAccount } from './book.ts';

/** Set in the tail of a purse with an open booking, so that a state hash is never taken for a generation. */
const OPEN_TAIL = 1n << 191n;

/** A state hash keeps the top 191 bits of keccak256. */
const DROPPED_BITS = 65n;

/** What stands in the purse's tail: the generation, or the state hash of its open booking. */
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

/** The state's head after a co-signed claim. A replacement keeps the flags and the first claim's time. */
export function claimedHead(before: bigint, reading: Reading, cost: bigint, at: number): bigint {
  const { phase, flags, claimedAt } = unpackHead(before);
  return (
    PHASE.CLAIMED |
    (flags << 8n) |
    (BigInt(reading.seq) << 16n) |
    (BigInt(reading.energyWh) << 48n) |
    (cost << 96n) |
    ((phase === PHASE.CLAIMED ? claimedAt : BigInt(at)) << 160n)
  );
}

/** The booking's windows by the terms it pins. */
export const timesOf = ({ booking }: BookingAccount, market: MarketConstants): BookingTimes =>
  bookingTimes(booking, fromTermsStruct(booking.terms).bookingTerms, market.windows);

export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
