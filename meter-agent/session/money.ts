import { costRoundedDown, type Usage } from '../../protocol/cost.ts';
import type { Tariff } from '../../protocol/terms.ts';

/** What a booking allows, in token units. */
export interface Limits {
  tariff: Tariff;
  cap: bigint;
  unsignedCost: bigint;
  firstUnsignedCost: bigint;
}

/** The newest reading that agent and driver both signed. */
export interface Cosigned {
  seq: number;
  energyWh: number;
  endedAt: number;
  cost: bigint;
}

/** Larger than any cap: for a cost that no cap cuts. */
const NO_CAP = (1n << 64n) - 1n;

export const costOf = (limits: Limits, usage: Usage): bigint =>
  costRoundedDown(limits.tariff, usage, limits.cap);

/** Whether energy, time and flat fee have used up the cap minus the overstay reserve. */
export function capReached(limits: Limits, usage: Usage): boolean {
  const charge = costRoundedDown(
    { ...limits.tariff, overstayReserve: 0n },
    { ...usage, overstaySec: 0 },
    NO_CAP,
  );
  return charge + limits.tariff.overstayReserve >= limits.cap;
}

/** Cost of energy and time alone: a flat fee is due once and not a reason to pause. */
function runningCost(limits: Limits, usage: Usage): bigint {
  return costRoundedDown({ ...limits.tariff, flatFee: 0n, overstayReserve: 0n }, usage, NO_CAP);
}

/** The unsigned cost: energy and time since the newest co-signed reading. */
export function unsignedCost(limits: Limits, usage: Usage, cosigned: Cosigned | null): bigint {
  const now = runningCost(limits, usage);
  if (cosigned === null) return now;
  const { energyWh, endedAt } = cosigned;
  return now - runningCost(limits, { ...usage, energyWh, endedAt, overstaySec: 0 });
}

/** The limit of the unsigned cost: min(unsignedCost, max(firstUnsignedCost, cost co-signed so far)). */
export function unsignedLimit(limits: Limits, cosigned: Cosigned | null): bigint {
  const trusted = cosigned?.cost ?? 0n;
  const grown = trusted > limits.firstUnsignedCost ? trusted : limits.firstUnsignedCost;
  return grown < limits.unsignedCost ? grown : limits.unsignedCost;
}
