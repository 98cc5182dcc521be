import { costOf } from '../rules/cost.ts';
import { earliestFit, type Fit } from './availability.ts';
import type { Expected } from './differences.ts';
import type { Need } from './needs.ts';
import type { PlacedCharger } from './placed-charger.ts';
import { distanceM } from './positions.ts';
import type { Around } from './slots.ts';

/** What a need costs at a charger by its tariff, how far it is, and when it could be. */
export interface ExpectedQuote {
  charger: PlacedCharger;
  cost: bigint;
  energyWh: number;
  /** Not rounded. */
  distanceM: number;
  /** By what the answer may have taken for now: one fit, or two, or none (`undefined`). */
  fits: (Fit | undefined)[];
}

const HOUR_SEC = 3_600;

/** The largest cap: a quote is bounded by none. */
const NO_CAP = (1n << 64n) - 1n;

/** No more energy than the charger gives while the car stays, rounded down; the time for it rounded up. */
export function expectedQuote(charger: PlacedCharger, need: Need, around: Around): ExpectedQuote {
  const powerW = Math.min(need.powerW ?? charger.maxPowerW, charger.maxPowerW);
  const stayWh = Math.floor((powerW * (need.durationSec ?? Number.POSITIVE_INFINITY)) / HOUR_SEC);
  const energyWh = Math.min(need.energyWh, stayWh);
  const timeSec = Math.ceil((energyWh * HOUR_SEC) / powerW);
  const wanted = { timeSec, fromSec: need.from, bySec: need.by ?? Number.POSITIVE_INFINITY };
  const used = { energyWh: BigInt(energyWh), timeSec: BigInt(timeSec), overstaySec: 0n };
  const [first, last] = [around.earliest, around.latest].map((now) => earliestFit(charger, wanted, now));
  return {
    ...{ charger, energyWh },
    cost: costOf({ ...charger.tariff, overstayReserve: 0n }, used, NO_CAP),
    distanceM: distanceM(need, charger),
    fits: first?.firstSlot === last?.firstSlot ? [first] : [first, last],
  };
}

/** The fields of a quote, but for its distance and its charger. */
export const quoteFields = ({ charger, cost, energyWh }: ExpectedQuote, fit: Fit): Expected => ({
  assuranceLevel: charger.assuranceLevel,
  ...{ energyWh, cost, ...fit },
});
