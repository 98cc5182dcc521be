import { max, min } from './units.ts';

/**
 * The limits that a session's money keeps to, in token units, W, Wh and seconds. Must equal
 * contracts/libraries/Arithmetic.sol; both run test/vectors/bounds.json.
 */

/** A booking's cap is at least this many no-show fees (rule 6). */
const NOSHOW_CAP_FACTOR = 5n;

const BASIS_POINTS = 10_000n;

/** What the most that may be paid without a final co-signature depends on, in token units. */
export interface BoundParts {
  /** Of the booking, or the newest raise. */
  allowedCost: bigint;
  cosignedCost: bigint;
  unsignedCost: bigint;
  flatFee: bigint;
}

/**
 * The most that may be paid without a final co-signature (rule 1): what is allowed, or what was co-signed and as much
 * again, up to the limit that the driver signed. A flat fee opens no trust.
 */
export function mayPay({ allowedCost, cosignedCost, unsignedCost, flatFee }: BoundParts): bigint {
  const proven = max(cosignedCost - flatFee, 0n);
  return max(allowedCost, cosignedCost + min(unsignedCost, proven));
}

/** The most energy in Wh that this power (W) gives in this time (rule 5). */
export const energyLimitWh = (maxPowerW: bigint, timeSec: bigint): bigint => (maxPowerW * timeSec) / 3_600n;

/** The no-show fee of a booking (rule 6). */
export const noshowFee = (feePerSlot: bigint, slotCount: bigint): bigint => feePerSlot * slotCount;

/** The fee for a late cancel: half of the no-show fee, so that a cancel is cheaper than silence (rule 6). */
export const lateFee = (feePerSlot: bigint, slotCount: bigint): bigint =>
  noshowFee(feePerSlot, slotCount) / 2n;

/** The least cap of a booking. */
export const leastCap = (minCapPerSlot: bigint, feePerSlot: bigint, slotCount: bigint): bigint =>
  max(1n, max(minCapPerSlot * slotCount, NOSHOW_CAP_FACTOR * noshowFee(feePerSlot, slotCount)));

/**
 * What a lost challenge costs (rule 7): the disputed money, at least about what a proof costs in gas, at most the bond.
 */
export const forfeit = (disputed: bigint, forfeitMin: bigint, bond: bigint): bigint =>
  min(bond, max(disputed, forfeitMin));

/** The market's part of a cost, rounded down, in the host's favour. */
export const marketFee = (cost: bigint, feeBasisPoints: bigint): bigint =>
  (cost * feeBasisPoints) / BASIS_POINTS;

/** The lowest price that may be offered (rule 27), rounded up, in the host's favour. */
export const leastPrice = (listedPrice: bigint, discountBp: bigint): bigint =>
  (listedPrice * (BASIS_POINTS - discountBp) + BASIS_POINTS - 1n) / BASIS_POINTS;
