import { PlugpactError } from './errors.ts';
import type { Tariff } from './terms.ts';
import { min } from './units.ts';

/** Wh per kWh × seconds per hour: the common denominator of all price components. */
const SCALE = 3_600_000n;

export interface Usage {
  energyWh: number;
  /** Unix seconds. */
  beganAt: number;
  /** Unix seconds. */
  endedAt: number;
  overstaySec: number;
}

/**
 * What a session costs, in token units, rounded down once (in the driver's favour) and never above the cap.
 * Energy, time and flat fee together stop at `cap - overstayReserve`. A session with neither energy nor time does
 * not cost the flat fee. Must equal contracts/types/Terms.sol (`costOf`); both run test/vectors/cost.json.
 *
 * @throws PlugpactError `cost.timeReversed`: the ledger refuses such a reading too.
 */
export function costRoundedDown(tariff: Tariff, usage: Usage, cap: bigint): bigint {
  if (usage.endedAt < usage.beganAt) {
    throw new PlugpactError({
      code: 'cost.timeReversed',
      value: `${usage.beganAt} to ${usage.endedAt}`,
      rule: 'A reading ends no sooner than it began.',
      remedy: "Check the wallbox's clock.",
    });
  }
  const timeSec = BigInt(usage.endedAt - usage.beganAt);
  return costOfParts(tariff, BigInt(usage.energyWh), timeSec, BigInt(usage.overstaySec), cap);
}

/** The same for quantities that do not come from one reading: Wh and seconds. */
export function costOfParts(
  tariff: Tariff,
  energyWh: bigint,
  timeSec: bigint,
  overstaySec: bigint,
  cap: bigint,
): bigint {
  const charged = energyWh > 0n || timeSec > 0n;
  const reserve = tariff.overstayReserve < cap ? tariff.overstayReserve : cap;
  const charge =
    energyWh * tariff.pricePerKwh * 3_600n +
    timeSec * tariff.pricePerHour * 1_000n +
    (charged ? tariff.flatFee * SCALE : 0n);
  const overstay = overstaySec * tariff.overstayPerHour * 1_000n;
  return min(min(charge, (cap - reserve) * SCALE) + overstay, cap * SCALE) / SCALE;
}

/** What a cost consists of, in token units. The parts add up to the cost to the unit. */
export interface CostParts {
  energy: bigint;
  time: bigint;
  flat: bigint;
  overstay: bigint;
  /** What the cap takes off, zero or negative. */
  limited: bigint;
}

/**
 * The parts of what quantities cost. The cost is rounded down once: each part is what it adds to the sum of those before
 * it, so that the parts add up to it, and none is a unit away from its own exact value.
 */
export function costPartsOf(
  tariff: Tariff,
  energyWh: bigint,
  timeSec: bigint,
  overstaySec: bigint,
  cap: bigint,
): CostParts {
  const charged = energyWh > 0n || timeSec > 0n;
  const scaled = [
    energyWh * tariff.pricePerKwh * 3_600n,
    timeSec * tariff.pricePerHour * 1_000n,
    charged ? tariff.flatFee * SCALE : 0n,
    overstaySec * tariff.overstayPerHour * 1_000n,
  ];
  let sum = 0n;
  const parts = scaled.map((part) => {
    const before = sum / SCALE;
    sum += part;
    return sum / SCALE - before;
  });
  const [energy = 0n, time = 0n, flat = 0n, overstay = 0n] = parts;
  const limited = costOfParts(tariff, energyWh, timeSec, overstaySec, cap) - sum / SCALE;
  return { energy, time, flat, overstay, limited };
}
