import fc from 'fast-check';
import {
  type Address,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseEventLogs,
  size,
  toHex,
  zeroAddress,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Booking, intentMessage, packLimits } from '../../protocol/booking.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { depositNonce, fundAndBookNonce, RECEIVE_WITH_AUTHORIZATION } from '../../protocol/funding.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, LOCAL_CHAIN_ID, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  attempt,
  bookArgs,
  draftBooking,
  type Fixture,
  intentArgs,
  jumpTo,
  newKey,
  nowOf,
  purseOf,
  signedIntentArgs,
} from '../contracts/fixture.ts';
import { sendTo } from '../contracts/mocks.ts';
import {
  clientOf,
  deployTestMarket,
  fundDriver,
  send,
  type TestMarket,
  TOKEN,
  write,
} from '../support/market.ts';
import {
  type BookedSession,
  bookSession,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  onSnapshot,
  openCharger,
  sendCall,
  settle,
} from './booked-session.ts';
import { RUNS_ON_LEDGER, RUNS_SIMULATED, TIMEOUT } from './search.ts';

const deployer = localAccount('deployer');
const SALT = keccak256(toHex('salt'));
const CAP = 5_000_000n;
const FEE = 30_000n;
const MONEY = { cap: CAP, unsignedCost: TOKEN, allowedCost: 100_000n, relayFee: FEE };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** Somebody who watches pending transactions, with gas and a purse. */
const searcher = () => fundDriver(market, TOKEN);

/** A driver without ether whose tokens are still in the wallet, and a signature that moves them. */
async function authorised(value: bigint, nonce: (from: Address) => Hex, from = newKey()) {
  const token = { address: market.token, abi: demoTokenAbi };
  await sendTo(anvil.url, token, 'mint', [from.address, value]);
  const terms = { from: from.address, value, validAfter: 0n, validBefore: 2n ** 39n };
  const signature = await from.signTypedData({
    domain: { name: 'Demo Dollar', version: '1', chainId: LOCAL_CHAIN_ID, verifyingContract: market.token },
    types: { ReceiveWithAuthorization: RECEIVE_WITH_AUTHORIZATION },
    primaryType: 'ReceiveWithAuthorization',
    message: { ...terms, to: market.market, nonce: nonce(from.address) },
  });
  return { from, authorisation: { ...terms, signature } };
}

const fixtureFor = async (driver: BookedSession['fixture']['driver']): Promise<Fixture> => {
  const { terms: _, meter: __, windows: ___, ...place } = await openCharger(market);
  return { ...place, driver };
};

const soon = async () => BigInt((await nowOf(market)) + 300);

