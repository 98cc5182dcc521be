import { type Address, type Hex, keccak256 } from 'viem';
import type { Agent, AgentOptions } from '../../../meter-agent/agent.ts';
import type { AgentConfig } from '../../../meter-agent/config/config.ts';
import { keepConsent } from '../../../meter-agent/connectors/consents.ts';
import type { Booking } from '../../../protocol/booking.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { startAnvil } from '../../support/anvil.ts';
import {
  book,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  type TestMarket,
  testListing,
  testTerms,
} from '../../support/market.ts';
import { StablePort } from '../../support/stable-port.ts';
import { ApiPeer } from './api-peer.ts';
import { RpcProxy } from './rpc-proxy.ts';
import { type Scope, startAgent, startWallbox, testConfig } from './start-agent.ts';

/** A strong connector: what takes minutes at home takes seconds here. */
const POWER_W = 43_000;

/** What a test of the whole agent may set. */
export interface LedgerFixtureOptions {
  config?: Partial<AgentConfig>;
  agent?: Partial<AgentOptions>;
}

/** A ledger, reached through a proxy, a market, an API peer, an agent, and a wallbox that it knows. */
export async function ledgerFixture(scope: Scope, options: LedgerFixtureOptions = {}) {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const { proxy, url: rpcUrl } = await RpcProxy.start(scope, anvil.url);
  const market = await deployTestMarket(anvil.url);
  const api = new ApiPeer(market.ref, anvil.url);
  await api.listen();
  scope.onEnd(() => api.close());
  const apiPort = await StablePort.open();
  scope.onEnd(() => apiPort.close());
  apiPort.target = api.port;
  const dataDir = scope.dir();
  const config = testConfig({
    rpcUrl,
    market: market.market,
    deployBlock: market.deployBlock,
    apiUrl: `http://127.0.0.1:${apiPort.port}`,
    dataDir,
    ...options.config,
  });
  const { agent, port } = await startAgent(scope, config, options.agent);
  consentTo(agent);
  const chargePoint = await startWallbox(scope, port, { 'power-w': String(POWER_W) });
  await waitFor('the agent to be connected', () => api.of('heartbeat').length > 0);
  return { market, api, agent, chargePoint, dataDir, config, anvil, proxy, apiPort };
}

/** The agent's consent to list connector 1 of CP1, as it gives it when the host types the pairing code. */
export function consentTo({ journal, key }: Pick<Agent, 'journal' | 'key'>): void {
  const listingId = listingIdOf(key.account.address, connectorHash('CP1', 1));
  keepConsent(journal, listingId, { host: localAccount('host').address, validUntil: 0 });
}

/** The trust is what the host demands that drivers sign for. */
export function listingOf(
  agentKey: Address,
  meterKey: Hex = '0x',
  { unsignedCost, allowedCost }: Partial<Booking['money']> = {},
) {
  const terms = testTerms(localAccount('host').address, agentKey);
  const metering = {
    ...terms.metering,
    unsignedCost: unsignedCost ?? terms.metering.unsignedCost,
    allowedCost: allowedCost ?? terms.metering.allowedCost,
    maxPowerW: BigInt(POWER_W),
  };
  if (meterKey === '0x') return testListing({ ...terms, metering });
  const signing = { ...metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' } as const;
  const listing = testListing({ ...terms, metering: signing, meterKeyHash: keccak256(meterKey) });
  return { ...listing, meterKey };
}

/** Listed and booked from the slot that contains now; the terms pin the meter's key if one is given. */
export async function booked(
  market: TestMarket,
  agent: { key: { account: Parameters<typeof publish>[1] } },
  meterKey: Hex = '0x',
  money: Partial<Booking['money']> = {},
) {
  const listing = listingOf(agent.key.account.address, meterKey, money);
  const listingId = await publish(market, agent.key.account, listing);
  const driver = await fundDriver(market);
  const trust = { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n };
  const change = { money: { ...trust, ...money } };
  const made = await makeBooking(market, listingId, listing, driver.address, change);
  await book(market, driver, listing, made.booking);
  return { listing, listingId, driver, made };
}
