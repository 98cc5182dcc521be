import { floor, least, plus, type Rational, ratio, times } from './rational.ts';

/** One case of cost.json: everything in decimal text, since JSON numbers are doubles. */
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

/**
 * The cost as the words say it, in exact fractions and without the common denominator of the implementations: each
 * component is computed alone, energy, time and flat fee share what the reserve leaves of the cap, overstay comes
 * on top, the cap bounds all, and one rounding down ends it.
 */
export function costOracle(c: Omit<CostCase, 'name' | 'cost'>): bigint {
  const of = (text: string): Rational => ratio(BigInt(text));
  const kwh = ratio(BigInt(c.energyWh), 1_000n);
  const hours = (sec: string): Rational => ratio(BigInt(sec), 3_600n);
  const used = BigInt(c.energyWh) !== 0n || BigInt(c.timeSec) !== 0n;
  const energy = times(kwh, of(c.pricePerKwh));
  const time = times(hours(c.timeSec), of(c.pricePerHour));
  const charge = plus(plus(energy, time), used ? of(c.flatFee) : ratio(0n));
  const left = BigInt(c.cap) - BigInt(c.overstayReserve);
  const bounded = least(charge, ratio(left > 0n ? left : 0n));
  const overstay = times(hours(c.overstaySec), of(c.overstayPerHour));
  return floor(least(plus(bounded, overstay), of(c.cap)));
}

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