describe('rule 15: money in and out', () => {
  it('a searcher takes an authorisation from the mempool: it has one use only', TIMEOUT, async () => {
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
      const [result] = await Promise.allSettled([call]);
      expect(result.status).toBe(isHers ? 'fulfilled' : 'rejected');
    });
    await fc.assert(property, RUNS_SIMULATED);
    const nonce = depositNonce(from.address, 3, SALT);
    const direct = clientOf(anvil.url, thief).simulateContract({
      address: market.token,
      abi: demoTokenAbi,
      functionName: 'receiveWithAuthorization',
      args: [from.address, market.market, TOKEN, 0n, 2n ** 39n, nonce, authorisation.signature],
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
    const fixture = await fixtureFor(from);
    const { booking } = await draftBooking(fixture, { money: { ...MONEY, relayFee: 0n } });
    const limits = { relayer: zeroAddress, validUntil: await soon() };
    const nonce = fundAndBookNonce(market.ref, booking, limits);
    const { authorisation } = await authorised(7n * TOKEN, () => nonce, from);
    const fundAndBook = (other: Booking) => {
      const args = [...bookArgs(fixture, other), packLimits(limits), authorisation];
      return attempt(market, thief, 'fundAndBook', args);
    };
    await expect(fundAndBook(booking)).resolves.toBeDefined();
    const { money } = booking;
    const bent = [{ relayFee: TOKEN }, { cap: CAP + 1n }, { unsignedCost: TOKEN + 1n }];
    for (const change of bent) {
      await expect(fundAndBook({ ...booking, money: { ...money, ...change } })).rejects.toThrow();
    }
    await expect(fundAndBook({ ...booking, driver: thief.address })).rejects.toThrow('Account_NotDriver');
    for (const salt of [SALT, nonce]) {
      const into = [thief.address, 0, salt, authorisation];
      await expect(attempt(market, thief, 'depositWithAuthorization', into)).rejects.toThrow();
    }
  });

  it('a relayer sends a signed withdrawal to himself, or twice', async () => {
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
    const { contractAddress } = await send(client, { data: `0x${initCode}` });
    const token = { address: market.token, abi: demoTokenAbi };
    await sendTo(anvil.url, token, 'mint', [deployer.address, DEPOSIT]);
    await sendTo(anvil.url, token, 'approve', [market.market, DEPOSIT]);
    await write(market, deployer, 'deposit', [contractAddress, 0, DEPOSIT]);
    return contractAddress as Address;
  }

  /** Two valid bookings, and one between them that claims to be by this wallet. */
  async function batchAround(driver: Address) {
    const limits = { relayer: zeroAddress, validUntil: await soon() };
    const first = await fixtureFor(await fundDriver(market));
    const last = await fixtureFor(await fundDriver(market));
    const [one, two] = [await draftBooking(first), await draftBooking(last)];
    const bomb = await draftBooking(first, { driver, firstSlot: one.booking.firstSlot + 4 });
    const [good] = await intentArgs(first, one.booking, limits);
    const [bad] = signedIntentArgs(first, bomb.booking, limits, NO_SIGNATURE);
    const [better] = await intentArgs(last, two.booking, limits);
    return { drivers: [first.driver, last.driver], items: [good, bad, better] };
  }

  const freeOf = async ({ address }: { address: Address }) => (await purseOf(market, address))[0];

  for (const [trick, initCode] of Object.entries(HOSTILE)) {
    it(`a wallet that ${trick} is put between valid bookings: it is skipped and changes nothing`, async () => {
      const wallet = await hostileWallet(initCode);
      const { drivers, items } = await batchAround(wallet);
      const { logs, gasUsed } = await write(market, anyone, 'bookAll', [items, ITEM_GAS_MIN]);
      const skipped = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BatchItemSkipped' });
      expect(skipped.map(({ args }) => [args.index, size(args.reason) <= 256])).toEqual([[1n, true]]);
      expect(gasUsed).toBeLessThan(900_000n);
      expect(await purseOf(market, wallet)).toEqual([DEPOSIT, 0n]);
      for (const driver of drivers) expect(await freeOf(driver)).toBe(DEPOSIT - CAP - TOKEN);
    });
  }

  it('a relayer gives too little gas for one item: all are booked, or none', TIMEOUT, async () => {
    const { drivers, items } = await batchAround(newKey().address);
    const data = encodeFunctionData({
      abi: plugpactMarketAbi,
      functionName: 'bookAll',
      args: [items, ITEM_GAS_MIN],
    } as never);
    const client = clientOf(anvil.url, anyone);
    const seen = new Set<boolean>();
    const property = fc.asyncProperty(fc.bigInt({ min: 150_000n, max: 700_000n }), (gas) =>
      onSnapshot(market, async () => {
        const hash = await client.sendTransaction({ to: market.market, data, gas }).catch(() => undefined);
        const receipt = hash && (await client.waitForTransactionReceipt({ hash }));
        const isDone = receipt?.status === 'success';
        seen.add(isDone);
        const left = isDone ? DEPOSIT - CAP - TOKEN : DEPOSIT;
        for (const driver of drivers) expect(await freeOf(driver)).toBe(left);
      }),
    );
    await fc.assert(property, { ...RUNS_ON_LEDGER, examples: [[700_000n], [150_000n]] });
    expect(seen.size).toBe(2);
  });
});

describe('rule 17: relay', () => {
  it('a searcher sends an intent before the relayer that it names: it gains nothing, and an open one costs the same', async () => {
    const [thief, relayer] = [await searcher(), await searcher()];
    const fixture = await fixtureFor(await fundDriver(market, DEPOSIT));
    const { booking } = await draftBooking(fixture, { money: MONEY });
    const named = { relayer: relayer.address, validUntil: await soon() };
    const stolen = await intentArgs(fixture, booking, named);
    await expect(attempt(market, thief, 'book', stolen)).rejects.toThrow('Booking_WrongRelayer');
    const signature = await signMessageOf(
      fixture.driver,
      market.ref,
      'Intent',
      intentMessage(booking, named),
    );
    const redirected = signedIntentArgs(
      fixture,
      booking,
      { ...named, relayer: thief.address },
      toCompact(signature),
    );
    await expect(attempt(market, thief, 'book', redirected)).rejects.toThrow('Account_InvalidSignature');
    await write(
      market,
      thief,
      'book',
      await intentArgs(fixture, booking, { ...named, relayer: zeroAddress }),
    );
    expect((await purseOf(market, thief.address))[0]).toBe(TOKEN + FEE);
    expect((await purseOf(market, relayer.address))[0]).toBe(TOKEN);
    expect((await purseOf(market, fixture.driver.address))[0]).toBe(DEPOSIT - CAP - TOKEN - FEE);
  });

  it('a relayer does nothing: the driver sends the call himself and saves the fee', async () => {
    const session = await bookSession(await openCharger(market), { money: MONEY });
    expect((await purseOf(market, session.fixture.driver.address))[0]).toBe(DEPOSIT - CAP - TOKEN);
    await jumpTo(market, session.times.start);
    const nothing = { energyWh: 0, endedAt: session.times.start };
    await sendCall(session, await settle(session, nothing), session.fixture.driver);
    await expectPaid(session, 0n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
