import { energyLimitWh } from '../../protocol/bounds.ts';
import type { Usage } from '../../protocol/cost.ts';
import { costOf } from './money.ts';
import type { Plan } from './types.ts';

/** What no waiver goes below: the newest co-signed reading. */
export type LeastFigures = Pick<Usage, 'energyWh' | 'endedAt' | 'overstaySec'>;

/** The largest whole number in [least, most] that fits, where smaller ones fit too; `least` if none does. */
function largest(least: number, most: number, fits: (value: number) => boolean): number {
  let [low, high] = [least, Math.max(least, most)];
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The final figures as far as they cost no more than `bound`; the rest is waived (rule 4): overstay first, then energy,
 * then time, and energy that the listed power does not give in that time. Nothing goes below the newest co-signed
 * reading, which `bound` always covers.
 */
export function figuresWithin<U extends Usage>(
  { limits, maxPowerW }: Pick<Plan, 'limits' | 'maxPowerW'>,
  figures: U,
  cosigned: LeastFigures | null,
  bound: bigint,
): U {
  const fits = (changed: Usage) => costOf(limits, changed) <= bound;
  if (fits(figures)) return figures;
  const { beganAt } = figures;
  const { energyWh: leastWh = 0, endedAt: leastAt = beganAt, overstaySec = 0 } = cosigned ?? {};
  const least = { energyWh: leastWh, endedAt: Math.max(beganAt, leastAt), overstaySec };
  const cut = <Name extends keyof LeastFigures>(from: U, name: Name): U => ({
    ...from,
    [name]: largest(least[name], from[name], (value) => fits({ ...from, [name]: value })),
  });
  const { overstayPerHour, pricePerKwh } = limits.tariff;
  const withOverstay = overstayPerHour === 0n ? figures : cut(figures, 'overstaySec');
  const withEnergy = pricePerKwh === 0n ? withOverstay : cut(withOverstay, 'energyWh');
  const { endedAt } = cut(withEnergy, 'endedAt');
  const givenWh = Number(energyLimitWh(BigInt(maxPowerW), BigInt(endedAt - beganAt)));
  const energyWh = Math.max(least.energyWh, Math.min(withEnergy.energyWh, givenWh));
  return { ...withEnergy, endedAt, energyWh };
}
