import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { fromReadingStruct, type ReadingStruct, unpackPayout } from '../../protocol/reading.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { rpc } from '../support/anvil.ts';
import { clientOf, TARIFF, type TestMarket } from '../support/market.ts';
import { DriverDevice } from './support/driver-device.ts';
import { booked, ledgerFixture } from './support/ledger-fixture.ts';
import { Scope } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** The flat fee and 48 Wh; above what is co-signed nothing is open to challenge. */
const MONEY = { unsignedCost: 0n, allowedCost: TARIFF.flatFee + 12_000n };

/** Booked, plugged in and started; the agent's clock can be moved on. */
async function started(money: Partial<typeof MONEY>) {
  let skippedSec = 0;
  const nowSec = () => Math.floor(Date.now() / 1000) + skippedSec;
  const fixture = await ledgerFixture(scope, { agent: { nowSec } });
  const { market, api, agent, chargePoint } = fixture;
  const { made } = await booked(market, agent, '0x', { ...MONEY, ...money });
  const driver = new DriverDevice(api, market.ref, made);
  const { bookingId } = made;
  await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  const session = () => agent.sessions.get(bookingId);
  /** Both clocks, the agent's and the ledger's. */
  const skip = async (seconds: number) => {
    skippedSec += seconds;
    await rpc(market.rpcUrl, 'evm_increaseTime', [seconds]);
    await rpc(market.rpcUrl, 'evm_mine');
  };
  const neededCost = () => api.of('session').at(-1)?.neededCost ?? undefined;
  return { ...fixture, made, driver, session, skip, neededCost };
}

async function eventOf(
  market: TestMarket,
  eventName: 'SettledAlone' | 'Settled' | 'SlotsGivenBack',
  bookingId: Hex,
) {
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const filter = { address: market.market, abi: plugpactMarketAbi, eventName, args: { bookingId } } as const;
  return waitFor(
    eventName,
    async () => (await client.getContractEvents({ ...filter, fromBlock: 0n }))[0]?.args,
  );
}

test('the phone sleeps: one late raise lets the charge go on, and the end settles alone within it; the rest of the slots is free again', async () => {
  const { market, api, agent, chargePoint, made, driver, session, skip, neededCost } = await started({});
  const { bookingId } = made;
  driver.isAwake = false;
  await waitFor('the pause at the allowance', () => session()?.pause?.reason === 'UNSIGNED');
  const needed = await waitFor('the device to be told how much is needed', neededCost);
  expect(BigInt(needed)).toBeGreaterThan(MONEY.allowedCost);
  const stranger = new DriverDevice(api, market.ref, {
    ...made,
    sessionKey: privateKeyToAccount(generatePrivateKey()),
  });
  expect((await stranger.allow(BigInt(needed))).problem?.code).toBe('signature.notSessionKey');
  expect((await driver.allow(MONEY.allowedCost)).problem).toBeUndefined();
  expect(agent.journal.allowance(bookingId)).toBeUndefined();
  const pausedWh = session()?.transaction?.register.creditedWh ?? 0;
  expect((await driver.allow(BigInt(needed))).problem).toBeUndefined();
  expect(agent.journal.allowance(bookingId)?.cost).toBe(BigInt(needed));
  await waitFor('power to flow on', () => (session()?.transaction?.register.creditedWh ?? 0) > pausedWh + 30);
  chargePoint.unplug();
  await waitFor('the cable to be out', () => session()?.endedSince != null);
  await skip(700);
  const settled = await eventOf(market, 'SettledAlone', bookingId);
  const { payout, reading, allowance } = settled as {
    payout: bigint;
    reading: ReadingStruct;
    allowance: { cost: bigint };
  };
  expect(fromReadingStruct(bookingId, reading)).toMatchObject({ isFinal: true });
  expect(unpackPayout(payout).paid).toBeGreaterThan(MONEY.allowedCost);
  expect(unpackPayout(payout).paid).toBeLessThanOrEqual(BigInt(needed));
  expect(allowance.cost).toBe(BigInt(needed));
  const { fromSlot } = (await eventOf(market, 'SlotsGivenBack', bookingId)) as { fromSlot: bigint };
  expect(Number(fromSlot)).toBeGreaterThan(made.booking.firstSlot);
});

test('nothing is allowed: no power flows, and a stop at the cable returns everything', async () => {
  const { market, chargePoint, made, driver, neededCost } = await started({ allowedCost: 0n });
  await waitFor('the device to be told how much is needed', neededCost);
  expect(driver.state).toBe('PAUSED');
  expect((await driver.stop()).problem).toBeUndefined();
  const { payout } = (await eventOf(market, 'Settled', made.bookingId)) as { payout: bigint };
  expect(unpackPayout(payout).paid).toBe(0n);
  expect(chargePoint.state().registerWh).toBe(0);
  expect(driver.readings.every(({ energyWh }) => energyWh === 0)).toBe(true);
});
