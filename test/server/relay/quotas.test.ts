import { decodeFunctionData, encodeFunctionData, type Hex, parseEventLogs, toHex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { RelayedCallResponse, RelayFeesResponse } from '../../../protocol/api/relay.ts';
import { ITEM_GAS_MIN } from '../../../protocol/calls.ts';
import { type SignedBooking, signBooking } from '../../../scripts/client/signed-booking.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import type { ServeOptions } from '../../../server/serve.ts';
import { rpc } from '../../support/anvil.ts';
import { banker, clientOf, fundDriver, write } from '../../support/market.ts';
import { type Charger, listCharger } from '../marketActions.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
} from '../support.ts';

/** What the relay gives, and to whom how often: each limit is reached on a ledger, and the next call is refused by name. */

const DAY_SEC = 86_400;
const FEED = '0x00000000000000000000000000000000000feed0';

let ledger: TestLedger;
let charger: Charger;
/** Each booking of the file has slots of its own. */
let nextSlot = Math.floor(Date.now() / 900_000) + 4;

beforeAll(async () => {
  ledger = await startLedger();
  charger = await listCharger(ledger.market);
});
afterAll(() => ledger?.stop());

async function serving(
  env: Record<string, string>,
  options: Partial<ServeOptions> = {},
): Promise<TestServer> {
  const server = await startServer(ledger.market, env, options);
  onTestFinished(() => server.stop());
  await caughtUp(server, ledger);
  return server;
}

/** Has money for two bookings at a time. */
async function newDriver(): Promise<PrivateKeyAccount> {
  const driver = await fundDriver(ledger.market);
  await write(ledger.market, banker, 'deposit', [driver.address, 1, 20_000_000n]);
  return driver;
}

async function signed(driver: PrivateKeyAccount, purse = 0): Promise<SignedBooking> {
  const slots = { firstSlot: nextSlot, slotCount: 4, purse };
  nextSlot += 4;
  return signBooking(ledger.market, charger, driver, slots);
}

type Refused = { code?: string; quota?: string; limit?: number; resetsAt?: number };

const handIn = ({ api }: TestServer, data: Hex, ip = '198.51.100.1') =>
  post<RelayedCallResponse & Refused>(
    `${api}/relay`,
    { to: ledger.market.market, data },
    { 'x-forwarded-for': ip },
  );

test('the calls of an account, of an IP address and of a day have an end each, until the next day', async () => {
  let now = Math.floor(Date.now() / 1_000);
  const server = await serving(
    {
      ...{ RELAY_CALLS_PER_ACCOUNT: '1', RELAY_CALLS_PER_IP: '2', RELAY_CALLS_PER_DAY: '3' },
      TRUST_PROXY_HOPS: '1',
    },
    { now: () => now },
  );
  const [one, two, three, four] = [
    await newDriver(),
    await newDriver(),
    await newDriver(),
    await newDriver(),
  ];
  const outcome = async (driver: PrivateKeyAccount, ip: string, purse = 0) => {
    const { status, body } = await handIn(server, (await signed(driver, purse)).data, ip);
    return [status, body.quota ?? null];
  };
  expect(await outcome(one, '198.51.100.1')).toEqual([200, null]);
  expect(await outcome(one, '198.51.100.1', 1)).toEqual([429, 'account']);
  // What was refused has not been counted: there is room for one more of the address.
  expect(await outcome(two, '198.51.100.1')).toEqual([200, null]);
  expect(await outcome(three, '198.51.100.1')).toEqual([429, 'ip']);
  expect(await outcome(three, '198.51.100.2')).toEqual([200, null]);
  const { data } = await signed(four);
  const refused = await handIn(server, data, '198.51.100.3');
  const resetsAt = (Math.floor(now / DAY_SEC) + 1) * DAY_SEC;
  expect(refused).toMatchObject({
    status: 429,
    body: { code: 'relay.quota', quota: 'day', limit: 3, resetsAt },
  });
  now = resetsAt;
  expect((await handIn(server, data, '198.51.100.3')).status).toBe(200);
});

