import { afterAll, beforeAll } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { startServer } from '../../server/support.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { runScenario } from '../scenario.ts';
import { apiCases, type ComparedApi } from './api-cases.ts';
import { RecordedApi } from './recorded-api.ts';

let anvil: Anvil;
let server: Awaited<ReturnType<typeof startServer>>;
let compared: ComparedApi;
beforeAll(async () => {
  anvil = await startAnvil();
  const { market } = await runScenario(anvil.url);
  server = await startServer(market);
  compared = {
    api: new RecordedApi(server.url, anvil.url),
    source: { apiUrl: server.url, rpcUrl: anvil.url, market: market.market, mapFollowsMs: 0 },
    report: await auditLedger({ rpcUrl: anvil.url, market: market.market }),
  };
});
afterAll(async () => {
  await server?.stop();
  await anvil?.stop();
});

describeCases(
  'api',
  apiCases(() => compared),
  () => compared.api,
);
