import { afterAll, beforeAll } from 'vitest';
import { aroundOf } from '../../../audit/api/slots.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { apiCases } from './api-cases.ts';
import { type AuditedApi, startAuditedApi } from './audited-api.ts';
import type { ComparedApi } from './lies.ts';
import { RecordedApi } from './recorded-api.ts';

/** By it some needs, at any hour, have several quotes, one of them of the charger whose agent reports. */
const SEED = 20;

let audited: AuditedApi;
let compared: ComparedApi;
beforeAll(async () => {
  audited = await startAuditedApi();
  const { anvil, server, scenario, report, chargers } = audited;
  const { market } = scenario.market;
  compared = {
    api: new RecordedApi(server.url, anvil.url),
    source: { apiUrl: server.url, rpcUrl: anvil.url, market, mapFollowsMs: 0, seed: SEED },
    around: aroundOf(report.pin, Math.floor(Date.now() / 1_000)),
    ...{ report, chargers },
  };
});
afterAll(() => audited?.stop());

describeCases(
  'api',
  apiCases(() => compared),
  () => compared.api,
);