/** Signed bookings as the items of one call. */
function batchOf(bookings: readonly SignedBooking[]): Hex {
  const abi = plugpactMarketAbi;
  const items = bookings.map(({ data }) => decodeFunctionData({ abi, data }).args?.[0]);
  return encodeFunctionData({ abi, functionName: 'bookAll', args: [items, ITEM_GAS_MIN] } as never);
}

test('a batch that is handed in is done in one transaction, and counts for each of its accounts', async () => {
  const server = await serving({ RELAY_CALLS_PER_ACCOUNT: '1' });
  const drivers = [await newDriver(), await newDriver()];
  const bookings = [await signed(drivers[0]!), await signed(drivers[1]!)];
  const { status, body } = await handIn(server, batchOf(bookings));
  expect(status).toBe(200);
  const client = clientOf(ledger.anvil.url, localAccount('deployer'));
  const receipt = await client.waitForTransactionReceipt({ hash: body.transactionHash as Hex });
  const made = parseEventLogs({ abi: plugpactMarketAbi, eventName: 'Booked', logs: receipt.logs });
  expect(made.map(({ args }) => args.bookingId)).toEqual(bookings.map(({ bookingId }) => bookingId));
  for (const driver of drivers) {
    const more = await handIn(server, (await signed(driver, 1)).data);
    expect([more.status, more.body.quota]).toEqual([429, 'account']);
  }
  const withOne = batchOf([await signed(await newDriver()), await signed(drivers[0]!, 1)]);
  expect((await handIn(server, withOne)).body.quota).toBe('account');
});

/**
 * A price feed, assembled here: `decimals()` is 8, and any other call answers as `latestRoundData()` with the words of
 * storage 0 (answer) and 1 (updatedAt).
 */
const FEED_CODE = [
  '0x5f3560e01c63313ce567146026',
  '57',
  '60015f52', // roundId
  '5f54602052', // answer
  '600154606052', // updatedAt
  '6001608052', // answeredInRound
  '60a05ff3',
  '5b60085f5260205ff3',
].join('');

const word = (value: bigint) => toHex(BigInt.asUintN(256, value), { size: 32 });

async function setFeed(answer: bigint, updatedAt: number): Promise<void> {
  await rpc(ledger.anvil.url, 'anvil_setStorageAt', [FEED, '0x0', word(answer)]);
  await rpc(ledger.anvil.url, 'anvil_setStorageAt', [FEED, '0x1', word(BigInt(updatedAt))]);
}

test('the fee is told by the price feed of the ledger, and by none that is old or has failed', async () => {
  await rpc(ledger.anvil.url, 'anvil_setCode', [FEED, FEED_CODE]);
  const now = Math.floor(Date.now() / 1_000);
  const env = { RELAY_ALLOWANCES: 'listings=1', RELAY_MARGIN_PERCENT: '0' };
  const byFeed = { ...env, RELAY_TOKENS_PER_COIN: '', RELAY_PRICE_FEED_ADDRESS: FEED };
  const fed = await serving({ ...byFeed, RELAY_PRICE_MAX_AGE_SEC: '60' }, { now: () => now });
  const configured = await serving({ ...env, RELAY_TOKENS_PER_COIN: '2500' }, { now: () => now });
  const feeOf = async ({ api }: TestServer) => {
    const { fees } = (await get<RelayFeesResponse>(`${api}/relay/fee`)).body;
    return fees.find(({ functionName }) => functionName === 'book')!.fee;
  };
  const expected = await feeOf(configured);
  expect(BigInt(expected!)).toBeGreaterThan(0n);
  await setFeed(2_500n * 10n ** 8n, now - 60);
  expect(await feeOf(fed)).toBe(expected);
  await setFeed(5_000n * 10n ** 8n, now);
  expect(BigInt((await feeOf(fed))!)).toBeGreaterThan(BigInt(expected!));
  await setFeed(2_500n * 10n ** 8n, now - 61);
  expect(await feeOf(fed)).toBeNull();
  for (const failed of [0n, -1n]) {
    await setFeed(failed, now);
    expect(await feeOf(fed)).toBeNull();
  }
});
