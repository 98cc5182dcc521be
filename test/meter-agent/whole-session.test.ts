import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { unpackPayout } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { rpc } from '../support/anvil.ts';
import {
  book,
  clientOf,
  fundDriver,
  makeBooking,
  publish,
  TARIFF,
  type TestMarket,
  write,
} from '../support/market.ts';
import { ApiPeer } from './support/api-peer.ts';
import { DriverDevice } from './support/driver-device.ts';
import { booked, ledgerFixture, listingOf } from './support/ledger-fixture.ts';
import { Scope } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

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
  const { market, api, agent, chargePoint, dataDir } = await ledgerFixture(scope);
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
  const driver = new DriverDevice(api, market.ref, made);
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  const publicKey = agent.key.account.publicKey;
  const stolen = await driver.start(publicKey, { secret: `0x${'42'.repeat(32)}` });
  expect(stolen.problem?.code).toBe('start.secret');

  expect((await driver.start(publicKey)).problem).toBeUndefined();
  await waitFor('the driver to be asked for the plug', () => driver.state === 'WAITING_FOR_PLUG');
  chargePoint.plug();
  await waitFor('energy to be co-signed', () => (driver.newest?.energyWh ?? 0) >= 25);
  expect(driver.readings[0]).toMatchObject({ seq: 0, energyWh: 0, isFinal: false });
  expect(api.of('heartbeat').at(-1)?.heartbeat.connectors[0]?.status).toBe('CHARGING');
  expect((await driver.stop()).problem).toBeUndefined();
  chargePoint.unplug();

  const settled = await endOf(market, made.bookingId);
  const final = driver.final;
  if (final === undefined) throw new Error('no final reading');
  expect(unpackPayout(settled.payout!).paid).toBe(costRoundedDown(TARIFF, final, made.booking.money.cap));
  await waitFor('the driver to see it', () => driver.state === 'SETTLED');
  expect(chargePoint.state().transactionId).toBeNull();
  expect(final.energyWh).toBe(chargePoint.state().registerWh);
  await waitFor(
    'the meter to have signed',
    () => agent.journal.assuranceLevel(made.bookingId) === 'meter-signed',
  );
  await waitFor(
    'the notice to the driver',
    () => api.of('session').at(-1)?.assuranceLevel === 'meter-signed',
  );
  expect(readdirSync(join(dataDir, 'evidence'))).toContain(`${final.evidenceHash.slice(2)}.jsonl`);
});

/** Paired, listed and booked; the driver's device is there, and the cable is in. */
async function atThePlug() {
  const fixture = await ledgerFixture(scope);
  const { market, api, agent, chargePoint } = fixture;
  const { made } = await booked(market, agent);
  const driver = new DriverDevice(api, market.ref, made);
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  await waitFor('energy', () => (driver.newest?.energyWh ?? 0) > 0);
  return { ...fixture, made, driver };
}

test('a connection that breaks is made again, and what the driver missed is sent', async () => {
  const { market, api, driver, made, agent, chargePoint } = await atThePlug();
  driver.isAwake = false;
  api.cut();
  await waitFor('the session to end without the link', async () => {
    chargePoint.unplug();
    return agent.sessions.get(made.bookingId)?.phase === 'FINAL';
  });
  const final = await waitFor('the final reading over the new connection', () => driver.final);
  expect((await driver.cosign(final)).problem).toBeUndefined();
  await endOf(market, made.bookingId);
});

test('a driver who says on the ledger to be there is settled with all the same', async () => {
  const { market, driver, made, agent, chargePoint } = await atThePlug();
  const arrived = await signMessageOf(made.sessionKey, market.ref, 'Arrived', { bookingId: made.bookingId });
  const state = agent.ledger.booking(made.bookingId)?.state;
  const args = [toBookingStruct(made.booking), state, arrived];
  await write(market, localAccount('relayer'), 'arrived', args);
  expect((await driver.stop()).problem).toBeUndefined();
  chargePoint.unplug();
  await endOf(market, made.bookingId);
});

test('what others signed is refused, and no co-signature counts for another reading', async () => {
  const { market, api, driver, made } = await atThePlug();
  const other = privateKeyToAccount(generatePrivateKey());
  const stranger = new DriverDevice(api, market.ref, { ...made, sessionKey: other });
  stranger.isAwake = false;
  const [first] = driver.readings;
  if (first === undefined) throw new Error('no reading');
  expect((await stranger.cosign(first)).problem?.code).toBe('signature.notSessionKey');
  expect((await stranger.stop()).problem?.code).toBe('signature.notSessionKey');
  const inflated = { ...first, energyWh: 9_999 };
  expect((await driver.cosign(inflated)).problem?.code).toBe('signature.notSessionKey');
  expect((await driver.cosign({ ...first, seq: 999 })).problem?.code).toBe('cosign.unknownReading');
});

test('a ledger that went back is followed anew, and the settlement is sent again from the journal', async () => {
  const { market, driver, made, agent, anvil, chargePoint } = await atThePlug();
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  await driver.stop();
  chargePoint.unplug();
  const before = await endOf(market, made.bookingId);
  await waitFor('the agent to see it', () => agent.sessions.get(made.bookingId)?.phase === 'ENDED');
  expect(await rpc<boolean>(anvil.url, 'evm_revert', [snapshot])).toBe(true);
  await waitFor('the session to be open again', () => agent.sessions.get(made.bookingId)?.phase === 'FINAL');
  const after = await endOf(market, made.bookingId);
  expect(after.payout).toBe(before.payout);
  await waitFor('the agent to see it again', () => agent.sessions.get(made.bookingId)?.phase === 'ENDED');
});

test('a booking that the ledger lost comes back by its own transaction', async () => {
  const { market, agent, anvil } = await ledgerFixture(scope);
  const listing = listingOf(agent.key.account.address);
  const listingId = await publish(market, agent.key.account, listing);
  const driver = await fundDriver(market);
  const made = await makeBooking(market, listingId, listing, driver.address);
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  await book(market, driver, listing, made.booking);
  await waitFor('the agent to add the booking', () => agent.sessions.get(made.bookingId));
  await rpc<boolean>(anvil.url, 'evm_revert', [snapshot]);
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const filter = { address: market.market, abi: plugpactMarketAbi, eventName: 'Booked' } as const;
  await waitFor('the booking to be on the ledger again', async () => {
    const logs = await client.getContractEvents({ ...filter, fromBlock: 0n });
    return logs.some(({ args }) => args.bookingId === made.bookingId);
  });
});

test('with ledger and API away a charge goes on, is bounded, and is settled when they are back', async () => {
  const { market, api, driver, made, agent, chargePoint, anvil, apiPort } = await atThePlug();
  anvil.child.kill('SIGSTOP');
  await api.close();
  const registerWh = chargePoint.state().registerWh;
  await waitFor('power to flow on', () => chargePoint.state().registerWh > registerWh + 5);
  chargePoint.unplug();
  await waitFor('the final reading', () => agent.sessions.get(made.bookingId)?.phase === 'FINAL');
  anvil.child.kill('SIGCONT');
  const back = new ApiPeer(market.ref, anvil.url);
  scope.onEnd(() => back.close());
  await back.listen();
  apiPort.target = back.port;
  const again = new DriverDevice(back, market.ref, made);
  await waitFor('the final reading over the new connection', () => again.final);
  await endOf(market, made.bookingId);
  expect(again.final?.energyWh).toBe(chargePoint.state().registerWh);
  expect(driver.final).toBeUndefined();
});
