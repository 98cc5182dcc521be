import { mayPay } from '../../protocol/bounds.ts';
import { costRoundedDown, type Usage } from '../../protocol/cost.ts';
import type { Tariff } from '../../protocol/terms.ts';
import { max, min } from '../../protocol/units.ts';
import type { Finality } from './booking-facts.ts';

/** What a booking allows, in token units. */
export interface Limits {
  tariff: Tariff;
  cap: bigint;
  unsignedCost: bigint;
  /** Up to it the agent's final word alone is taken; the driver may raise it. */
  allowedCost: bigint;
  /** The market's constant: the most that flows before the ledger has confirmed the booking (rule 20). */
  firstTrustMax: bigint;
}

/** The newest reading that agent and driver both signed. */
export interface Cosigned {
  seq: number;
  energyWh: number;
  endedAt: number;
  overstaySec: number;
  cost: bigint;
}

/** What of a session bounds the cost of what flows. */
export interface BoundedSession {
  plan: { limits: Limits };
  cosigned: Cosigned | null;
  /** The newest raise of the allowance, in token units. */
  raisedCost: bigint;
  finality: Finality;
}

/** Larger than any cap: for a cost that no cap cuts. */
const NO_CAP = (1n << 64n) - 1n;

export const costOf = (limits: Limits, usage: Usage): bigint =>
  costRoundedDown(limits.tariff, usage, limits.cap);

/** What this costs where no cap cuts it. */
export const uncappedCost = ({ tariff }: Limits, usage: Usage): bigint =>
  costRoundedDown({ ...tariff, overstayReserve: 0n }, usage, NO_CAP);

/** Whether energy, time and flat fee have used up the cap minus the overstay reserve. */
export function capReached(limits: Limits, usage: Usage): boolean {
  const charge = uncappedCost(limits, { ...usage, overstaySec: 0 });
  return charge + limits.tariff.overstayReserve >= limits.cap;
}

/** What the driver allows now: as booked, or the newest raise. */
export const allowedCostOf = ({ plan: { limits }, raisedCost }: BoundedSession): bigint =>
  max(limits.allowedCost, raisedCost);

/** The most that the ledger pays without a final co-signature (rule 1). */
export const payableCost = (session: BoundedSession): bigint =>
  mayPay({
    allowedCost: allowedCostOf(session),
    cosignedCost: session.cosigned?.cost ?? 0n,
    unsignedCost: session.plan.limits.unsignedCost,
    flatFee: session.plan.limits.tariff.flatFee,
  });

/**
 * What may have flowed, as a cost, before power pauses. While the ledger may still lose the booking, signatures could
 * become worthless: there it is no more than a first trust (rule 20).
 */
export const flowBound = (session: BoundedSession): bigint =>
  session.finality === 'unconfirmed'
    ? min(allowedCostOf(session), session.plan.limits.firstTrustMax)
    : payableCost(session);
