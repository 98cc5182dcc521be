import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { booked, newFixture } from '../../contracts/fixture.ts';
import { deployTestMarket } from '../../support/market.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { mutatedAudit } from '../rules/mutated-audit.ts';
import { checkpointCases, readCheckpointIn } from './checkpoint-cases.ts';
import { nodeCases, type ShortLedger } from './node-cases.ts';
import { RecordedNode } from './recorded-node.ts';
import { fetchOfCases, TRANSPORT_CASES } from './transport-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugpact-left-out-'));
const file = join(folder, 'checkpoint');

let anvil: Anvil;
let ledger: ShortLedger;
beforeAll(async () => {
  anvil = await startAnvil();
  const deployed = await deployTestMarket(anvil.url);
  await booked(await newFixture(deployed));
  const { market } = deployed;
  await auditLedger({ rpcUrl: anvil.url, market, checkpoint: file });
  const checkpoint = (await readCheckpointIn(mutatedAudit(), file))!;
  ledger = { node: new RecordedNode(anvil.url), market, checkpoint };
});
afterAll(async () => {
  await anvil?.stop();
  rmSync(folder, { recursive: true });
});

const cases = [
  ...TRANSPORT_CASES,
  ...checkpointCases(() => readFileSync(file, 'latin1')),
  ...nodeCases(() => ledger),
];

describeCases('ledger', cases, () => ({ fetch: fetchOfCases }));
