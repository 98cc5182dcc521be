import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { playHonestly } from '../model/honest-history.ts';
import type { Ledger } from '../model/ledger.ts';
import { forecast } from '../model/rules/market-rules.ts';
import { deployLedger, firstSteps, newWorld } from '../model/set-up.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const HISTORIES = DEEP ? 50 : 5;
const SESSIONS = 200;
/** Of a thousand transactions, one after the other, on a machine that does other things too. */
const TIMEOUT_MS = 300_000;
const SEEDS = Array.from({ length: HISTORIES }, (_, index) => 16_000 + index);

let anvil: Anvil;
let ledger: Ledger;
let snapshot: string;
const begun = newWorld();

beforeAll(async () => {
  anvil = await startAnvil();
  ledger = await deployLedger(anvil.url);
  for (const call of firstSteps()) {
    await ledger.sendSigned(begun, call);
    forecast(begun, call).effect();
    begun.nowSec += 1;
  }
  snapshot = await ledger.one('evm_snapshot');
});
afterAll(() => anvil?.stop());

it.each(SEEDS)(
  'an honest history of random steps reconciles, without a finding: seed %i',
  async (seed) => {
    await ledger.one('evm_revert', [snapshot]);
    snapshot = await ledger.one('evm_snapshot');
    await playHonestly({ world: structuredClone(begun), ledger }, { seed, sessions: SESSIONS });
    const report = await auditLedger({ rpcUrl: anvil.url, market: ledger.addresses.market });
    const findings = report.findings.filter(({ isInformation }) => !isInformation);
    expect({ discrepancies: report.discrepancies, findings }).toEqual({ discrepancies: [], findings: [] });
  },
  TIMEOUT_MS,
);
