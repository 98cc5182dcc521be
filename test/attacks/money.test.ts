import fc from 'fast-check';
import {
  type Address,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseEventLogs,
  toHex,
  zeroAddress,
} from 'viem';
import { anvil as anvilChain } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { intentMessage, toBookingStruct } from '../../protocol/booking.ts';
import { depositNonce, fundAndBookNonce, RECEIVE_WITH_AUTHORIZATION } from '../../protocol/funding.ts';
import { placeHash } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  attempt,
  bookArgs,
  draft,
  intentArgs,
  jumpTo,
  newKey,
  nowOf,
  purseOf,
  type Scene,
} from '../contracts/bench.ts';
import { clientOf, deployTestMarket, fundDriver, type TestMarket, TOKEN, write } from '../support/market.ts';
import {
  ASKED,
  act,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  IN_TIME,
  openCharger,
  settle,
  type Visit,
  visit,
} from './visit.ts';

const deployer = localAccount('deployer');
const SALT = keccak256(toHex('salt'));
const CAP = 5_000_000n;
const FEE = 30_000n;
const MONEY = { cap: CAP, unsignedCost: TOKEN, firstUnsignedCost: 100_000n, relayFee: FEE };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** Somebody who watches what waits to be mined, with gas and a purse of his own. */
const searcher = () => fundDriver(market, TOKEN);

/** A driver without ether whose tokens are still in the wallet, and a signature that moves them. */
async function authorised(value: bigint, nonce: (from: Address) => Hex) {
  const from = newKey();
  const token = { address: market.token, abi: demoTokenAbi } as const;
  const client = clientOf(anvil.url, deployer);
  await client.waitForTransactionReceipt({
    hash: await client.writeContract({ ...token, functionName: 'mint', args: [from.address, value] }),
  });
  const terms = { from: from.address, value, validAfter: 0n, validBefore: 2n ** 39n };
  const signature = await from.signTypedData({
    domain: { name: 'Demo Dollar', version: '1', chainId: anvilChain.id, verifyingContract: market.token },
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...terms, to: market.market, nonce: nonce(from.address) },
  });
  return { from, authorisation: { ...terms, signature } };
}

const sceneFor = async (driver: Visit['scene']['driver']): Promise<Scene> => {
  const { terms: _, meter: __, ...place } = await openCharger(market);
  return { ...place, driver };
};

const soon = async () => BigInt((await nowOf(market)) + 300);

describe('rule 15: money in and out', () => {
  it('a searcher takes an authorisation out of the pool: it can be spent one way only', IN_TIME, async () => {
    const thief = await searcher();
    const { from, authorisation } = await authorised(TOKEN, (from) => depositNonce(from, 3, SALT));
    const spendings = fc.record({
      account: fc.constantFrom(thief.address, from.address),
      purse: fc.constantFrom(0, 1, 3, 4),
      salt: fc.constantFrom(SALT, keccak256(SALT), toHex(0, { size: 32 })),
    });
    const property = fc.asyncProperty(spendings, async ({ account, purse, salt }) => {
      const call = attempt(market, thief, 'depositWithAuthorization', [account, purse, salt, authorisation]);
      const isHers = account === from.address && purse === 3 && salt === SALT;
      expect(
        await call.then(
          () => true,
          () => false,
        ),
      ).toBe(isHers);
    });
    await fc.assert(property, ASKED);
    const direct = clientOf(anvil.url, thief).simulateContract({
      address: market.token,
      abi: demoTokenAbi,
      functionName: 'receiveWithAuthorization',
      args: [
        from.address,
        market.market,
        TOKEN,
        0n,
        2n ** 39n,
        depositNonce(from.address, 3, SALT),
        authorisation.signature,
      ],
      account: thief,
    } as never);
    await expect(direct).rejects.toThrow();
    await write(market, thief, 'depositWithAuthorization', [from.address, 3, SALT, authorisation]);
    expect((await purseOf(market, from.address, 3))[0]).toBe(TOKEN);
    expect((await purseOf(market, thief.address))[0]).toBe(TOKEN);
  });

  it('a searcher turns fund-and-book into a deposit, or into a dearer booking', async () => {
    const thief = await searcher();
    const from = newKey();
    const scene = await sceneFor(from);
    const { booking } = await draft(scene, { money: { ...MONEY, relayFee: 0n } });
    const limits = { relayer: zeroAddress, validUntil: await soon() };
    const nonce = fundAndBookNonce(market.ref, booking, limits);
    const { authorisation } = await authorised(7n * TOKEN, () => nonce);
    const { weeklyHours, place } = scene.listing;
    const args = [weeklyHours, placeHash(place), limits, authorisation] as const;
    const bent = { ...booking, money: { ...booking.money, relayFee: TOKEN } };
    for (const struct of [toBookingStruct(bent), toBookingStruct(booking)]) {
      await expect(attempt(market, thief, 'fundAndBook', [struct, ...args])).rejects.toThrow();
    }
    for (const salt of [SALT, nonce]) {
      const into = [thief.address, 0, salt, authorisation];
      await expect(attempt(market, thief, 'depositWithAuthorization', into)).rejects.toThrow();
    }
  });

  it('a carrier sends a signed withdrawal to himself, or twice', async () => {
    const [thief, driver] = [await searcher(), await fundDriver(market, DEPOSIT)];
    const to = newKey().address;
    const out = {
      account: driver.address,
      purse: 0,
      amount: TOKEN,
      to,
      relayer: zeroAddress,
      relayFee: FEE,
      nonce: 0n,
      validUntil: await soon(),
    };
    const signature = await signMessageOf(driver, market.ref, 'Withdraw', out);
    const changes = [
      { to: thief.address },
      { amount: DEPOSIT },
      { relayFee: TOKEN - 1n },
      { purse: 1 },
      { account: thief.address },
    ];
    for (const change of changes) {
      const call = attempt(market, thief, 'withdrawBySignature', [{ ...out, ...change }, signature]);
      await expect(call).rejects.toThrow();
    }
    await write(market, thief, 'withdrawBySignature', [out, signature]);
    await expect(attempt(market, thief, 'withdrawBySignature', [out, signature])).rejects.toThrow();
    expect((await purseOf(market, driver.address))[0]).toBe(DEPOSIT - TOKEN);
    expect((await purseOf(market, thief.address))[0]).toBe(TOKEN + FEE);
  });
});

