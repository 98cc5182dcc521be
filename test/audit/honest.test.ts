import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../audit/audit-ledger.ts';
import type { AuditReport } from '../../audit/audit-report.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { playHonestly } from '../model/honest-history.ts';
import type { Ledger } from '../model/ledger.ts';
import { forecast } from '../model/rules/market-rules.ts';
import { deployLedger, firstSteps, newWorld } from '../model/set-up.ts';
import { keepsAccounts, saidBy } from './resumed.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const HISTORIES = DEEP ? 50 : 5;
const SESSIONS = 200;
const PARTS = 3;
/** Histories that are audited in parts as well: all, or the first. */
const IN_PARTS = DEEP ? HISTORIES : 1;
/** Of a thousand transactions, one after the other, on a machine that does other things too. */
const TIMEOUT_MS = 300_000;
const SEEDS = Array.from({ length: HISTORIES }, (_, index) => 16_000 + index);

/** Sessions of three parts, by chance. */
function partsOf(seed: number): number[] {
  const [one = 0, other = 0] = [1, 2]
    .map((salt) => (Math.imul(seed + salt, 0x9e3779b1) >>> 0) % SESSIONS)
    .sort((a, b) => a - b);
  return [one, other - one, SESSIONS - other];
}

let anvil: Anvil;
let ledger: Ledger;
let snapshot: string;
let folder: string;
const begun = newWorld();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugpact-honest-'));
  anvil = await startAnvil();
  ledger = await deployLedger(anvil.url);
  for (const call of firstSteps()) {
    await ledger.sendSigned(begun, call);
    forecast(begun, call).effect();
    begun.nowSec += 1;
  }
  snapshot = await ledger.one('evm_snapshot');
});
afterAll(async () => {
  await anvil?.stop();
  await rm(folder, { recursive: true });
});

it.each(SEEDS)(
  'an honest history of random steps reconciles, without a finding: seed %i',
  async (seed) => {
    await ledger.one('evm_revert', [snapshot]);
    snapshot = await ledger.one('evm_snapshot');
    const task = { rpcUrl: anvil.url, market: ledger.addresses.market };
    const checkpoint = join(folder, String(seed));
    const world = structuredClone(begun);
    const isInParts = SEEDS.indexOf(seed) < IN_PARTS;
    let onwards: AuditReport | undefined;
    for (const [part, sessions] of partsOf(seed).entries()) {
      await playHonestly({ world, ledger }, { seed: PARTS * seed + part, sessions });
      if (!isInParts) continue;
      expect(part === 0 || (await keepsAccounts(checkpoint))).toBe(true);
      onwards = await auditLedger({ ...task, checkpoint });
    }
    const report = await auditLedger(task);
    const findings = report.findings.filter(({ isInformation }) => !isInformation);
    expect({ discrepancies: report.discrepancies, findings }).toEqual({ discrepancies: [], findings: [] });
    if (isInParts) expect(saidBy(onwards!)).toEqual(saidBy(report));
  },
  TIMEOUT_MS,
);
