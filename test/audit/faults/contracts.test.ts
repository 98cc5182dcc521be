import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { causeFirst } from '../../../audit/accounting/by-cause.ts';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';
import { rpc } from '../../support/anvil.ts';
import { keepsAccounts, saidBy } from '../resumed.ts';
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

/** How many of the faults are found from a checkpoint as well: all, or each n-th. */
const EVERY_NTH = process.env.PLUGPACT_DEEP === undefined ? 8 : 1;

let base: Base;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugpact-faults-'));
  base = await playBase(await contractCopy(SWITCHES));
}, 180_000);
afterAll(async () => {
  await base?.anvil.stop();
  await rm(folder, { recursive: true });
});

const auditNow = () => auditLedger({ rpcUrl: base.anvil.url, market: base.market.market });

/** The same from the checkpoint of the honest history, which ends where a fault is planted. */
async function auditOnwards(): Promise<AuditReport> {
  const file = join(folder, 'onwards');
  await copyFile(join(folder, 'honest'), file);
  return auditLedger({ rpcUrl: base.anvil.url, market: base.market.market, checkpoint: file });
}

it('the honest history reconciles', async () => {
  const task = { rpcUrl: base.anvil.url, market: base.market.market };
  const checkpoint = join(folder, 'honest');
  expect((await auditLedger({ ...task, checkpoint })).discrepancies).toEqual([]);
  expect(await keepsAccounts(checkpoint)).toBe(true);
});

it.each(FAULTS)('$kind: $name', async (fault) => {
  const { code, patches, play } = fault;
  const isOnwards = FAULTS.indexOf(fault) % EVERY_NTH === 0;
  const [report, onwards] = await undone(base, async () => {
    await withFault(base, SWITCHES.indexOf(patches) + 1, () => play(base));
    return [await auditNow(), isOnwards ? await auditOnwards() : undefined];
  });
  expectNamed(report, code);
  if (onwards !== undefined) expect(saidBy(onwards)).toEqual(saidBy(report));
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
