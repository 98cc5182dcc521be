import type { Booking } from './booking.ts';
import { mayPay } from './bounds.ts';
import { costOfParts } from './cost.ts';
import { type BookingStateStruct, unpackClaim, unpackHead } from './state.ts';
import { fromTermsStruct } from './terms.ts';
import { max, min } from './units.ts';

/** What a claim is worth, in token units. Must equal contracts/stages/ClaimValues.sol. */
export interface ClaimValues {
  /** The cost of the newest co-signed reading. */
  cosignedCost: bigint;
  /** What the agent's claim pays if nobody challenges it. */
  claimedCost: bigint;
  /** What no challenge takes: the co-signed, and the claim up to what the driver allowed. */
  unchallengedCost: bigint;
  /** What a challenged claim pays with the best proof so far. */
  challengedCost: bigint;
}

export function claimValuesOf(
  { money, terms }: Pick<Booking, 'money' | 'terms'>,
  state: BookingStateStruct,
): ClaimValues {
  const { tariff } = fromTermsStruct(terms);
  const head = unpackHead(state.head);
  const claim = unpackClaim(state.claim);
  const provenCost = (energyWh: bigint) =>
    costOfParts(tariff, energyWh, head.cosignedSec, head.cosignedOverstaySec, money.cap);
  const cosignedCost = provenCost(head.cosignedWh);
  const allowedCost = max(money.allowedCost, head.raisedCost);
  const bound = mayPay({
    allowedCost,
    cosignedCost,
    unsignedCost: money.unsignedCost,
    flatFee: tariff.flatFee,
  });
  const { energyWh, overstaySec } = claim;
  const cost = costOfParts(tariff, energyWh, claim.endedAt - claim.beganAt, overstaySec, money.cap);
  const unchallengedCost = max(cosignedCost, min(cost, allowedCost));
  return {
    cosignedCost,
    claimedCost: max(cosignedCost, min(cost, bound)),
    unchallengedCost,
    challengedCost: max(unchallengedCost, min(provenCost(min(claim.bestProofWh, energyWh)), bound)),
  };
}