describe('rule 16: batches', () => {
  /** `JUMPDEST PUSH0 JUMP` burns all gas that it gets; `PUSH3 0x020000 PUSH0 REVERT` answers with 128 kB. */
  const HOSTILE = {
    'burns all gas': '625b5f565f526003601df3',
    'answers without end': '65620200005ffd5f526006601af3',
  };

  async function hostileWallet(initCode: string): Promise<Address> {
    const client = clientOf(anvil.url, deployer);
    const hash = await client.deployContract({ abi: [], bytecode: `0x${initCode}` });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    await client.waitForTransactionReceipt({
      hash: await client.writeContract({
        address: market.token,
        abi: demoTokenAbi,
        functionName: 'mint',
        args: [deployer.address, DEPOSIT],
      }),
    });
    await client.waitForTransactionReceipt({
      hash: await client.writeContract({
        address: market.token,
        abi: demoTokenAbi,
        functionName: 'approve',
        args: [market.market, DEPOSIT],
      }),
    });
    await write(market, deployer, 'deposit', [contractAddress, 0, DEPOSIT]);
    return contractAddress as Address;
  }

  const asItem = (functionName: string, args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);

  for (const [trick, initCode] of Object.entries(HOSTILE)) {
    it(`a wallet that ${trick} is put between honest bookings: they are booked, it leaves no trace`, async () => {
      const limits = { relayer: zeroAddress, validUntil: await soon() };
      const driver = await hostileWallet(initCode);
      const [first, last] = [
        await sceneFor(await fundDriver(market)),
        await sceneFor(await fundDriver(market)),
      ];
      const [one, bomb, two] = [await draft(first), await draft(first, { driver }), await draft(last)];
      const items = [
        asItem('book', await intentArgs(first, one.booking, limits)),
        asItem(
          'book',
          bookArgs(first, { ...bomb.booking, firstSlot: one.booking.firstSlot + 4 }, limits, '0x00'),
        ),
        asItem('book', await intentArgs(last, two.booking, limits)),
      ];
      const { logs, gasUsed } = await write(market, anyone, 'tryAll', [items]);
      const skipped = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BatchItemSkipped' });
      expect(skipped.map(({ args }) => [args.index, (args.reason.length - 2) / 2 <= 256])).toEqual([
        [1n, true],
      ]);
      expect(gasUsed).toBeLessThan(3n * 300_000n);
      expect(await purseOf(market, driver)).toEqual([DEPOSIT, 0n]);
      for (const { driver } of [first, last])
        expect((await purseOf(market, driver.address))[0]).toBe(DEPOSIT - CAP - TOKEN);
    });
  }
});

describe('rule 17: relay', () => {
  it('a searcher carries an intent before the relayer it names: nothing, and a free one costs the same', async () => {
    const [thief, relayer] = [await searcher(), await searcher()];
    const scene = await sceneFor(await fundDriver(market, DEPOSIT));
    const { booking } = await draft(scene, { money: MONEY });
    const named = { relayer: relayer.address, validUntil: await soon() };
    const stolen = await intentArgs(scene, booking, named);
    await expect(attempt(market, thief, 'book', stolen)).rejects.toThrow('Booking_WrongRelayer');
    const signature = await signMessageOf(scene.driver, market.ref, 'Intent', intentMessage(booking, named));
    const redirected = bookArgs(scene, booking, { ...named, relayer: thief.address }, signature);
    await expect(attempt(market, thief, 'book', redirected)).rejects.toThrow('Account_InvalidSignature');
    await write(market, thief, 'book', await intentArgs(scene, booking, { ...named, relayer: zeroAddress }));
    expect((await purseOf(market, thief.address))[0]).toBe(TOKEN + FEE);
    expect((await purseOf(market, relayer.address))[0]).toBe(TOKEN);
    expect((await purseOf(market, scene.driver.address))[0]).toBe(DEPOSIT - CAP - TOKEN - FEE);
  });

  it('a relayer says nothing: the driver goes to the ledger himself and saves the fee', async () => {
    const v = await visit(await openCharger(market), { money: MONEY });
    expect((await purseOf(market, v.scene.driver.address))[0]).toBe(DEPOSIT - CAP - TOKEN);
    await jumpTo(market, v.times.start);
    const nothing = { energyWh: 0, endedAt: v.times.start };
    await act(v, await settle(v, nothing), v.scene.driver);
    await expectPaid(v, 0n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
