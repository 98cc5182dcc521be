import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket } from '../support/market.ts';
import { auditLedgerCases } from './compositions/audit-ledger-cases.ts';
import { checkpointCases } from './compositions/checkpoint-cases.ts';
import { COMMAND_CASES } from './compositions/command-cases.ts';
import { type ComposedLedger, playLedger } from './compositions/composed-ledger.ts';
import { describeCompositions } from './compositions/describe-compositions.ts';
import { LedgerAudits } from './compositions/ledger-audit.ts';
import { linesWithout } from './compositions/lines.ts';
import { nodeCases } from './compositions/node-cases.ts';
import { PROGRAM_CASES } from './compositions/program-cases.ts';
import { reportCases } from './compositions/report-cases.ts';
import { SOURCE_CASES } from './compositions/source-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugpact-compositions-'));

let anvil: Anvil;
let ledger: ComposedLedger;
const audits = new LedgerAudits(() => ledger);
beforeAll(async () => {
  anvil = await startAnvil();
  ledger = await playLedger(await deployTestMarket(anvil.url), folder);
  await audits.leaveCheckpoint();
});
afterAll(async () => {
  await anvil?.stop();
  rmSync(folder, { recursive: true });
});

const cases = [
  ...auditLedgerCases(audits),
  ...nodeCases(audits),
  ...checkpointCases(audits),
  ...reportCases(audits),
  ...SOURCE_CASES,
  ...COMMAND_CASES,
  ...PROGRAM_CASES,
];

describeCompositions(cases);

it('each line of a composition that calls, decides or refuses has a part that is left out', () => {
  expect(linesWithout(cases.flatMap(({ misses }) => misses))).toEqual([]);
});
