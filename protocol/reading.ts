import type { Hex } from 'viem';
import { type Fields, packWord, unpackWord } from './words.ts';

const MEASURE = [
  ['seq', 32],
  ['energyWh', 48],
  ['beganAt', 40],
  ['endedAt', 40],
  ['overstaySec', 32],
  ['isFinal', 8],
  ['bookedAt', 40],
] as const;

/** The message that agent and driver sign. Energy counts from the booking's start, over all its transactions. */
export interface Reading {
  bookingId: Hex;
  seq: number;
  energyWh: number;
  /** Unix seconds. */
  beganAt: number;
  /** Unix seconds. */
  endedAt: number;
  overstaySec: number;
  isFinal: boolean;
  /** sha256(32-byte salt ‖ bundle file). */
  evidenceHash: Hex;
  /** keccak256(32-byte salt ‖ begin register Wh uint64 ‖ end register Wh uint64). */
  registersCommitment: Hex;
}

/** A reading in the form that the contracts take. */
export interface ReadingStruct {
  measure: bigint;
  evidenceHash: Hex;
  registersCommitment: Hex;
}

const PAYOUT = [
  ['paid', 64],
  ['refunded', 64],
] as const;

/** What a final reading paid, in token units (the market's fee is part of `paid`), from the event `Settled`. */
export const unpackPayout = (word: bigint): Fields<(typeof PAYOUT)[number][0]> => unpackWord(PAYOUT, word);

export const packPayout = (payout: Fields<(typeof PAYOUT)[number][0]>): bigint => packWord(PAYOUT, payout);

/** The amounts in an event that ends a booking, in token units. */
export function amountsOf(end: { payout: bigint } | { paid?: bigint; refunded: bigint }) {
  return 'payout' in end ? unpackPayout(end.payout) : { paid: end.paid ?? 0n, refunded: end.refunded };
}

/** An ECDSA signature in the compact form of ERC-2098. */
export interface CompactSignature {
  r: Hex;
  vs: Hex;
}

export const NO_SIGNATURE: CompactSignature = { r: `0x${'00'.repeat(32)}`, vs: `0x${'00'.repeat(32)}` };

/**
 * @param bookedAt Unix seconds, for `settle` and `settleAlone` only: there the measure's spare bits carry it, and it is
 * no part of what is signed.
 */
export function toReadingStruct(reading: Reading, bookedAt = 0): ReadingStruct {
  const measure: Fields<(typeof MEASURE)[number][0]> = {
    seq: BigInt(reading.seq),
    energyWh: BigInt(reading.energyWh),
    beganAt: BigInt(reading.beganAt),
    endedAt: BigInt(reading.endedAt),
    overstaySec: BigInt(reading.overstaySec),
    isFinal: reading.isFinal ? 1n : 0n,
    bookedAt: BigInt(bookedAt),
  };
  return {
    measure: packWord(MEASURE, measure),
    evidenceHash: reading.evidenceHash,
    registersCommitment: reading.registersCommitment,
  };
}

export function fromReadingStruct(bookingId: Hex, struct: ReadingStruct): Reading {
  const m = unpackWord(MEASURE, struct.measure);
  return {
    bookingId,
    seq: Number(m.seq),
    energyWh: Number(m.energyWh),
    beganAt: Number(m.beganAt),
    endedAt: Number(m.endedAt),
    overstaySec: Number(m.overstaySec),
    isFinal: m.isFinal === 1n,
    evidenceHash: struct.evidenceHash,
    registersCommitment: struct.registersCommitment,
  };
}
