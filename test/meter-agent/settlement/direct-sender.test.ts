import { createPublicClient, encodeFunctionData, type Hex, http, parseGwei } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { DirectSender, STUCK_SEC } from '../../../meter-agent/settlement/direct-sender.ts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { reservedState } from '../../../protocol/state.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { LOCAL_CHAIN_ID, rpc, startAnvil } from '../../support/anvil.ts';
import { deployTestMarket, type TestMarket, testTerms } from '../../support/market.ts';
import { Scope, silent } from '../support/start-agent.ts';

let anvil: Awaited<ReturnType<typeof startAnvil>>;
let market: TestMarket;
const scope = new Scope();

beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterEach(async () => {
  await rpc(anvil.url, 'evm_setAutomine', [true]);
  await rpc(anvil.url, 'anvil_mine', [1]);
  await scope.end();
});
afterAll(() => anvil.stop());

const BOOKING = `0x${'ab'.repeat(32)}` as const;
/** Takes every call. */
const TARGET = `0x${'77'.repeat(20)}` as const;

/** A fresh agent key, with a journal and a clock of its own; nothing is mined unless a test mines it. */
async function sender(change: { ether?: bigint; limitGwei?: string; to?: Hex } = {}) {
  const { ether = 1n, limitGwei = '100', to = TARGET } = change;
  const account = privateKeyToAccount(generatePrivateKey());
  const { address } = account;
  await rpc(anvil.url, 'anvil_setBalance', [address, `0x${(ether * 10n ** 18n).toString(16)}`]);
  await rpc(anvil.url, 'evm_setAutomine', [false]);
  const client = createPublicClient({ transport: http(anvil.url, { retryCount: 0 }) });
  const dataDir = scope.dir();
  let [journal, at] = [new Journal(dataDir), 1_000];
  scope.onEnd(() => journal.close());
  const make = () =>
    new DirectSender({
      client,
      account,
      market: to,
      chainId: () => LOCAL_CHAIN_ID,
      journal,
      maxFeePerGas: parseGwei(limitGwei),
      nowSec: () => at,
      log: silent,
    });
  let gas = make();
  const need = (data: Hex = '0x01', action: 'settle' | 'claim' = 'settle') => ({
    bookingId: BOOKING,
    action,
    data,
  });
  return {
    account,
    client,
    need,
    send: (data?: Hex) => gas.send(need(data)),
    wait: (seconds: number) => {
      at += seconds;
    },
    restart: () => {
      journal.close();
      journal = new Journal(dataDir);
      gas = make();
    },
    mine: () => rpc(anvil.url, 'anvil_mine', [1]),
    nonces: () => client.getTransactionCount({ address }),
    pending: async (hash: Hex) => {
      const { blockNumber, ...found } = await client.getTransaction({ hash });
      return { ...found, isMined: blockNumber !== null };
    },
    sign: (data: Hex, nonce: number, gwei = '50') =>
      account.signTransaction({
        type: 'eip1559',
        chainId: LOCAL_CHAIN_ID,
        to: TARGET,
        data,
        nonce,
        gas: 50_000n,
        maxFeePerGas: parseGwei(gwei),
        maxPriorityFeePerGas: parseGwei(gwei),
      }),
  };
}

test('a call is sent once, however often it is asked for while it waits, and not again once it is mined', async () => {
  const { send, mine, nonces, pending } = await sender();
  const hash = await send();
  expect(await send()).toBe(hash);
  expect((await pending(hash)).isMined).toBe(false);
  await mine();
  expect((await pending(hash)).isMined).toBe(true);
  expect(await nonces()).toBe(1);
});

test('what waits too long is replaced by one that pays an eighth more, and only one of them is mined', async () => {
  const { send, wait, mine, nonces, client, pending } = await sender();
  const first = await send();
  wait(STUCK_SEC - 1);
  expect(await send()).toBe(first);
  const before = await pending(first);
  wait(1);
  const second = await send();
  const after = await pending(second);
  expect(after.nonce).toBe(before.nonce);
  expect(after.input).toBe(before.input);
  expect(after.maxFeePerGas! * 8n).toBeGreaterThanOrEqual(before.maxFeePerGas! * 9n);
  expect(after.maxPriorityFeePerGas! * 8n).toBeGreaterThanOrEqual(before.maxPriorityFeePerGas! * 9n);
  await mine();
  expect(await nonces()).toBe(1);
  await expect(client.getTransactionReceipt({ hash: first })).rejects.toThrow();
  expect((await client.getTransactionReceipt({ hash: second })).status).toBe('success');
});

test('a base fee beyond the limit is not paid, and the error says what to change', async () => {
  const { send, wait, mine } = await sender({ limitGwei: '20' });
  await send();
  await rpc(anvil.url, 'anvil_setNextBlockBaseFeePerGas', [`0x${parseGwei('30').toString(16)}`]);
  await mine();
  wait(STUCK_SEC);
  await expect(send()).rejects.toMatchObject({
    code: 'gas.tooDear',
    remedy: expect.stringContaining('maxFeePerGasGwei'),
  });
  await rpc(anvil.url, 'anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00']);
  await mine();
  await expect(send()).resolves.toMatch(/^0x/);
});

