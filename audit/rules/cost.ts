import { max, min } from './bits.ts';
import type { BookingTerms, Metering, Tariff } from './listing-terms.ts';

/** The rules of money on plain numbers: money in token units, energy in Wh, times in seconds. */

const WH_PER_KWH = 1_000n;
const SEC_PER_HOUR = 3_600n;
const BASIS_POINTS = 10_000n;

/** A cap is at least this many no-show fees. */
const FEES_PER_CAP = 5n;

/** Energy, seconds of charging, and seconds of overstay. */
export interface Quantities {
  energyWh: bigint;
  timeSec: bigint;
  overstaySec: bigint;
}

/**
 * Energy, time and flat fee together stop where the overstay reserve begins; overstay comes on top, up to the cap. Rounded
 * down once. A session with neither energy nor time costs no flat fee.
 */
export function costOf(tariff: Tariff, used: Quantities, cap: bigint): bigint {
  const scale = WH_PER_KWH * SEC_PER_HOUR;
  const flat = used.energyWh + used.timeSec > 0n ? tariff.flatFee : 0n;
  const charge =
    used.energyWh * tariff.pricePerKwh * SEC_PER_HOUR +
    used.timeSec * tariff.pricePerHour * WH_PER_KWH +
    flat * scale;
  const forCharge = (tariff.overstayReserve < cap ? cap - tariff.overstayReserve : 0n) * scale;
  const overstay = used.overstaySec * tariff.overstayPerHour * WH_PER_KWH;
  return min(min(charge, forCharge) + overstay, cap * scale) / scale;
}

/** Rule 5: the most energy that the listed power gives in this time. */
export const powerLimitWh = ({ maxPowerW }: Pick<Metering, 'maxPowerW'>, timeSec: bigint): bigint =>
  (maxPowerW * timeSec) / SEC_PER_HOUR;

/** Rule 6: the fee of a driver who did not come, for each slot. */
export const noShowFeeOf = ({ noshowFee }: Pick<BookingTerms, 'noshowFee'>, slotCount: number): bigint =>
  noshowFee * BigInt(slotCount);

/** Rule 6: a late cancel costs half of what silence costs. */
export const lateFeeOf = (terms: Pick<BookingTerms, 'noshowFee'>, slotCount: number): bigint =>
  noShowFeeOf(terms, slotCount) / 2n;

/** The least cap of a booking: per slot, five no-show fees, and never nothing. */
export const leastCapOf = (
  terms: Pick<BookingTerms, 'noshowFee' | 'minCapPerSlot'>,
  slotCount: number,
): bigint =>
  max(1n, max(terms.minCapPerSlot * BigInt(slotCount), FEES_PER_CAP * noShowFeeOf(terms, slotCount)));

/** The bond for a challenge. */
export const bondOf = (unsignedCost: bigint, bondMax: bigint): bigint => min(unsignedCost, bondMax);

/** The market's part of what a charge costs, rounded down in the host's favour. */
export const marketFeeOf = (cost: bigint, basisPoints: bigint): bigint => (cost * basisPoints) / BASIS_POINTS;

/** Rule 27: no offered price is above the listed one, or below it by more than the discount; rounded up. */
export function isOfferable(
  offered: bigint,
  listed: bigint,
  { discountBp }: Pick<Tariff, 'discountBp'>,
): boolean {
  const least = (listed * (BASIS_POINTS - discountBp) + BASIS_POINTS - 1n) / BASIS_POINTS;
  return offered >= least && offered <= listed;
}

/**
 * Rule 1: the most that is paid without a final co-signature: what is allowed, or the co-signed and as much again up to
 * the unsigned cost; a flat fee opens no trust.
 */
export function mostUnilateral(
  allowed: bigint,
  cosigned: bigint,
  unsignedCost: bigint,
  { flatFee }: Pick<Tariff, 'flatFee'>,
): bigint {
  const trusted = min(unsignedCost, max(cosigned - flatFee, 0n));
  return max(allowed, cosigned + trusted);
}

/** Rule 7: what a lost challenge costs: the disputed money, at least about a proof's gas, at most the bond. */
export const forfeitOf = (disputed: bigint, forfeitMin: bigint, bond: bigint): bigint =>
  min(bond, max(disputed, forfeitMin));
