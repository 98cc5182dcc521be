import { unpackClaim, unpackHead } from '../../protocol/state.ts';
import { fromTermsStruct, type Tariff } from '../../protocol/terms.ts';
import type { BookingAccount, MarketConstants } from './account-book.ts';

/**
 * The rules of money, written here from their text and nowhere taken from: a mistake in protocol/ must not be repeated by
 * its audit. Money in token units, energy in Wh, times in seconds.
 */

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
export function costOf({ booking }: BookingAccount, used: Quantities): bigint {
  const { tariff } = fromTermsStruct(booking.terms);
  const { cap } = booking.money;
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

/** Rule 6: the fee of a driver who did not come, for each slot. */
export const noShowFeeOf = ({ booking }: BookingAccount): bigint =>
  fromTermsStruct(booking.terms).bookingTerms.noshowFee * BigInt(booking.slotCount);

/** Rule 6: a late cancel costs half of what silence costs. */
export const lateFeeOf = (account: BookingAccount): bigint => noShowFeeOf(account) / 2n;

/** The least cap of a booking: never nothing. */
export function leastCapOf(account: BookingAccount): bigint {
  const { minCapPerSlot } = fromTermsStruct(account.booking.terms).bookingTerms;
  const bySlots = minCapPerSlot * BigInt(account.booking.slotCount);
  return max(1n, max(bySlots, FEES_PER_CAP * noShowFeeOf(account)));
}

/** Rule 5: the most energy that the listed power gives in this time. */
export const powerLimitWh = ({ booking }: BookingAccount, timeSec: bigint): bigint =>
  (fromTermsStruct(booking.terms).metering.maxPowerW * timeSec) / SEC_PER_HOUR;

/** The market's part of what a charge costs, rounded down in the host's favour. */
export const marketFeeOf = ({ fee }: MarketConstants, cost: bigint): bigint =>
  (cost * fee.basisPoints) / BASIS_POINTS;

/** Rule 27: no offered price is above the listed one, or below it by more than the discount; rounded up. */
export function isOfferable(offered: bigint, listed: bigint, { discountBp }: Tariff): boolean {
  const least = (listed * (BASIS_POINTS - discountBp) + BASIS_POINTS - 1n) / BASIS_POINTS;
  return offered >= least && offered <= listed;
}

/** What the driver allows on the agent's final word: the booking's figure or a raise of it, never above the cap. */
export function allowedBy({ booking }: BookingAccount, raise: bigint): bigint {
  const { cap, allowedCost } = booking.money;
  return raise === 0n ? allowedCost : min(cap, max(raise, allowedCost));
}

/** What the newest co-signed reading costs. */
export const cosignedCostOf = (account: BookingAccount): bigint =>
  provenCost(account, unpackHead(account.state.head).cosignedWh);

/** Rule 1: the cost of the claim, at most the bound, at least what was co-signed. */
export function claimedCostOf(account: BookingAccount): bigint {
  return max(cosignedCostOf(account), min(costOf(account, claimedQuantities(account)), boundOf(account)));
}

/** What no challenge takes: the co-signed, and of the claim what the driver allowed. */
export function unchallengedCostOf(account: BookingAccount): bigint {
  const cost = costOf(account, claimedQuantities(account));
  return max(cosignedCostOf(account), min(cost, allowedInState(account)));
}

/** What a challenged claim pays: a proof raises the energy alone, time and overstay stay as co-signed. */
export const challengedCostOf = (account: BookingAccount): bigint =>
  max(unchallengedCostOf(account), provenPays(account, unpackClaim(account.state.claim).bestProofWh));

/** What a proof of this energy pays by itself, within rule 1. */
export function provenPays(account: BookingAccount, provenWh: bigint): bigint {
  const { energyWh } = unpackClaim(account.state.claim);
  return min(provenCost(account, min(provenWh, energyWh)), boundOf(account));
}

/** Rule 7: what a lost challenge costs: the disputed money, at least about a proof's gas, at most the bond. */
export function forfeitOf(account: BookingAccount, market: MarketConstants): bigint {
  const disputed = claimedCostOf(account) - cosignedCostOf(account);
  return min(account.locked - account.booking.money.cap, max(disputed, market.forfeitMin));
}

/** Rule 1: allowed, or the co-signed and as much again up to the unsigned cost; a flat fee opens no trust. */
function boundOf(account: BookingAccount): bigint {
  const cosigned = cosignedCostOf(account);
  const { flatFee } = fromTermsStruct(account.booking.terms).tariff;
  const trusted = min(account.booking.money.unsignedCost, max(cosigned - flatFee, 0n));
  return max(allowedInState(account), cosigned + trusted);
}

const allowedInState = ({ booking, state }: BookingAccount): bigint =>
  max(booking.money.allowedCost, unpackHead(state.head).raisedCost);

function provenCost(account: BookingAccount, energyWh: bigint): bigint {
  const { cosignedSec, cosignedOverstaySec } = unpackHead(account.state.head);
  return costOf(account, { energyWh, timeSec: cosignedSec, overstaySec: cosignedOverstaySec });
}

function claimedQuantities({ state }: BookingAccount): Quantities {
  const { energyWh, beganAt, endedAt, overstaySec } = unpackClaim(state.claim);
  return { energyWh, timeSec: max(endedAt - beganAt, 0n), overstaySec };
}

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
