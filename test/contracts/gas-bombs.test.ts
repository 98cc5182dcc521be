import { type Address, concatHex, type Hex, numberToHex, parseEventLogs, size } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { intentMessage } from '../../protocol/booking.ts';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { allowDeposits } from './authorise.ts';
import { anyone, attempt, bookArgs, draft, intentArgs, newKey, newScene, nowOf, purseOf } from './bench.ts';
import { deploy } from './mocks.ts';
import { delegate, FLOOD, KINDS } from './signers.ts';
import { batchArgs, callData } from './specimen.ts';
import { effectOf } from './trace.ts';

const deployer = localAccount('deployer');
const NOBODY: Address = `0x${'00'.repeat(20)}`;
const MEGABYTE = 1_000_000n;
const SOME_KILOBYTES = 40_000n;

/** What an item of a batch may use, and what the batch spends on it beside, generously. */
const ITEM_GAS = 250_000n;
const AROUND_GAS = 150_000n;

/** Twin of contracts/libraries/Calendar.sol. */
const SLOTS_PER_WORD = 224;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  await allowDeposits(market, 10_000n * TOKEN);
});
afterAll(() => anvil.stop());

/** A booking by a signed intent. */
interface Item {
  args: readonly unknown[];
  driver: Address;
}

const callOf = ({ args }: Item): Hex => callData('book', args);

const limitsNow = async () => ({ relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) });

async function goodItem(): Promise<Item> {
  const scene = await newScene(market);
  const { booking } = await draft(scene);
  return { args: await intentArgs(scene, booking, await limitsNow()), driver: scene.driver.address };
}

/** A booking of an account with money, by a signature that its own code decides about. */
async function itemOf(driver: Address, signature: Hex): Promise<Item> {
  await write(market, deployer, 'deposit', [driver, 0, 10n * TOKEN]);
  const scene = await newScene(market);
  const { booking } = await draft(scene, { driver });
  return { args: bookArgs(scene, booking, await limitsNow(), signature), driver };
}

const bombOf = async (kind: number, sizeBytes: bigint) =>
  (await deploy(anvil.url, 'mocks/FloodingSigner', [kind, sizeBytes])).address;

/** Who may be asked about a signature, and answers as a bomb. */
const ASKED: [name: string, item: (bomb: Address) => Promise<Item>][] = [
  ['an ERC-1271 wallet', (bomb) => itemOf(bomb, '0x1234')],
  [
    'an ERC-7913 verifier',
    (bomb) => {
      const signer = concatHex([bomb, newKey().address]);
      return itemOf(signerAccountOf(signer), signatureBySigner(signer, '0x1234'));
    },
  ],
  [
    'what an EIP-7702 account points to',
    async (bomb) => {
      const key = newKey();
      await delegate(market, key, bomb);
      return itemOf(key.address, '0x1234');
    },
  ],
];

const FATAL: [name: string, kind: number, sizeBytes: bigint][] = [
  ['burns all gas', FLOOD.BURN, 0n],
  ['returns a megabyte', FLOOD.RETURN, MEGABYTE],
  ['reverts with a megabyte', FLOOD.REVERT, MEGABYTE],
];

const isOpen = async ({ driver }: Item) => (await purseOf(market, driver))[1] >> 191n === 1n;

/** Sends a batch: which items were skipped, and how much gas it took. */
async function sent(items: readonly Item[]) {
  const receipt = await write(market, anyone, 'tryAll', batchArgs(items.map(callOf)));
  const { logs, gasUsed } = receipt;
  const skipped = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BatchItemSkipped' });
  for (const { args } of skipped) expect(size(args.reason)).toBeLessThanOrEqual(256);
  return { skipped: skipped.map(({ args }) => Number(args.index)), gasUsed };
}

