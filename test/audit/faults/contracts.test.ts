import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { causeFirst } from '../../../audit/report/causes.ts';
import { rpc } from '../../support/anvil.ts';
import { AUTHORITY_FAULTS } from './authority-faults.ts';
import { type Base, playBase, undone, withFault } from './base.ts';
import { contractCopy } from './contract-copy.ts';
import { EVENT_FAULTS } from './event-faults.ts';
import { expectNamed } from './lines.ts';
import { MONEY_FAULTS } from './money-faults.ts';
import { RULE_FAULTS } from './rule-faults.ts';

const FAULTS = [...MONEY_FAULTS, ...RULE_FAULTS, ...EVENT_FAULTS, ...AUTHORITY_FAULTS];

/** What the copy does otherwise: faults may share it. */
const SWITCHES = [...new Set(FAULTS.map(({ patches }) => patches))];

let base: Base;
beforeAll(async () => {
  base = await playBase(await contractCopy(SWITCHES));
}, 180_000);
afterAll(() => base?.anvil.stop());

const auditNow = () => auditLedger({ rpcUrl: base.anvil.url, market: base.market.market });

it('the honest history reconciles', async () => {
  expect((await auditNow()).discrepancies).toEqual([]);
});

it.each(FAULTS)('$kind: $name', async ({ code, patches, play }) => {
  const report = await undone(base, async () => {
    await withFault(base, SWITCHES.indexOf(patches) + 1, () => play(base));
    return auditNow();
  });
  expectNamed(report, code);
});

it('a market whose code stays another is named for what it did, and then for its code', async () => {
  const [fault] = FAULTS;
  const codes = await undone(base, async () => {
    await withFault(base, 1, () => fault!.play(base));
    await rpc(base.anvil.url, 'anvil_setCode', [base.market.market, base.faultyCode]);
    const report = await auditNow();
    return causeFirst(report.discrepancies, report).map(({ code }) => code);
  });
  expect(codes[0]).toBe(fault!.code);
  expect(codes).toContain('code.market');
});
