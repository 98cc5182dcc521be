import { type Address, encodeFunctionData, getAddress, type Hex, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTokenAbi, depositAddressesAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { RelayedCallResponse } from '../../protocol/api/relay.ts';
import type { ConfigResponse, Problem } from '../../protocol/api.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { banker, clientOf, fundDriver, sendCall } from '../support/market.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

type RelayAnswer = Omit<RelayedCallResponse, 'status' | 'error' | 'transactionHash'> & {
  transactionHash: Hex;
} & Problem & { error?: { name: string } };

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const relay = (data: Hex, to: Address) => post<RelayAnswer>(`${server.api}/relay`, { to, data });

const receiptOf = (hash: Hex) =>
  clientOf(ledger.anvil.url, localAccount('deployer')).waitForTransactionReceipt({ hash });

const sweepOf = (account: Address, purse: number): Hex =>
  encodeFunctionData({ abi: depositAddressesAbi, functionName: 'sweep', args: [account, purse] });

/** Sends demo money by a plain transfer. */
async function transfer(to: Address, amount: bigint): Promise<void> {
  await fundDriver(ledger.market);
  const token = { address: ledger.market.token, abi: demoTokenAbi };
  await sendCall(clientOf(ledger.anvil.url, banker), {
    ...token,
    functionName: 'transfer',
    args: [to, amount],
  });
}

test('what a plain transfer brought to a deposit address is swept into its purse', async () => {
  const { body: config } = await get<ConfigResponse>(`${server.api}/config`);
  const { passkeyVerifier, depositAddresses } = ledger.market;
  expect([config.passkeyVerifier, config.depositAddresses]).toEqual([
    getAddress(passkeyVerifier),
    getAddress(depositAddresses),
  ]);
  const { address } = privateKeyToAccount(generatePrivateKey());
  const sweep = sweepOf(address, 7);
  const empty = await relay(sweep, depositAddresses);
  expect([empty.status, empty.body.error?.name]).toEqual([422, 'Deposit_Nothing']);
  await transfer(depositAddressOf(depositAddresses, address, 7), 3_000_000n);
  const { status, body } = await relay(sweep, depositAddresses);
  expect(status).toBe(200);
  expect((await receiptOf(body.transactionHash)).status).toBe('success');
  const purse = { address: ledger.market.market, abi: plugpactMarketAbi, functionName: 'purseOf' } as const;
  const client = clientOf(ledger.anvil.url, localAccount('deployer'));
  expect(await client.readContract({ ...purse, args: [address, 7] })).toEqual([3_000_000n, 0n]);
});

test('a sweep that was done is done again once there is more: its call is the same', async () => {
  const { depositAddresses } = ledger.market;
  const { address } = privateKeyToAccount(generatePrivateKey());
  const to = depositAddressOf(depositAddresses, address, 0);
  const hashes = [];
  for (let i = 0; i < 2; i++) {
    await transfer(to, 3_000_000n);
    const { status, body } = await relay(sweepOf(address, 0), depositAddresses);
    expect(status).toBe(200);
    await waitFor('the sweep', async () => {
      const { body: now } = await get(`${server.api}/relay/${body.id}`);
      return now.status === 'DONE';
    });
    hashes.push(body.transactionHash);
  }
  expect(new Set(hashes).size).toBe(2);
});

test('of the deposit addresses nothing but sweeps is relayed, and without their address not even these', async () => {
  const { address } = localAccount('host');
  const takeout = { account: address, purse: 0, token: zeroAddress, to: address, amount: 1n, nonce: 0n };
  const args = [{ ...takeout, validUntil: 2n ** 40n }, '0x'] as const;
  const takeOut = encodeFunctionData({ abi: depositAddressesAbi, functionName: 'takeOut', args });
  const withdraw = encodeFunctionData({
    abi: plugpactMarketAbi,
    functionName: 'withdraw',
    args: [0, 1n, address],
  });
  const { depositAddresses } = ledger.market;
  for (const data of [takeOut, withdraw]) {
    expect(await relay(data, depositAddresses)).toMatchObject({
      status: 403,
      body: { code: 'relay.notAllowed' },
    });
  }
  expect(await relay(sweepOf(address, 0), ledger.market.market)).toMatchObject({
    status: 403,
    body: { code: 'relay.notAllowed' },
  });
  const without = await startServer(ledger.market, {
    PASSKEY_VERIFIER_ADDRESS: '',
    DEPOSIT_ADDRESSES_ADDRESS: '',
  });
  try {
    await caughtUp(without, ledger);
    const sweep = { to: depositAddresses, data: sweepOf(address, 0) };
    expect(await post(`${without.api}/relay`, sweep)).toMatchObject({
      status: 403,
      body: { code: 'relay.notMarket' },
    });
    const { body } = await get(`${without.api}/config`);
    expect(body).toMatchObject({ passkeyVerifier: null, depositAddresses: null });
  } finally {
    await without.stop();
  }
});
