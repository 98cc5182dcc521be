import { type Address, concatHex, type Hex, numberToHex, parseEventLogs, size } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  draftBooking,
  intentArgs,
  newFixture,
  newKey,
  nowOf,
  purseOf,
  walletArgs,
} from './fixture.ts';
import { deploy } from './mocks.ts';
import { callData } from './sample-call.ts';
import { delegate, RETURN_BOMB } from './signers.ts';
import { allowDeposits } from './token.ts';
import { calleesOf, effectOf } from './trace.ts';

const deployer = localAccount('deployer');
const NOBODY: Address = `0x${'00'.repeat(20)}`;
const MEGABYTE = 1_000_000n;

/** Gas of an item of a batch. */
const ITEM_GAS = 250_000n;

/** As in contracts/libraries/Calendar.sol. */
const SLOTS_PER_WORD = 224;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  await allowDeposits(market, 10_000n * TOKEN);
});
afterAll(() => anvil.stop());

/** A booking by an intent that a key signed, as an item of a batch. */
interface Item {
  signed: Awaited<ReturnType<typeof intentArgs>>[0];
  driver: Address;
}

/** A booking with a signature that is not by a key. */
interface WalletBooking {
  args: readonly unknown[];
  driver: Address;
}

const limitsNow = async () => ({ relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) });

async function goodItem(signer?: PrivateKeyAccount, slots = {}): Promise<Item> {
  const fixture = await newFixture(market);
  const driver = signer ?? fixture.driver;
  const { booking } = await draftBooking(fixture, { driver: driver.address, ...slots });
  const [signed] = await intentArgs(fixture, booking, await limitsNow(), driver);
  return { signed, driver: driver.address };
}

/** An item of a batch for an account whose code would decide, if it were called. */
async function itemFor(driver: Address): Promise<Item> {
  await write(market, deployer, 'deposit', [driver, 0, 10n * TOKEN]);
  const fixture = await newFixture(market);
  const { booking } = await draftBooking(fixture, { driver });
  const [signed] = await intentArgs(fixture, booking, await limitsNow(), newKey());
  return { signed, driver };
}

/** A booking of an account with money, whose own code checks the signature. */
async function walletBooking(driver: Address, signature: Hex): Promise<WalletBooking> {
  await write(market, deployer, 'deposit', [driver, 0, 10n * TOKEN]);
  const fixture = await newFixture(market);
  const { booking } = await draftBooking(fixture, { driver });
  return { args: walletArgs(fixture, booking, await limitsNow(), signature), driver };
}

const bombOf = async (kind: number, sizeBytes: bigint) =>
  (await deploy(anvil.url, 'mocks/ReturnBombSigner', [kind, sizeBytes])).address;

/** The contracts that check a signature and may be a return bomb. */
const ASKED: [name: string, booking: (bomb: Address) => Promise<WalletBooking>][] = [
  ['an ERC-1271 wallet', (bomb) => walletBooking(bomb, '0x1234')],
  [
    'an ERC-7913 verifier',
    (bomb) => {
      const signer = concatHex([bomb, newKey().address]);
      return walletBooking(signerAccountOf(signer), signatureBySigner(signer, '0x1234'));
    },
  ],
  [
    'what an EIP-7702 account points to',
    async (bomb) => {
      const key = newKey();
      await delegate(market, key, bomb);
      return walletBooking(key.address, '0x1234');
    },
  ],
];

const isOpen = async ({ driver }: Pick<Item, 'driver'>) => (await purseOf(market, driver))[1] >> 191n === 1n;

const batchArgs = (items: readonly Item[]) => [items.map(({ signed }) => signed), ITEM_GAS] as const;

/** Sends a batch: which items were skipped, and how much gas it took. */
async function sent(items: readonly Item[]) {
  const { logs, gasUsed } = await write(market, anyone, 'bookAll', batchArgs(items));
  const skipped = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BatchItemSkipped' });
  for (const { args } of skipped) expect(size(args.reason)).toBeLessThanOrEqual(256);
  return { skipped: skipped.map(({ args }) => Number(args.index)), gasUsed };
}

