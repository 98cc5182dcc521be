import type { Hex } from 'viem';
import { bitsAt, numberAt } from './bits.ts';

/** A reading as calls and events carry it: contracts/types/Reading.sol. */
export interface ReadingStruct {
  measure: bigint;
  evidenceHash: Hex;
  registersCommitment: Hex;
}

/** What agent and driver sign. Energy counts from the booking's start. */
export interface Reading {
  bookingId: Hex;
  seq: number;
  energyWh: number;
  /** Unix seconds. */
  beganAt: number;
  endedAt: number;
  overstaySec: number;
  isFinal: boolean;
  evidenceHash: Hex;
  registersCommitment: Hex;
}

export function readReading(bookingId: Hex, { measure, ...hashes }: ReadingStruct): Reading {
  return {
    bookingId,
    seq: numberAt(measure, 0, 32),
    energyWh: numberAt(measure, 32, 48),
    beganAt: numberAt(measure, 80, 40),
    endedAt: numberAt(measure, 120, 40),
    overstaySec: numberAt(measure, 160, 32),
    isFinal: bitsAt(measure, 192, 1) === 1n,
    evidenceHash: hashes.evidenceHash,
    registersCommitment: hashes.registersCommitment,
  };
}

/** The time of the booking's block, which some calls carry beside the signed values; 0 where there is none. */
export const bookedAtOf = (measure: bigint): number => numberAt(measure, 200, 40);

/** Bits that belong to no field: the ledger takes a measure only where they are zero. */
export const spareBitsOf = (measure: bigint): bigint =>
  bitsAt(measure, 193, 7) | (bitsAt(measure, 240, 16) << 7n);

/** Token units: what a final reading paid, the market's fee included, and what went back. */
export const readPayout = (word: bigint): { paid: bigint; refunded: bigint } => ({
  paid: bitsAt(word, 0, 64),
  refunded: bitsAt(word, 64, 64),
});

/** The amounts in an event that ends a booking, token units. */
export const amountsOf = (
  end: { payout: bigint } | { paid?: bigint; refunded: bigint },
): { paid: bigint; refunded: bigint } =>
  'payout' in end ? readPayout(end.payout) : { paid: end.paid ?? 0n, refunded: end.refunded };
