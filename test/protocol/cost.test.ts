import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costRoundedDown } from '../../protocol/cost.ts';
import { TARIFF } from '../support/market.ts';
import { anyPriced } from '../vectors/drawCosts.ts';
import { forAll } from './arbitraries.ts';

type Usage = { energyWh: number; beganAt: number; endedAt: number; overstaySec: number };

describe('the cost', () => {
  it('is never negative and never above the cap', () => {
    forAll([anyPriced], ({ tariff: t, usage: u, cap }) => {
      const cost = costRoundedDown(t, u, cap);
      expect(cost >= 0n && cost <= cap).toBe(true);
    });
  });

  it('never falls when anything used or allowed grows', () => {
    const grow: ((u: Usage, by: number) => Usage)[] = [
      (u, by) => ({ ...u, energyWh: u.energyWh + by }),
      (u, by) => ({ ...u, endedAt: u.endedAt + by }),
      (u, by) => ({ ...u, overstaySec: u.overstaySec + by }),
    ];
    forAll([anyPriced, fc.integer({ min: 1, max: 1_000_000 })], ({ tariff: t, usage: u, cap }, by) => {
      const cost = costRoundedDown(t, u, cap);
      for (const more of grow) expect(costRoundedDown(t, more(u, by), cap) >= cost).toBe(true);
      expect(costRoundedDown(t, u, cap + BigInt(by)) >= cost).toBe(true);
    });
  });

  it('of one session is at least that of its two halves: splitting never costs the driver more', () => {
    forAll([anyPriced], ({ tariff: t, usage: u, cap }) => {
      const free = { ...t, flatFee: 0n, overstayReserve: 0n };
      const half = Math.floor(u.energyWh / 2);
      const none = { ...u, endedAt: u.beganAt, overstaySec: 0 };
      const parts =
        costRoundedDown(free, { ...none, energyWh: half }, cap) +
        costRoundedDown(free, { ...none, energyWh: u.energyWh - half }, cap);
      const whole = costRoundedDown(free, { ...none, energyWh: u.energyWh }, 2n ** 127n);
      expect(parts <= whole).toBe(true);
    });
  });

  it('leaves the reserve to overstay', () => {
    forAll([anyPriced], ({ tariff: t, usage: u, cap }) => {
      const reserve = t.overstayReserve < cap ? t.overstayReserve : cap;
      expect(costRoundedDown(t, { ...u, overstaySec: 0 }, cap) <= cap - reserve).toBe(true);
    });
  });

  it('of a reading that ends before it began is refused', () => {
    const reversed = { energyWh: 1, beganAt: 2, endedAt: 1, overstaySec: 0 };
    expect(() => costRoundedDown(TARIFF, reversed, 1n)).toThrow(
      expect.objectContaining({ code: 'cost.timeReversed' }),
    );
  });
});