describe('a batch', () => {
  it.each([
    ['burns all gas', RETURN_BOMB.BURN_ALL_GAS],
    ['returns a megabyte', RETURN_BOMB.RETURN],
    ['reverts with a megabyte', RETURN_BOMB.REVERT],
  ] as const)('never asks an account that %s, and leaves it out', async (_name, kind) => {
    const bomb = await bombOf(kind, MEGABYTE);
    const key = newKey();
    await delegate(market, key, bomb);
    const bad = [await itemFor(bomb), await itemFor(key.address)] as const;
    const good = [await goodItem(), await goodItem()] as const;
    const items = [good[0], ...bad, good[1]];
    const data = callData('bookAll', batchArgs(items));
    const callees = await calleesOf(anvil.url, { from: anyone.address, to: market.market, data });
    expect(callees.map((each) => each.toLowerCase())).not.toContain(bomb.toLowerCase());
    const { skipped, gasUsed } = await sent(items);
    expect(skipped).toEqual([1, 2]);
    expect([await isOpen(good[0]), await isOpen(good[1])]).toEqual([true, true]);
    for (const { driver } of bad) expect(await purseOf(market, driver)).toEqual([10n * TOKEN, 0n]);
    expect(gasUsed).toBeLessThan(4n * ITEM_GAS);
  });

  it('books by the key of an account that points to code which burns all gas', async () => {
    const key = newKey();
    await delegate(market, key, await bombOf(RETURN_BOMB.BURN_ALL_GAS, 0n));
    await write(market, deployer, 'deposit', [key.address, 0, 10n * TOKEN]);
    const item = await goodItem(key);
    expect((await sent([item])).skipped).toEqual([]);
    expect(await isOpen(item)).toBe(true);
  });

  it('has enough for a first booking over two untouched calendar words', async () => {
    const from = Math.floor((await nowOf(market)) / 900);
    const firstSlot = Math.ceil((from + 12) / SLOTS_PER_WORD) * SLOTS_PER_WORD - 1;
    const item = await goodItem(undefined, { firstSlot });
    const { skipped, gasUsed } = await sent([item]);
    expect(skipped).toEqual([]);
    expect(gasUsed).toBeLessThan(ITEM_GAS);
  });
});

describe.each(ASKED)('%s by itself', (_, itemFrom) => {
  it('that burns gas or refuses books nothing, and harms only itself', async () => {
    for (const [kind, sizeBytes] of [
      [RETURN_BOMB.BURN_ALL_GAS, 0n],
      [RETURN_BOMB.REVERT, MEGABYTE],
    ] as const) {
      const bomb = await itemFrom(await bombOf(kind, sizeBytes));
      await expect(attempt(market, anyone, 'bookByWallet', bomb.args)).rejects.toThrow();
      expect(await isOpen(bomb)).toBe(false);
    }
  });

  it('that answers yes with a megabyte books, and its sender pays the gas', async () => {
    const wordy = await itemFrom(await bombOf(RETURN_BOMB.RETURN, MEGABYTE));
    await write(market, anyone, 'bookByWallet', wordy.args);
    expect(await isOpen(wordy)).toBe(true);
  });
});

describe('the gas that a batch is sent with', () => {
  it('is enough for all of its items or for none, so that a sender cannot leave one out', async () => {
    const items = [await goodItem(), await itemFor(newKey().address), await goodItem()];
    const data = callData('bookAll', batchArgs(items));
    const call = { from: anyone.address, to: market.market, data };
    const whole = await effectOf(anvil.url, call);
    expect(whole.logs).toHaveLength(3);
    const done = new Set<boolean>();
    for (let gas = 150_000; gas < 1_500_000; gas += 7_919) {
      const effect = await effectOf(anvil.url, { ...call, gas: numberToHex(gas) });
      const isNothing = effect.logs.length === 0 && Object.keys(effect.changes).length === 0;
      expect({ gas, ...effect }).toEqual({ gas, ...(isNothing ? effect : whole) });
      done.add(!isNothing);
    }
    expect(done).toEqual(new Set([false, true]));
  });
});
