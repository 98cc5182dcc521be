import { max, min } from '../rules/bits.ts';
import {
  costOf as costOfTariff,
  forfeitOf as forfeitOfDispute,
  lateFeeOf as lateFeeOfTerms,
  mostUnilateral,
  noShowFeeOf as noShowFeeOfTerms,
  powerLimitWh as powerLimitOf,
  type Quantities,
} from '../rules/cost.ts';
import { readBookingTerms, readMetering, readTariff } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { readClaim, readHead } from '../rules/state.ts';
import type { BookingAccount } from './account-book.ts';

/** The rules of money for one booking, by the terms that it pins. Token units, Wh and seconds. */

export const costOf = ({ booking }: BookingAccount, used: Quantities): bigint =>
  costOfTariff(readTariff(booking.terms.tariff), used, booking.money.cap);

export const noShowFeeOf = ({ booking }: BookingAccount): bigint =>
  noShowFeeOfTerms(readBookingTerms(booking.terms.bookingTerms), booking.slotCount);

export const lateFeeOf = ({ booking }: BookingAccount): bigint =>
  lateFeeOfTerms(readBookingTerms(booking.terms.bookingTerms), booking.slotCount);

/** Rule 5: the most energy that the listed power gives in this time. */
export const powerLimitWh = ({ booking }: BookingAccount, timeSec: bigint): bigint =>
  powerLimitOf(readMetering(booking.terms.metering), timeSec);

/** What the driver allows on the agent's final word: the booking's figure or a raise of it, never above the cap. */
export function allowedBy({ booking }: BookingAccount, raise: bigint): bigint {
  const { cap, allowedCost } = booking.money;
  return raise === 0n ? allowedCost : min(cap, max(raise, allowedCost));
}

/** What the newest co-signed reading costs. */
export const cosignedCostOf = (account: BookingAccount): bigint =>
  provenCost(account, readHead(account.state.head).cosignedWh);

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
  max(unchallengedCostOf(account), provenPays(account, readClaim(account.state.claim).bestProofWh));

/** What a proof of this energy pays by itself, within rule 1. */
export function provenPays(account: BookingAccount, provenWh: bigint): bigint {
  const { energyWh } = readClaim(account.state.claim);
  return min(provenCost(account, min(provenWh, energyWh)), boundOf(account));
}

/** Rule 7: what a lost challenge costs: the disputed money, at least about a proof's gas, at most the bond. */
export function forfeitOf(account: BookingAccount, market: MarketConstants): bigint {
  const disputed = claimedCostOf(account) - cosignedCostOf(account);
  return forfeitOfDispute(disputed, market.forfeitMin, account.locked - account.booking.money.cap);
}

/** Rule 1: the most that is paid without a final co-signature. */
function boundOf(account: BookingAccount): bigint {
  const { booking } = account;
  const tariff = readTariff(booking.terms.tariff);
  return mostUnilateral(allowedInState(account), cosignedCostOf(account), booking.money.unsignedCost, tariff);
}

const allowedInState = ({ booking, state }: BookingAccount): bigint =>
  max(booking.money.allowedCost, readHead(state.head).raisedCost);

function provenCost(account: BookingAccount, energyWh: bigint): bigint {
  const { cosignedSec, cosignedOverstaySec } = readHead(account.state.head);
  return costOf(account, { energyWh, timeSec: cosignedSec, overstaySec: cosignedOverstaySec });
}

function claimedQuantities({ state }: BookingAccount): Quantities {
  const { energyWh, beganAt, endedAt, overstaySec } = readClaim(state.claim);
  return { energyWh, timeSec: max(endedAt - beganAt, 0n), overstaySec };
}