describe.each(ASKED)('%s in a batch', (_, itemFrom) => {
  it.each(FATAL)('that %s is left out, at the cost of its own share', async (_name, kind, sizeBytes) => {
    const bomb = await itemFrom(await bombOf(kind, sizeBytes));
    const before = await purseOf(market, bomb.driver);
    const good = [await goodItem(), await goodItem()] as const;
    const { skipped, gasUsed } = await sent([good[0], bomb, good[1]]);
    expect(skipped).toEqual([1]);
    expect([await isOpen(good[0]), await isOpen(good[1])]).toEqual([true, true]);
    expect(await purseOf(market, bomb.driver)).toEqual(before);
    expect(gasUsed).toBeLessThan(3n * (ITEM_GAS + AROUND_GAS));
  });

  it('that says yes in forty kilobytes is heard', async () => {
    const wordy = await itemFrom(await bombOf(FLOOD.RETURN, SOME_KILOBYTES));
    const good = await goodItem();
    expect((await sent([wordy, good])).skipped).toEqual([]);
    expect([await isOpen(wordy), await isOpen(good)]).toEqual([true, true]);
  });

  it('that says no in forty kilobytes is refused', async () => {
    const wordy = await itemFrom(await bombOf(FLOOD.REVERT, SOME_KILOBYTES));
    const good = await goodItem();
    expect((await sent([wordy, good])).skipped).toEqual([0]);
    expect([await isOpen(wordy), await isOpen(good)]).toEqual([false, true]);
  });
});

describe('a batch of nothing but bombs before the last item', () => {
  it('does the last item', async () => {
    const bomb = await bombOf(FLOOD.BURN, 0n);
    const items: Item[] = [];
    for (let i = 0; i < 12; i += 1) {
      const signer = concatHex([bomb, newKey().address]);
      items.push(await itemOf(signerAccountOf(signer), signatureBySigner(signer, '0x')));
    }
    const good = await goodItem();
    const { skipped } = await sent([...items, good]);
    expect(skipped).toEqual(items.map((_, index) => index));
    expect(await isOpen(good)).toBe(true);
  });
});

describe.each(ASKED)('%s by itself', (_, itemFrom) => {
  it('that burns or refuses books nothing, and does so to itself alone', async () => {
    for (const [kind, sizeBytes] of [
      [FLOOD.BURN, 0n],
      [FLOOD.REVERT, MEGABYTE],
    ] as const) {
      const bomb = await itemFrom(await bombOf(kind, sizeBytes));
      await expect(attempt(market, anyone, 'book', bomb.args)).rejects.toThrow();
      expect(await isOpen(bomb)).toBe(false);
    }
  });

  it('that says yes in a megabyte books at the gas of whoever sends it', async () => {
    const wordy = await itemFrom(await bombOf(FLOOD.RETURN, MEGABYTE));
    await write(market, anyone, 'book', wordy.args);
    expect(await isOpen(wordy)).toBe(true);
  });
});

describe('the share of an item', () => {
  it.each(KINDS)('holds the first booking of %s over two untouched calendar words', async (_, make) => {
    const driver = await make(market);
    await write(market, deployer, 'deposit', [driver.address, 0, 10n * TOKEN]);
    const scene = await newScene(market);
    const from = Math.floor((await nowOf(market)) / 900);
    const firstSlot = Math.ceil((from + 12) / SLOTS_PER_WORD) * SLOTS_PER_WORD - 1;
    const { booking } = await draft(scene, { driver: driver.address, firstSlot });
    const limits = await limitsNow();
    const signature = await driver.sign('Intent', intentMessage(booking, limits));
    const item = { args: bookArgs(scene, booking, limits, signature), driver: driver.address };
    expect((await sent([item])).skipped).toEqual([]);
    expect(await isOpen(item)).toBe(true);
  });
});

describe('the gas that a batch is sent with', () => {
  it('is enough for all of its items or for none, so that a sender cannot leave one out', async () => {
    const bomb = await itemOf(await bombOf(FLOOD.BURN, 0n), '0x1234');
    // Close to its share: a 64th of what it fails with is enough to go on without it (EIP-150).
    const dear = await itemOf(await bombOf(FLOOD.RETURN, 230_000n), '0x1234');
    const items = [await goodItem(), bomb, dear];
    const data = callData('tryAll', batchArgs(items.map(callOf)));
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
