import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { startAnvil } from '../support/anvil.ts';
import {
  book,
  clientOf,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  TARIFF,
  type TestMarket,
  testListing,
  testTerms,
} from '../support/market.ts';
import { Scope, startAgent, startBox, testConfig } from './support/agent.ts';
import { ApiPeer } from './support/api.ts';
import { TestDriver } from './support/driver.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** A ledger with blocks of their own time, a market, an API peer, an agent, and a wallbox that it knows. */
async function world(power: Record<string, unknown> = {}) {
  const anvil = await startAnvil({ blockTimeSec: 1 });
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
  const box = await startBox(scope, port, power);
  await waitFor('the agent to be linked', () => api.of('heartbeat').length > 0);
  return { market, api, agent, box, dataDir, anvil, config };
}

async function booked(market: TestMarket, agent: { key: { account: Parameters<typeof publish>[1] } }) {
  const listing = testListing(testTerms(localAccount('host').address, agent.key.account.address));
  const listingId = await publish(market, agent.key.account, listing);
  const driver = await fundDriver(market);
  const made = await makeBooking(market, listingId, listing, driver.address);
  await book(market, driver, listing, made.booking);
  return { listing, listingId, driver, made };
}

async function endOf(market: TestMarket, bookingId: Hex) {
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const filter = {
    address: market.market,
    abi: plugpactMarketAbi,
    eventName: 'Settled',
    args: { bookingId },
  } as const;
  return waitFor('the ledger to pay', async () => {
    const logs = await client.getContractEvents({ ...filter, fromBlock: 0n });
    return logs[0]?.args;
  });
}

test('the whole story: pair, list, book, plug in, charge with co-signatures, stop, settle', async () => {
  const { market, api, agent, box, dataDir } = await world();
  const offer = await waitFor('a pairing code', () =>
    api
      .of('pairings')
      .at(-1)
      ?.offers.find((o) => o.meterKey !== '0x'),
  );
  expect(offer.meterKey).toHaveLength(130);
  const host = localAccount('host').address;
  const paired = await api.ask({ type: 'pair', code: offer.code, host });
  expect(paired.consent?.offer.connector).toBe(offer.connector);
  const wrong = await api.ask({ type: 'pair', code: 'AAAAAAAA', host });
  expect(wrong.problem?.code).toBe('pairing.unknownCode');

  const { made } = await booked(market, agent);
  const driver = new TestDriver(api, market.ref, made);
  await waitFor('the agent to take the booking on', () => agent.sessions.get(made.bookingId));
  const publicKey = agent.key.account.publicKey;
  const stolen = await driver.start(publicKey, { secret: `0x${'42'.repeat(32)}` });
  expect(stolen.problem?.code).toBe('start.secret');

  expect((await driver.start(publicKey)).problem).toBeUndefined();
  await waitFor('the driver to be asked for the plug', () => driver.visit === 'WAITING_FOR_PLUG');
  box.plug();
  await waitFor('energy to be co-signed', () => (driver.newest?.energyWh ?? 0) >= 25);
  expect(driver.readings[0]).toMatchObject({ seq: 0, energyWh: 0, isFinal: false });
  expect(api.of('heartbeat').at(-1)?.heartbeat.connectors[0]?.status).toBe('CHARGING');
  expect((await driver.stop()).problem).toBeUndefined();

  const settled = await endOf(market, made.bookingId);
  const final = driver.final;
  if (final === undefined) throw new Error('no final reading');
  expect(settled.paid).toBe(costRoundedDown(TARIFF, final, made.booking.money.cap));
  await waitFor('the driver to see it', () => driver.visit === 'SETTLED');
  expect(box.state().transactionId).toBeNull();
  expect(final.energyWh).toBe(box.state().registerWh);
  await waitFor('the meter to have signed', () => agent.journal.tier(made.bookingId) === 'meter-signed');
  expect(readdirSync(join(dataDir, 'evidence'))).toContain(`${final.evidenceHash.slice(2)}.jsonl`);
});
