import { isAddressEqual, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, type TestMarket, TOKEN, write } from '../support/market.ts';
import { bookingsInEachState, guardedMarket } from './bookings-in-each-state.ts';
import {
  anyone,
  attempt,
  booked,
  earningsOf,
  expectRefusal,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  purseOf,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { deploy, type Mock, marketIn, readFrom, sendTo } from './mocks.ts';
import { costOf } from './reserved.ts';
import { signedCallData } from './sample-call.ts';
import { sampleCallsOf } from './sample-calls.ts';
import { RETURN_BOMB } from './signers.ts';
import { calleesOf } from './trace.ts';

const deployer = localAccount('deployer');
const START = 20n * TOKEN;
/** Cap and bond of the bookings here. */
const LOCKED = 6n * TOKEN;
const MAX_UINT64 = 2n ** 64n - 1n;

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.stop());

/** A market in a hostile token, of which the deployer may deposit a thousand. */
async function marketOf(name: string) {
  const token = await deploy(anvil.url, `mocks/${name}`);
  return { token, market: await marketIn(anvil.url, token, 1_000n * TOKEN) };
}

const held = (market: TestMarket, token: Mock, account = market.market) =>
  readFrom(anvil.url, token, 'balanceOf', [account]) as Promise<bigint>;

async function bookedIn(market: TestMarket) {
  const fixture = await newFixture(market);
  return { fixture, made: await booked(fixture) };
}

type Booked = Awaited<ReturnType<typeof bookedIn>>;

async function settle({ fixture, made }: Booked) {
  await jumpTo(fixture.market, made.booking.firstSlot * 900);
  await write(fixture.market, anyone, 'settle', asBooked(await reportArgs(fixture, made, readingOf(made))));
}

const cancel = ({ fixture, made }: Booked) =>
  write(fixture.market, fixture.driver, 'cancelByDriver', [toBookingStruct(made.booking), made.state, '0x']);

/** Asserts that bookings, cancels and settlements work as in any other market. */
async function expectBusinessAsUsual(market: TestMarket, before: Booked, other: Booked) {
  await cancel(other);
  expect(await purseOf(market, other.fixture.driver.address)).toEqual([START, 1n]);
  await booked(other.fixture);
  expect((await purseOf(market, other.fixture.driver.address))[0]).toBe(START - LOCKED);
  await settle(before);
  expect(await purseOf(market, before.fixture.driver.address)).toEqual([START - costOf(before.made), 1n]);
  expect((await earningsOf(before.fixture))[0]).toBe(costOf(before.made));
}

