import { type Hex, keccak256 } from 'viem';
import { wordsHex } from '../lib/hex.ts';
import { bitsAt, min } from './bits.ts';
import type { Reading } from './reading.ts';

/** The state of an open booking as calls and events carry it: contracts/types/State.sol. */
export interface StateStruct {
  head: bigint;
  claim: bigint;
}

/** The names by their number on the ledger, from 1. */
const NAMES = [
  'RESERVED',
  'ARRIVED',
  'CLAIMED',
  'CLAIMED_ALONE',
  'NO_SHOW_CLAIMED',
  'CONTESTED',
  'CHALLENGED',
] as const;

export type StateName = (typeof NAMES)[number];

/** How a booking ended, in OCPI's ReservationStatus words. */
export type Outcome = 'CANCELED' | 'FAILED' | 'NO_SHOW' | 'FULFILLED';

const OUTCOMES: Readonly<Record<number, Outcome>> = {
  2: 'CANCELED',
  3: 'FAILED',
  4: 'NO_SHOW',
  5: 'FULFILLED',
};

/** The word of an outcome's number; the number itself where it is none. */
export const outcomeOf = (number: number): Outcome | number => OUTCOMES[number] ?? number;

export interface StateHead {
  name: bigint;
  /** Unix seconds: booked, claimed or challenged at. */
  since: bigint;
  cosignedSeq: bigint;
  cosignedWh: bigint;
  cosignedSec: bigint;
  cosignedOverstaySec: bigint;
  /** Token units: the raise that came with the agent's claim. */
  raisedCost: bigint;
}

export const readHead = (head: bigint): StateHead => ({
  name: bitsAt(head, 0, 8),
  since: bitsAt(head, 8, 40),
  cosignedSeq: bitsAt(head, 48, 32),
  cosignedWh: bitsAt(head, 80, 48),
  cosignedSec: bitsAt(head, 128, 32),
  cosignedOverstaySec: bitsAt(head, 160, 32),
  raisedCost: bitsAt(head, 192, 64),
});

/** What the agent alone claimed, and the best proof of it. */
export interface StateClaim {
  seq: bigint;
  energyWh: bigint;
  beganAt: bigint;
  endedAt: bigint;
  overstaySec: bigint;
  bestProofWh: bigint;
}

export const readClaim = (claim: bigint): StateClaim => ({
  seq: bitsAt(claim, 0, 32),
  energyWh: bitsAt(claim, 32, 48),
  beganAt: bitsAt(claim, 80, 40),
  endedAt: bitsAt(claim, 120, 40),
  overstaySec: bitsAt(claim, 160, 32),
  bestProofWh: bitsAt(claim, 192, 48),
});

/** @throws RangeError for a number that names no state: no ledger gives it. */
export function stateName({ head }: Pick<StateStruct, 'head'>): StateName {
  const name = NAMES[Number(bitsAt(head, 0, 8)) - 1];
  if (name === undefined) throw new RangeError(`${bitsAt(head, 0, 8)} is no state of a booking.`);
  return name;
}

/** Unix seconds. */
export const sinceOf = ({ head }: Pick<StateStruct, 'head'>): number => Number(bitsAt(head, 8, 40));

/** The head with other bits in place of `bits` from `shift` on. */
const withBits = (word: bigint, shift: number, bits: number, value: bigint): bigint =>
  word + ((value - bitsAt(word, shift, bits)) << BigInt(shift));

/** The head under another name. */
export const renamed = (head: bigint, name: StateName): bigint =>
  withBits(head, 0, 8, BigInt(NAMES.indexOf(name) + 1));

/** The head under another name, whose clock began then (unix seconds). */
export const named = (head: bigint, name: StateName, since: number): bigint =>
  withBits(renamed(head, name), 8, 40, BigInt(since));

/** A booking of which nothing is claimed, made at that time. */
export const reservedState = (bookedAt: number): StateStruct => ({
  head: named(0n, 'RESERVED', bookedAt),
  claim: 0n,
});

/** The head with a raise (token units). */
export const withRaise = (head: bigint, cost: bigint): bigint => withBits(head, 192, 64, cost);

const MAX_SEC = 2n ** 32n - 1n;

/** The head with another newest co-signed reading; its time is cut to what the field holds. */
export function withCosigned(head: bigint, reading: Reading): bigint {
  const timeSec = min(BigInt(Math.max(0, reading.endedAt - reading.beganAt)), MAX_SEC);
  const numbered = withBits(head, 48, 32, BigInt(reading.seq));
  const measured = withBits(numbered, 80, 48, BigInt(reading.energyWh));
  return withBits(withBits(measured, 128, 32, timeSec), 160, 32, BigInt(reading.overstaySec));
}

/** What the agent alone claims by a reading's measure: the measure without its last fields, and no proof yet. */
export const claimOf = (measure: bigint): bigint => bitsAt(measure, 0, 192);

export const withBestProof = (claim: bigint, bestProofWh: bigint): bigint =>
  withBits(claim, 192, 48, bestProofWh);

/** Set in the tail of a purse with an open booking: no generation has this bit. */
const OPEN_TAIL = 1n << 191n;

/** What a purse holds of its open booking: the top 191 bits of a hash. */
export const openTailOf = (bookingId: Hex, { head, claim }: StateStruct): bigint =>
  (BigInt(keccak256(wordsHex([BigInt(bookingId), head, claim]))) >> 65n) | OPEN_TAIL;