test('what the node forgot is sent again as it was signed, also by the next start', async () => {
  const { send, restart, mine, nonces, pending } = await sender();
  const hash = await send();
  await rpc(anvil.url, 'anvil_dropTransaction', [hash]);
  await expect(pending(hash)).rejects.toThrow();
  expect(await send()).toBe(hash);
  await rpc(anvil.url, 'anvil_dropTransaction', [hash]);
  restart();
  expect(await send()).toBe(hash);
  await mine();
  expect(await nonces()).toBe(1);
});

test('a reorganisation that took it back is answered with the same transaction', async () => {
  const { send, mine, nonces, pending } = await sender();
  const hash = await send();
  const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
  await mine();
  expect(await nonces()).toBe(1);
  await rpc(anvil.url, 'evm_revert', [snapshot]);
  await rpc(anvil.url, 'anvil_dropTransaction', [hash]).catch(() => undefined);
  expect(await nonces()).toBe(0);
  expect(await send()).toBe(hash);
  await mine();
  expect((await pending(hash)).isMined).toBe(true);
});

test('a gap is filled: the nonce that the ledger waits for is taken, and what waited behind it is mined too', async () => {
  const { send, sign, mine, nonces, client } = await sender();
  const behind = await client.sendRawTransaction({ serializedTransaction: await sign('0x99', 1) });
  await mine();
  expect(await nonces()).toBe(0);
  const hash = await send();
  await mine();
  await mine();
  expect(await nonces()).toBe(2);
  for (const mined of [hash, behind]) {
    expect((await client.getTransactionReceipt({ hash: mined })).status).toBe('success');
  }
});

test('one of this key that the journal does not know, and that pays more, is outbid within the limit', async () => {
  const { send, sign, client, pending, mine } = await sender();
  const foreign = await client.sendRawTransaction({ serializedTransaction: await sign('0x99', 0, '20') });
  const hash = await send();
  const { maxFeePerGas, nonce } = await pending(hash);
  expect(nonce).toBe(0);
  expect(maxFeePerGas).toBeGreaterThan(parseGwei('20'));
  await mine();
  await expect(client.getTransactionReceipt({ hash: foreign })).rejects.toThrow();
  const dear = await sender();
  await dear.client.sendRawTransaction({ serializedTransaction: await dear.sign('0x99', 0, '100') });
  await expect(dear.send()).rejects.toMatchObject({ code: 'gas.tooDear' });
});

test('calls take turns; one that is needed no more is dropped', async () => {
  const { send, wait, mine, nonces, pending, client } = await sender();
  const [first, refused] = await Promise.all([send('0x01'), send('0x02').catch((error: Error) => error)]);
  expect(refused).toMatchObject({ code: 'gas.busy', retry: 'later' });
  await mine();
  const second = await send('0x02');
  expect(second).not.toBe(first);
  expect((await pending(second)).nonce).toBe(1);
  wait(2 * STUCK_SEC);
  const third = await send('0x03');
  expect((await pending(third)).nonce).toBe(1);
  await mine();
  expect(await nonces()).toBe(2);
  await expect(client.getTransactionReceipt({ hash: second })).rejects.toThrow();
});

test('without ether the address to fund is named, and once funded the same transaction goes out', async () => {
  const { send, account, wait, pending } = await sender({ ether: 0n });
  const error = { code: 'gas.empty', value: account.address };
  await expect(send()).rejects.toMatchObject(error);
  wait(10 * STUCK_SEC);
  await expect(send()).rejects.toMatchObject(error);
  await rpc(anvil.url, 'anvil_setBalance', [account.address, '0xde0b6b3a7640000']);
  const { maxFeePerGas } = await pending(await send());
  expect(maxFeePerGas).toBeLessThan(parseGwei('10'));
});

test('a call that the ledger refuses is named by the contract, and no gas is spent', async () => {
  const { send, nonces, mine } = await sender({ to: market.market });
  const booking = toBookingStruct({
    connector: '0x0123456789ab',
    listingId: BOOKING,
    driver: TARGET,
    purse: 0,
    generation: 0n,
    sessionKey: TARGET,
    firstSlot: 2_000_000,
    slotCount: 1,
    money: { cap: 5_000_000n, unsignedCost: 0n, allowedCost: 0n, relayFee: 0n },
    startHash: BOOKING,
    terms: toTermsStruct(testTerms(TARGET, TARGET)),
  });
  const data = encodeFunctionData({
    abi: plugpactMarketAbi,
    functionName: 'finalise',
    args: [booking, reservedState(1)],
  });
  await expect(send(data)).rejects.toMatchObject({
    code: 'gas.reverts',
    value: expect.stringMatching(/^[A-Z]\w+_\w+\(/),
  });
  await mine();
  expect(await nonces()).toBe(0);
});
