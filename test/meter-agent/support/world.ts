import { type Address, type Hex, keccak256 } from 'viem';
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
import { type Scope, startAgent, startBox, testConfig } from './agent.ts';
import { ApiPeer } from './api.ts';

/** A strong connector: what takes minutes at home takes seconds here. */
const POWER_W = 43_000;

/** A ledger, a market, an API peer, an agent, and a wallbox that it knows. */
export async function world(scope: Scope) {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const market = await deployTestMarket(anvil.url);
  const api = new ApiPeer(market.ref, anvil.url);
  const apiUrl = await api.listen();
  scope.onEnd(() => api.close());
  const dataDir = scope.dir();
  const config = testConfig({
    rpcUrl: anvil.url,
    market: market.market,
    deployBlock: market.deployBlock,
    apiUrl,
    dataDir,
  });
  const { agent, port } = await startAgent(scope, config);
  const box = await startBox(scope, port, { 'power-w': String(POWER_W) });
  await waitFor('the agent to be linked', () => api.of('heartbeat').length > 0);
  return { market, api, agent, box, dataDir, anvil, apiPort: Number(new URL(apiUrl).port) };
}

export function listingOf(agentKey: Address, meterKey: Hex = '0x') {
  const terms = testTerms(localAccount('host').address, agentKey);
  const metering = { ...terms.metering, maxPowerW: BigInt(POWER_W) };
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
) {
  const listing = listingOf(agent.key.account.address, meterKey);
  const listingId = await publish(market, agent.key.account, listing);
  const driver = await fundDriver(market);
  const made = await makeBooking(market, listingId, listing, driver.address);
  await book(market, driver, listing, made.booking);
  return { listing, listingId, driver, made };
}
