import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costRoundedDown } from '../../protocol/cost.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deploy } from '../contracts/mocks.ts';
import { costsOnLedger } from './costsOnLedger.ts';
import { drawCosts } from './drawCosts.ts';
import { costOracle, exactCost } from './oracle.ts';
import { plus, ratio } from './rational.ts';

const COUNT = process.env.PLUGPACT_DEEP ? 200_000 : 10_000;

/** Number of failing cases that are shown. */
const SHOWN = 3;

describe(`${COUNT.toLocaleString('en')} drawn tariffs and sessions`, () => {
  const cases = drawCosts(COUNT);
  let anvil: Anvil;
  let onLedger: bigint[];
  beforeAll(async () => {
    anvil = await startAnvil();
    onLedger = await costsOnLedger(anvil.url, await deploy(anvil.url, 'mocks/LibraryHarness'), cases);
  }, 300_000);
  afterAll(() => anvil.stop());

  it('cost the same integer in Solidity, TypeScript and exact fractions', () => {
    const found = cases.map((one, i) => ({
      ...one,
      solidity: onLedger[i],
      typescript: costRoundedDown(one.tariff, one.usage, one.cap),
      exact: costOracle(one),
    }));
    expect(found).toHaveLength(COUNT);
    const different = found.filter((c) => c.solidity !== c.exact || c.typescript !== c.exact);
    expect(different.slice(0, SHOWN)).toEqual([]);
  });

  it('are rounded in favour of the driver, by less than a unit', () => {
    const wrong = cases.filter((one, i) => {
      const exact = exactCost(one);
      const cost = ratio(onLedger[i]!);
      return isLess(exact, cost) || !isLess(exact, plus(cost, ratio(1n)));
    });
    expect(wrong.slice(0, SHOWN)).toEqual([]);
  });

  it('are rounded, capped and left as they are, each in one case of twenty at least', () => {
    const exact = cases.map((one) => ({ ...exactCost(one), cap: one.cap }));
    const rounded = exact.filter(({ num, den }) => num % den !== 0n).length;
    const capped = exact.filter(({ num, den, cap }) => num === cap * den && cap > 0n).length;
    for (const kind of [rounded, capped, COUNT - rounded - capped]) expect(kind).toBeGreaterThan(COUNT / 20);
  });
});

const isLess = (a: ReturnType<typeof ratio>, b: typeof a): boolean => a.num * b.den < b.num * a.den;
