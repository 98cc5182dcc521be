import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costRoundedDown } from '../../protocol/cost.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { deploy, type Mock } from '../contracts/mocks.ts';
import { costsOnLedger } from './costsOnLedger.ts';
import { type OcpiCase, readOcpiCases } from './ocpiRecords.ts';

/** Records that others priced; vitest.config.ts leaves this file out where that folder does not exist. */
const FOLDER = join(ROOT, '../shared/data/ocpi-tariffs');

describe('charge detail records that others priced', () => {
  const { cases, others } = readOcpiCases(FOLDER);
  const named = (chosen: readonly OcpiCase[]) => chosen.map((one) => ({ name: one.name, one }));
  let anvil: Anvil;
  let harness: Mock;
  beforeAll(async () => {
    anvil = await startAnvil();
    harness = await deploy(anvil.url, 'mocks/LibraryHarness');
  });
  afterAll(() => anvil.stop());

  /** The same in TypeScript and in Solidity. */
  async function costOf({ priced }: OcpiCase): Promise<bigint> {
    const cost = costRoundedDown(priced.tariff, priced.usage, priced.cap);
    expect(await costsOnLedger(anvil.url, harness, [priced])).toEqual([cost]);
    return cost;
  }

  it.each(named(cases.filter(({ steps }) => steps === 0n)))('$name costs the same here', async ({ one }) => {
    expect(one.total).toBeGreaterThan(0n);
    expect(await costOf(one)).toBe(one.total);
  });

  it.each(named(cases.filter(({ steps }) => steps > 0n)))(
    '$name bills a step that was begun; here it costs what was used of it',
    async ({ one }) => {
      const cost = await costOf(one);
      expect(cost).toBeLessThan(one.total);
      expect(cost).toBeGreaterThan(one.total - one.steps);
    },
  );

  it('need energy, time, overstay and flat fee alone; left out are prices by the time of day', () => {
    expect(cases.map(({ name }) => name)).toEqual([
      'multiple_flat_fees/cdr.json',
      'simple_025kwh/cdr1.json',
      'simple_3hour_5parking/cdr1.json',
    ]);
    expect(others).toEqual(['step_size/cdr1.json']);
  });
});
