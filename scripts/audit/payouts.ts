import { FLAG, PHASE, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import { costRoundedDown, type Usage } from '../../protocol/cost.ts';
import type { Reading } from '../../protocol/reading.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { BookingAccount, MarketConstants } from './account-book.ts';

/** The late or no-show fee is at most this part of the cap. */
const NOSHOW_CAP_DIVISOR = 5n;

const BASIS_POINTS = 10_000n;

/** What a booking pays at its end: token units and Wh. */
export interface Payout {
  paid: bigint;
  energyWh: number;
  /** The reading that is paid. */
  reading: Reading | undefined;
}

/** The cost by the terms; a negative duration (recorded elsewhere) counts as zero. */
export function costOf({ booking }: BookingAccount, reading: Usage): bigint {
  const usage = { ...reading, endedAt: Math.max(reading.beganAt, reading.endedAt) };
  return costRoundedDown(fromTermsStruct(booking.terms).tariff, usage, booking.money.cap);
}

/** The fee of a driver who canceled late or did not come. */
export function noShowFeeOf({ booking }: BookingAccount): bigint {
  const { noshowFee } = fromTermsStruct(booking.terms).bookingTerms;
  return min(noshowFee, booking.money.cap / NOSHOW_CAP_DIVISOR);
}

/** The market's part of what a charge costs, rounded down in the host's favour. */
export const marketFeeOf = ({ fee }: MarketConstants, cost: bigint): bigint =>
  (cost * fee.basisPoints) / BASIS_POINTS;

/**
 * Rule 1: a claim pays at most what was co-signed plus the driver's unsigned limit (the initial limit while no energy
 * is co-signed), and never less than what was co-signed.
 */
function claimedCost(account: BookingAccount, energyWh: number): bigint {
  const { cosignedCost, cosignedEnergyWh } = unpackHead(account.state.head);
  const { unsignedCost, firstUnsignedCost } = account.booking.money;
  const unsignedLimit = cosignedEnergyWh === 0n ? firstUnsignedCost : unsignedCost;
  const { beganAt, endedAt, overstaySec } = unpackClaim(account.state.claim);
  const usage = { beganAt: Number(beganAt), endedAt: Number(endedAt), overstaySec: Number(overstaySec) };
  const bounded = min(costOf(account, { ...usage, energyWh }), cosignedCost + unsignedLimit);
  return bounded < cosignedCost ? cosignedCost : bounded;
}

/** Payout of a claim that the meter proved in full. */
export function provenPayout(account: BookingAccount): Payout {
  const claimedWh = Number(unpackClaim(account.state.claim).energyWh);
  const cosignedWh = Number(unpackHead(account.state.head).cosignedEnergyWh);
  return {
    paid: claimedCost(account, claimedWh),
    energyWh: Math.max(claimedWh, cosignedWh),
    reading: account.alone,
  };
}

/**
 * Payout of a claim or a challenge at the end of its window. A challenged claim falls back to what was co-signed,
 * unless the meter proved more; a proof raises only the energy.
 */
export function payoutOf(account: BookingAccount): Payout {
  const { phase, flags, cosignedCost, cosignedEnergyWh } = unpackHead(account.state.head);
  const claim = unpackClaim(account.state.claim);
  const isChallenged = phase === PHASE.CHALLENGED;
  const bestWh = isChallenged ? claim.bestProofWh : claim.energyWh;
  if ((flags & FLAG.AGENT_ALONE) === 0n || (isChallenged && bestWh === 0n)) {
    return { paid: cosignedCost, energyWh: Number(cosignedEnergyWh), reading: account.cosigned };
  }
  const soldWh = Number(min(bestWh, claim.energyWh));
  return {
    paid: claimedCost(account, soldWh),
    energyWh: Math.max(soldWh, Number(cosignedEnergyWh)),
    reading: account.alone,
  };
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
