import type { Hex } from 'viem';
import type { AuditReport } from '../../../audit/audit-report.ts';
import { auditLedger } from '../../../audit/command.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { type AgentPeer, connectedAgent } from '../../server/agentPeer.ts';
import { isMapKept } from '../../server/map/rows.ts';
import { locationRow, startFeedServer } from '../../server/ocpi/feedServer.ts';
import { caughtUp, startServer, type TestServer, waitFor } from '../../server/support.ts';
import { runScenario, type Scenario } from '../scenario.ts';
import { LyingApi } from './lying-api.ts';
import { type ListedCharger, listMoreChargers } from './more-chargers.ts';

/** These tests ask more often than any client. */
const NO_LIMIT = { api: { count: 1_000_000, windowSec: 60 } };

/** A ledger, its audit, a server that shows it beside another operator's locations, and what stands in front of that. */
export interface AuditedApi {
  anvil: Anvil;
  scenario: Scenario;
  chargers: Awaited<ReturnType<typeof listMoreChargers>>;
  server: TestServer;
  api: LyingApi;
  report: AuditReport;
  /** A charger's agent, which reports that a car charges there, and to whom it gave its consent. */
  hears(charger: ListedCharger, host?: Hex): Promise<AgentPeer>;
  stop(): Promise<void>;
}

export async function startAuditedApi(): Promise<AuditedApi> {
  const anvil = await startAnvil();
  const scenario = await runScenario(anvil.url);
  const { market } = scenario;
  const chargers = await listMoreChargers(market);
  const feed = await startFeedServer(Array.from({ length: 40 }, (_, n) => locationRow(n)));
  const server = await startServer(market, { FOREIGN_FEEDS: `other=${feed.url}` }, { limits: NO_LIMIT });
  await caughtUp(server, { anvil, market, stop: () => anvil.stop() });
  const hears = (charger: ListedCharger, host?: Hex) => reports(server, scenario, charger, host);
  const charging = await hears(chargers.fast);
  await waitFor('the feed', async () => (await jsonOf(server, '/foreign')).feeds[0]?.readAt);
  await waitFor('the map to be kept', () => isMapKept(server.db));
  const api = await LyingApi.start(server.url);
  const report = await auditLedger({ rpcUrl: anvil.url, market: market.market });
  const stop = async () => {
    for (const one of [charging, api, server, feed, anvil]) await one.stop();
  };
  return { anvil, scenario, chargers, server, api, report, hears, stop };
}

const jsonOf = async ({ api }: TestServer, path: string) => (await fetch(`${api}${path}`)).json();

async function reports(
  server: TestServer,
  { market }: Scenario,
  { agent, listing, listingId }: ListedCharger,
  host: Hex | undefined,
): Promise<AgentPeer> {
  const peer = await connectedAgent(server.host, market.ref, { account: agent });
  const consent = host === undefined ? {} : { host };
  const { connector } = listing.place;
  await peer.heartbeat([{ connector, listingId, status: 'CHARGING', ...consent }]);
  // Nobody could charge by the listing of a host to whom the agent gave no consent.
  const shown = host === undefined ? 'CHARGING' : 'UNKNOWN';
  await waitFor('the heartbeat', async () => {
    const { status, freshness } = await jsonOf(server, `/chargers/${listingId}`);
    return status === shown && freshness === 'LIVE';
  });
  return peer;
}