describe('a rebasing token', () => {
  it('that shrinks stops no booking and no settlement; the first withdrawals are paid, the last waits', async () => {
    const { token, market } = await marketOf('RebasingToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    await sendTo(anvil.url, token, 'rebase', [500n]);
    expect(await held(market, token)).toBe(START);
    await expectBusinessAsUsual(market, one, other);
    const host = localAccount('host');
    const earned = costOf(one.made);
    await write(market, host, 'withdrawEarnings', [one.fixture.listingId, earned, host.address]);
    await write(market, one.fixture.driver, 'withdraw', [0, START - earned, anyone.address]);
    expect(await held(market, token)).toBe(0n);
    const last = [0, START - LOCKED, anyone.address] as const;
    await expect(attempt(market, other.fixture.driver, 'withdraw', last)).rejects.toThrow('reverted');
    expect((await purseOf(market, other.fixture.driver.address))[0]).toBe(START - LOCKED);
  });

  it('that grows gives nobody more than the credited amount', async () => {
    const { token, market } = await marketOf('RebasingToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    await sendTo(anvil.url, token, 'rebase', [2_000n]);
    await expectBusinessAsUsual(market, one, other);
    const { driver } = one.fixture;
    const [free] = await purseOf(market, driver.address);
    const more = attempt(market, driver, 'withdraw', [0, free + 1n, driver.address]);
    await expectRefusal(more, 'Account_InsufficientBalance', [free, free + 1n]);
    await write(market, driver, 'withdraw', [0, free, driver.address]);
    expect(await held(market, token)).toBe(4n * START - free);
  });

  it('that grows beyond 64 bits accepts no more deposits, and allows all withdrawals', async () => {
    const { token, market } = await marketOf('RebasingToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    await sendTo(anvil.url, token, 'rebase', [10n ** 15n]);
    await sendTo(anvil.url, token, 'approve', [market.market, 10n ** 15n]);
    const sum = (await held(market, token)) + 10n ** 15n;
    const more = attempt(market, deployer, 'deposit', [deployer.address, 0, 10n ** 15n]);
    await expectRefusal(more, 'Account_BalanceOverflow', [sum, MAX_UINT64]);
    await expectBusinessAsUsual(market, one, other);
    await write(market, one.fixture.driver, 'withdraw', [0, TOKEN, anyone.address]);
  });

  it('that shrinks in the middle of a deposit credits what is left of it, or nothing at all', async () => {
    const { token, market } = await marketOf('RebasingToken');
    const { fixture } = await bookedIn(market);
    const account = newKey().address;
    await sendTo(anvil.url, token, 'rebaseAfterNextTransfer', [500n]);
    const lost = attempt(market, deployer, 'deposit', [account, 0, 5n * TOKEN]);
    await expect(lost).rejects.toThrow('underflow');
    await write(market, deployer, 'deposit', [account, 0, 100n * TOKEN]);
    expect(await purseOf(market, account)).toEqual([60n * TOKEN - START, 0n]);
    expect((await purseOf(market, fixture.driver.address))[0]).toBe(START - LOCKED);
  });
});

describe('a token with a denylist', () => {
  it('does not stop refunds, payments, or withdrawals to another address of a denied driver or host', async () => {
    const { token, market } = await marketOf('DenylistToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    const host = localAccount('host');
    const { driver } = one.fixture;
    for (const account of [driver, other.fixture.driver, host, anyone]) {
      await sendTo(anvil.url, token, 'setDenied', [account.address, true]);
    }
    await expectBusinessAsUsual(market, one, other);
    const [free] = await purseOf(market, driver.address);
    const home = attempt(market, driver, 'withdraw', [0, free, driver.address]);
    await expect(home).rejects.toThrow('reverted');
    const to = newKey().address;
    await write(market, driver, 'withdraw', [0, free - TOKEN, to]);
    const message = {
      account: driver.address,
      purse: 0,
      amount: TOKEN,
      to,
      relayer: zeroAddress,
      relayFee: 1_000n,
      nonce: 0n,
      validUntil: BigInt((await nowOf(market)) + 300),
    };
    const signature = await signMessageOf(driver, market.ref, 'Withdraw', message);
    await write(market, anyone, 'withdrawBySignature', [message, signature]);
    const earned = costOf(one.made);
    await write(market, host, 'withdrawEarnings', [one.fixture.listingId, earned, to]);
    expect(await held(market, token, to)).toBe(free - 1_000n + earned);
    expect((await purseOf(market, anyone.address))[0]).toBe(1_000n);
  });

  it.each([
    ['the market itself', 'setDenied'],
    ['everybody', 'setPaused'],
  ] as const)('for a while, %s, delays deposits and withdrawals alone', async (_, setter) => {
    const { token, market } = await marketOf('DenylistToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    const set = (on: boolean) =>
      sendTo(anvil.url, token, setter, setter === 'setPaused' ? [on] : [market.market, on]);
    await set(true);
    await expectBusinessAsUsual(market, one, other);
    const { driver } = one.fixture;
    const [free] = await purseOf(market, driver.address);
    const out = [0, free, driver.address] as const;
    await expect(attempt(market, driver, 'withdraw', out)).rejects.toThrow('reverted');
    const more = attempt(market, deployer, 'deposit', [driver.address, 0, 1n]);
    await expect(more).rejects.toThrow('reverted');
    await set(false);
    await write(market, driver, 'withdraw', out);
    expect(await held(market, token, driver.address)).toBe(free);
  });
});

describe('a token that answers with too many bytes, or burns all gas', () => {
  it('deposits and withdraws exact amounts when each answer is a megabyte', async () => {
    const { token, market } = await marketOf('ReturnBombToken');
    await sendTo(anvil.url, token, 'setReturnBomb', [RETURN_BOMB.RETURN, 1_000_000n]);
    await write(market, deployer, 'deposit', [deployer.address, 0, 5n * TOKEN]);
    await write(market, deployer, 'withdraw', [0, 2n * TOKEN, anyone.address]);
    expect(await purseOf(market, deployer.address)).toEqual([3n * TOKEN, 0n]);
    await sendTo(anvil.url, token, 'setReturnBomb', [RETURN_BOMB.NONE, 0n]);
    expect(await held(market, token, anyone.address)).toBe(2n * TOKEN);
  });

  it.each([
    ['a megabyte as the reason', RETURN_BOMB.REVERT],
    ['the loss of all gas', RETURN_BOMB.BURN_ALL_GAS],
  ] as const)('fails its own transfers only, with %s', async (_, kind) => {
    const { token, market } = await marketOf('ReturnBombToken');
    const [one, other] = [await bookedIn(market), await bookedIn(market)];
    await sendTo(anvil.url, token, 'setReturnBomb', [kind, 1_000_000n]);
    await expectBusinessAsUsual(market, one, other);
    const out = [0, TOKEN, anyone.address] as const;
    await expect(attempt(market, one.fixture.driver, 'withdraw', out)).rejects.toThrow();
    await sendTo(anvil.url, token, 'setReturnBomb', [RETURN_BOMB.NONE, 0n]);
    await write(market, one.fixture.driver, 'withdraw', out);
  });
});

describe('a token of 18 decimals', () => {
  it('is refused by market and extension', async () => {
    const { address: token } = await deploy(anvil.url, 'mocks/DecimalsToken', [18]);
    const settings = {
      token,
      reportSec: 600n,
      challengeSec: 600n,
      proofSec: 600n,
      bondMax: 0n,
      firstTrustMax: 0n,
      forfeitMin: 0n,
      feeBasisPoints: 0n,
      feeTo: zeroAddress,
      guardian: zeroAddress,
      guardianEndsAt: 0n,
    };
    for (const source of ['PlugpactExtension', 'PlugpactMarket']) {
      const made = deploy(anvil.url, source, [settings, zeroAddress]);
      await expectRefusal(made, 'Market_TooManyDecimals', [18n, 8n]);
    }
  });
});

describe('any token', () => {
  it('is called by deposits and withdrawals, and by nothing else', async () => {
    const market = await guardedMarket(anvil.url);
    const callers = new Set<string>();
    for (const sample of await sampleCallsOf(await bookingsInEachState(market))) {
      const data = await signedCallData(market, sample);
      const callees = await calleesOf(anvil.url, { from: sample.sender, to: market.market, data });
      if (callees.some((callee) => isAddressEqual(callee, market.token))) callers.add(sample.call);
    }
    expect([...callers].sort()).toEqual([
      'deposit',
      'depositWithAuthorization',
      'depositWithPermit',
      'fundAndBook',
      'withdraw',
      'withdrawBySignature',
      'withdrawEarnings',
      'withdrawEarningsBySignature',
    ]);
  });
});
