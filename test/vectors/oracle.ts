import type { Usage } from '../../protocol/cost.ts';
import type { Tariff } from '../../protocol/terms.ts';
import { floor, least, plus, type Rational, ratio, times } from './rational.ts';

/** One case of cost.json: everything as decimal text, since JSON numbers are doubles. */
export interface CostCase {
  name: string;
  pricePerKwh: string;
  pricePerHour: string;
  overstayPerHour: string;
  flatFee: string;
  overstayReserve: string;
  energyWh: string;
  timeSec: string;
  overstaySec: string;
  cap: string;
  cost: string;
}

/** The input of a cost. */
export interface Priced {
  tariff: Tariff;
  usage: Usage;
  cap: bigint;
}

export const pricedOf = (c: Omit<CostCase, 'name' | 'cost'>): Priced => ({
  tariff: {
    pricePerKwh: BigInt(c.pricePerKwh),
    pricePerHour: BigInt(c.pricePerHour),
    overstayPerHour: BigInt(c.overstayPerHour),
    flatFee: BigInt(c.flatFee),
    overstayReserve: BigInt(c.overstayReserve),
    // Changes no cost.
    discountBp: 9_000n,
  },
  usage: {
    energyWh: Number(c.energyWh),
    beganAt: 0,
    endedAt: Number(c.timeSec),
    overstaySec: Number(c.overstaySec),
  },
  cap: BigInt(c.cap),
});

/**
 * The cost by its definition, in exact fractions and without the common denominator of the implementations: each
 * component is computed separately, energy, time and flat fee share the cap without the reserve, overstay is added,
 * and the cap bounds the sum.
 */
export function exactCost({ tariff, usage, cap }: Priced): Rational {
  const timeSec = usage.endedAt - usage.beganAt;
  const hours = (sec: number): Rational => ratio(BigInt(sec), 3_600n);
  const energy = times(ratio(BigInt(usage.energyWh), 1_000n), ratio(tariff.pricePerKwh));
  const time = times(hours(timeSec), ratio(tariff.pricePerHour));
  const flat = ratio(usage.energyWh !== 0 || timeSec !== 0 ? tariff.flatFee : 0n);
  const left = cap - tariff.overstayReserve;
  const bounded = least(plus(plus(energy, time), flat), ratio(left > 0n ? left : 0n));
  const overstay = times(hours(usage.overstaySec), ratio(tariff.overstayPerHour));
  return least(plus(bounded, overstay), ratio(cap));
}

/** The same in token units, rounded down once. */
export const costOracle = (priced: Priced): bigint => floor(exactCost(priced));

/** One case of hours.json: whether local hours hold a slot (unix seconds / 900). */
export interface HoursCase {
  name: string;
  /** Open local hours, `weekday * 24 + hour`, Monday = 0. */
  openHours: number[];
  utcOffset: number;
  offsetChangesAt: number;
  utcOffsetAfter: number;
  slot: number;
  open: boolean;
}

const SLOT_MS = 900_000;
const QUARTER_MS = 900_000;

/** Local hours by the calendar of the language: the moment is shifted and read with the UTC getters of `Date`. */
export function hoursOracle(c: Omit<HoursCase, 'name' | 'open'>): boolean {
  const startMs = c.slot * SLOT_MS;
  const after = c.offsetChangesAt > 0 && startMs / 1_000 >= c.offsetChangesAt;
  const local = new Date(startMs + (after ? c.utcOffsetAfter : c.utcOffset) * QUARTER_MS);
  const monday0 = (local.getUTCDay() + 6) % 7;
  return c.openHours.includes(monday0 * 24 + local.getUTCHours());
}
