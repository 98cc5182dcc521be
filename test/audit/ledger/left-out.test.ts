import { afterAll, beforeAll } from 'vitest';
import { checkpointOf, ledgerClient, readLedger } from '../../../audit/ledger/read-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { booked, newFixture } from '../../contracts/fixture.ts';
import { deployTestMarket } from '../../support/market.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { nodeCases, type ShortLedger } from './node-cases.ts';
import { RecordedNode } from './recorded-node.ts';
import { fetchOfCases, TRANSPORT_CASES } from './transport-cases.ts';

let anvil: Anvil;
let ledger: ShortLedger;
beforeAll(async () => {
  anvil = await startAnvil();
  const deployed = await deployTestMarket(anvil.url);
  await booked(await newFixture(deployed));
  const { market } = deployed;
  const checkpoint = checkpointOf(await readLedger(ledgerClient(anvil.url), market), true)!;
  ledger = { node: new RecordedNode(anvil.url), market, checkpoint };
});
afterAll(() => anvil?.stop());

describeCases('ledger', [...TRANSPORT_CASES, ...nodeCases(() => ledger)], () => ({ fetch: fetchOfCases }));
