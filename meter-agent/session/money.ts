import { mayPay } from '../../protocol/bounds.ts';
import { costRoundedDown, type Usage } from '../../protocol/cost.ts';
import type { Tariff } from '../../protocol/terms.ts';
import type { Session } from './types.ts';

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

/** What a session's trust depends on. */
export type Trust = Pick<Session, 'cosigned' | 'raisedCost' | 'finality'> & { plan: { limits: Limits } };

/** Larger than any cap: for a cost that no cap cuts. */
const NO_CAP = (1n << 64n) - 1n;

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

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
export const allowedCostOf = ({ plan: { limits }, raisedCost }: Trust): bigint =>
  max(limits.allowedCost, raisedCost);

/** The most that the ledger pays without a final co-signature (rule 1). */
export const payableCost = (trust: Trust): bigint =>
  mayPay({
    allowedCost: allowedCostOf(trust),
    cosignedCost: trust.cosigned?.cost ?? 0n,
    unsignedCost: trust.plan.limits.unsignedCost,
    flatFee: trust.plan.limits.tariff.flatFee,
  });

/**
 * What may have flowed, as a cost, before power pauses. While the ledger may still lose the booking, signatures could
 * become worthless: there it is no more than a first trust (rule 20).
 */
export const flowBound = (trust: Trust): bigint =>
  trust.finality === 'unconfirmed'
    ? min(allowedCostOf(trust), trust.plan.limits.firstTrustMax)
    : payableCost(trust);
