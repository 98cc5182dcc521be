import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { AUTHORITY_FAULTS } from './authority-faults.ts';
import { type Base, playBase, undone, withFault } from './base.ts';
import { contractCopy } from './contract-copy.ts';
import { EVENT_FAULTS } from './event-faults.ts';
import { MONEY_FAULTS } from './money-faults.ts';
import { RULE_FAULTS } from './rule-faults.ts';

const FAULTS = [...MONEY_FAULTS, ...RULE_FAULTS, ...EVENT_FAULTS, ...AUTHORITY_FAULTS];

/** What the copy does otherwise: faults may share it. */
const SWITCHES = [...new Set(FAULTS.map(({ patches }) => patches))];

/** Lines that one cause may take. */
const MOST_LINES = 3;

let base: Base;
beforeAll(async () => {
  base = await playBase(await contractCopy(SWITCHES));
}, 180_000);
afterAll(() => base?.anvil.stop());

async function linesNow(): Promise<string[]> {
  const { url: rpcUrl } = base.anvil;
  const { discrepancies } = await auditLedger({ rpcUrl, market: base.market.market });
  return discrepancies.map(({ code, expected, found }) => `${code}: ${expected}, found ${found}`);
}

it('the honest history reconciles', async () => {
  expect(await linesNow()).toEqual([]);
});

it.each(FAULTS)('$kind: $name', async ({ code, patches, play }) => {
  const lines = await undone(base, async () => {
    await withFault(base, SWITCHES.indexOf(patches) + 1, () => play(base));
    return linesNow();
  });
  expect(lines.slice(0, 1)).toEqual([expect.stringMatching(`^${code}:`)]);
  expect(lines.slice(MOST_LINES)).toEqual([]);
});
