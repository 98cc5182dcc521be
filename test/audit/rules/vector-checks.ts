import { deepStrictEqual as same } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type * as ownCost from '../../../audit/rules/cost.ts';
import type * as ownHours from '../../../audit/rules/hours.ts';
import { packHours } from '../../../protocol/hours.ts';
import type { BoundsCase } from '../../vectors/boundsOracle.ts';
import { type CostCase, type HoursCase, pricedOf } from '../../vectors/oracle.ts';

/** Reads a module of the audit, which may have an error put into it; the modules of this process are its types. */
export type Load = <Module>(file: string) => Module;

const vectors = <T>(file: string): T[] =>
  JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8')) as T[];

const costs = vectors<CostCase>('cost.json');
const bounds = vectors<BoundsCase>('bounds.json');
const weeks = vectors<HoursCase>('hours.json');

export function checkCosts(load: Load): void {
  const { costOf } = load<typeof ownCost>('rules/cost.ts');
  for (const vector of costs) {
    const { tariff, usage, cap } = pricedOf(vector);
    const timeSec = BigInt(usage.endedAt - usage.beganAt);
    const used = { energyWh: BigInt(usage.energyWh), timeSec, overstaySec: BigInt(usage.overstaySec) };
    same(costOf(tariff, used, cap), BigInt(vector.cost), vector.name);
  }
}

export function checkBounds(load: Load): void {
  const rules = load<typeof ownCost>('rules/cost.ts');
  for (const { name, values, limits } of bounds) {
    const [a, b, c, d] = values.map(BigInt) as [bigint, bigint, bigint, bigint];
    const found = [
      rules.mostUnilateral(a, b, c, { flatFee: d }),
      rules.powerLimitWh({ maxPowerW: a }, b),
      // Slots are a number there, small enough in every second vector.
      b < 2n ** 48n ? rules.noShowFeeOf({ noshowFee: a }, Number(b)) : BigInt(limits[2]!),
      b < 2n ** 48n ? rules.lateFeeOf({ noshowFee: a }, Number(b)) : BigInt(limits[3]!),
      c < 2n ** 48n ? rules.leastCapOf({ minCapPerSlot: a, noshowFee: b }, Number(c)) : BigInt(limits[4]!),
      rules.forfeitOf(a, b, c),
      rules.marketFeeOf(a, b),
    ];
    same(found.map(String), limits.slice(0, 7), name);
  }
}

/** The prices that may be offered are those from the least one to the listed one. */
export function checkOffers(load: Load): void {
  const { isOfferable } = load<typeof ownCost>('rules/cost.ts');
  for (const [listed, discountBp, least] of [
    [333_333n, 1_000n, 300_000n],
    [333_333n, 3_333n, 222_234n],
    [7n, 9_000n, 1n],
    [5n, 0n, 5n],
  ] as const) {
    same(isOfferable(least, listed, { discountBp }), true);
    same(isOfferable(least - 1n, listed, { discountBp }), false);
    same(isOfferable(listed, listed, { discountBp }), true);
    same(isOfferable(listed + 1n, listed, { discountBp }), false);
  }
}

export function checkHours(load: Load): void {
  const { isOpenAt, isNeverOpen } = load<typeof ownHours>('rules/hours.ts');
  for (const { openHours, slot, open, ...rest } of weeks) {
    const mask = openHours.reduce((sum, hour) => sum | (1n << BigInt(hour)), 0n);
    const packed = packHours({ mask, ...rest });
    same(isOpenAt(packed, slot), open, rest.name);
    same(isNeverOpen(packed), mask === 0n);
  }
}
