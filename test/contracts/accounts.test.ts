import { encodeFunctionData, isAddressEqual, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  clientOf,
  deployTestMarket,
  fundDriver,
  sendCall,
  type TestMarket,
  TOKEN,
  write,
} from '../support/market.ts';
import {
  attempt,
  booked,
  earningsOf,
  expectRefusal,
  jumpTo,
  newFixture,
  newKey,
  purseOf,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { deploy, type Mock, marketIn, readFrom, sendTo } from './mocks.ts';

const deployer = localAccount('deployer');
const MAX_UINT64 = 2n ** 64n - 1n;

/** Selector of the token's own error, `Configurable_Refused()`, which the market passes on. */
const CONFIGURED_REFUSAL = '0x28649528';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const balanceOf = (account: `0x${string}`): Promise<bigint> =>
  clientOf(anvil.url, deployer).readContract({
    address: market.token,
    abi: demoTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  });

describe('deposit', () => {
  it("credits another account's purse, and only the purse named", async () => {
    const driver = await fundDriver(market, 3n * TOKEN);
    const other = newKey().address;
    await write(market, driver, 'withdraw', [0, TOKEN, driver.address]);
    const wallet = clientOf(anvil.url, driver);
    const token = { address: market.token, abi: demoTokenAbi } as const;
    await sendCall(wallet, { ...token, functionName: 'approve', args: [market.market, TOKEN] });
    await write(market, driver, 'deposit', [other, 4_294_967_295, TOKEN]);
    expect(await purseOf(market, other, 4_294_967_295)).toEqual([TOKEN, 0n]);
    expect(await purseOf(market, other, 0)).toEqual([0n, 0n]);
    expect(await purseOf(market, driver.address)).toEqual([2n * TOKEN, 0n]);
  });

  it('refuses the zero account and an amount of zero', async () => {
    await expectRefusal(attempt(market, deployer, 'deposit', [zeroAddress, 0, 1n]), 'Account_ZeroAddress');
    await expectRefusal(
      attempt(market, deployer, 'deposit', [deployer.address, 0, 0n]),
      'Account_ZeroAmount',
    );
  });

  it('refuses what would take the market beyond 64 bits, to the unit', async () => {
    const token = await deploy(anvil.url, 'mocks/DecimalsToken', [6]);
    const rich = await marketIn(anvil.url, token, MAX_UINT64 + 1n);
    await write(rich, deployer, 'deposit', [deployer.address, 0, MAX_UINT64]);
    await expectRefusal(
      attempt(rich, deployer, 'deposit', [deployer.address, 1, 1n]),
      'Account_BalanceOverflow',
      [MAX_UINT64 + 1n, MAX_UINT64],
    );
    expect(await purseOf(rich, deployer.address)).toEqual([MAX_UINT64, 0n]);
  });
});

describe('withdraw', () => {
  it('sends free money to the address chosen, while a booking is open, and never what is locked', async () => {
    const fixture = await newFixture(market);
    await booked(fixture);
    const [free, tail] = await purseOf(market, fixture.driver.address);
    expect(free).toBe(20n * TOKEN - 6_000_000n);
    const to = newKey().address;
    const asked = [0, free + 1n, to] as const;
    await expectRefusal(attempt(market, fixture.driver, 'withdraw', asked), 'Account_InsufficientBalance', [
      free,
      free + 1n,
    ]);
    await write(market, fixture.driver, 'withdraw', [0, free, to]);
    expect(await balanceOf(to)).toBe(free);
    expect(await purseOf(market, fixture.driver.address)).toEqual([0n, tail]);
  });

  it('refuses the zero address, an amount of zero, and the purse of another', async () => {
    const driver = await fundDriver(market, TOKEN);
    const call = (account: typeof driver | typeof deployer, args: readonly unknown[]) =>
      attempt(market, account, 'withdraw', args);
    await expectRefusal(call(driver, [0, 1n, zeroAddress]), 'Account_ZeroAddress');
    await expectRefusal(call(driver, [0, 0n, driver.address]), 'Account_ZeroAmount');
    await expectRefusal(call(deployer, [0, 1n, deployer.address]), 'Account_InsufficientBalance', [0n, 1n]);
    await expectRefusal(call(driver, [1, 1n, driver.address]), 'Account_InsufficientBalance', [0n, 1n]);
  });
});

describe('withdrawEarnings', () => {
  it('sends what a host earned and keeps the counters of energy and sessions', async () => {
    const fixture = await newFixture(market);
    const made = await booked(fixture);
    await jumpTo(market, made.booking.firstSlot * 900 + 60);
    await write(market, deployer, 'settle', asBooked(await reportArgs(fixture, made, readingOf(made))));
    const [earned] = await earningsOf(fixture);
    const to = newKey().address;
    const more = [fixture.listingId, earned + 1n, to] as const;
    await expectRefusal(
      attempt(market, fixture.host, 'withdrawEarnings', more),
      'Account_InsufficientBalance',
      [earned, earned + 1n],
    );
    const theirs = [fixture.listingId, earned, to] as const;
    const thief = attempt(market, fixture.driver, 'withdrawEarnings', theirs);
    await expectRefusal(thief, 'Account_InsufficientBalance', [0n, earned]);
    const nowhere = attempt(market, fixture.host, 'withdrawEarnings', [fixture.listingId, 1n, zeroAddress]);
    await expectRefusal(nowhere, 'Account_ZeroAddress');
    await write(market, fixture.host, 'withdrawEarnings', theirs);
    expect(await balanceOf(to)).toBe(earned);
    expect(await earningsOf(fixture)).toEqual([0n, 8_123n, 1n]);
  });
});

describe('tokens', () => {
  const funded = async (name: string, amount = 100n) => {
    const token = await deploy(anvil.url, `mocks/${name}`);
    return { token, market: await marketIn(anvil.url, token, amount) };
  };
  const held = (m: TestMarket, token: Mock) => readFrom(anvil.url, token, 'balanceOf', [m.market]);

  it('that keep a fee credit what arrived', async () => {
    const { token, market: m } = await funded('FeeToken');
    await write(m, deployer, 'deposit', [deployer.address, 0, 100n]);
    expect(await purseOf(m, deployer.address)).toEqual([99n, 0n]);
    expect(await held(m, token)).toBe(99n);
  });

  it('that return nothing can be deposited and withdrawn', async () => {
    const { token, market: m } = await funded('NoReturnToken');
    await write(m, deployer, 'deposit', [deployer.address, 0, 100n]);
    await write(m, deployer, 'withdraw', [0, 40n, deployer.address]);
    expect(await purseOf(m, deployer.address)).toEqual([60n, 0n]);
    expect(await held(m, token)).toBe(60n);
  });

  it('that revert, return false, or transfer nothing change nothing', async () => {
    const { token, market: m } = await funded('ConfigurableToken');
    await write(m, deployer, 'deposit', [deployer.address, 0, 50n]);
    for (const behaviour of [1, 2]) {
      await sendTo(anvil.url, token, 'setBehaviour', [behaviour]);
      for (const [call, args] of [
        ['deposit', [deployer.address, 0, 1n]],
        ['withdraw', [0, 1n, deployer.address]],
      ] as const) {
        const refused = attempt(m, deployer, call, args);
        if (behaviour === 1) await expect(refused).rejects.toThrow(CONFIGURED_REFUSAL);
        else await expectRefusal(refused, 'SafeERC20FailedOperation', [token.address]);
      }
    }
    await sendTo(anvil.url, token, 'setBehaviour', [3]);
    await expectRefusal(attempt(m, deployer, 'deposit', [deployer.address, 0, 1n]), 'Account_ZeroAmount');
    await sendTo(anvil.url, token, 'setBehaviour', [0]);
    await write(m, deployer, 'withdraw', [0, 50n, deployer.address]);
    expect(await held(m, token)).toBe(0n);
  });

  it('that call back are refused by the guard, in deposit and in withdraw', async () => {
    const { token, market: m } = await funded('ReenteringToken');
    const guard = '0x3ee5aeb5'; // ReentrancyGuardReentrantCall()
    const inner = (functionName: 'deposit' | 'withdraw', args: readonly unknown[]) =>
      encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
    const steps = [
      ['deposit', [deployer.address, 0, 60n], inner('withdraw', [0, 1n, deployer.address])],
      ['deposit', [deployer.address, 0, 40n], inner('deposit', [deployer.address, 0, 1n])],
      ['withdraw', [0, 30n, deployer.address], inner('withdraw', [0, 30n, deployer.address])],
    ] as const;
    for (const [functionName, args, call] of steps) {
      await sendTo(anvil.url, token, 'setCallback', [m.market, call]);
      await write(m, deployer, functionName, args);
      expect(await readFrom(anvil.url, token, 'callbackSucceeded')).toBe(false);
      expect(await readFrom(anvil.url, token, 'callbackResult')).toBe(guard);
    }
    expect(await purseOf(m, deployer.address)).toEqual([70n, 0n]);
    expect(await held(m, token)).toBe(70n);
  });
});

describe('deployment', () => {
  const day = 86_400n;
  /** The extension checks the same settings as the market and is deployed before it. */
  const create = (change: object) => {
    const settings = {
      token: market.token,
      reportSec: day,
      challengeSec: day,
      proofSec: day,
      bondMax: 0n,
      firstTrustMax: 0n,
      forfeitMin: 0n,
      feeBasisPoints: 0n,
      feeTo: zeroAddress,
      guardian: zeroAddress,
      guardianEndsAt: 0n,
      ...change,
    };
    return { settings, made: deploy(anvil.url, 'PlugpactExtension', [settings, zeroAddress]) };
  };
  const taken = (change: object) => expect(create(change).made).resolves.toBeDefined();
  const refused = (change: object, value: bigint, limit: bigint) =>
    expectRefusal(create(change).made, 'Market_ConstantOutOfRange', [value, limit]);

  it('accepts a token of 8 decimals and refuses one of 9', async () => {
    const eight = await deploy(anvil.url, 'mocks/DecimalsToken', [8]);
    const nine = await deploy(anvil.url, 'mocks/DecimalsToken', [9]);
    await taken({ token: eight.address });
    await expectRefusal(create({ token: nine.address }).made, 'Market_TooManyDecimals', [9n, 8n]);
  });

  it('refuses windows of nothing or of more than 30 days, and a bond beyond 64 bits', async () => {
    const most = 30n * day;
    await refused({ reportSec: 0n }, 0n, most);
    await refused({ challengeSec: most + 1n }, most + 1n, most);
    await refused({ proofSec: 0n }, 0n, most);
    await refused({ bondMax: MAX_UINT64 + 1n }, MAX_UINT64 + 1n, MAX_UINT64);
    await taken({ reportSec: most, challengeSec: most, proofSec: most, bondMax: MAX_UINT64 });
  });

  it('refuses a fee above one percent, a fee for nobody, and a date without a guardian', async () => {
    await refused({ feeTo: deployer.address, feeBasisPoints: 101n }, 101n, 100n);
    await refused({ feeBasisPoints: 1n }, 1n, 0n);
    await refused({ guardianEndsAt: 1n }, 1n, 0n);
    await taken({ feeTo: deployer.address, feeBasisPoints: 100n });
  });

  it('refuses an extension with other settings', async () => {
    const { settings, made } = create({});
    const { address } = await made;
    const joined = (change: object) =>
      deploy(anvil.url, 'PlugpactMarket', [{ ...settings, ...change }, address]);
    await expectRefusal(joined({ proofSec: day + 1n }), 'Market_ExtensionMismatch', [address]);
    await expect(joined({})).resolves.toBeDefined();
  });

  it('keeps its constants', async () => {
    const at = { address: market.market, abi: plugpactMarketAbi } as const;
    const client = clientOf(anvil.url, deployer);
    const { windows } = NETWORKS.local;
    const token = await client.readContract({ ...at, functionName: 'TOKEN' });
    expect(isAddressEqual(token, market.token)).toBe(true);
    for (const [functionName, sec] of [
      ['REPORT_SEC', windows.reportSec],
      ['CHALLENGE_SEC', windows.challengeSec],
      ['PROOF_SEC', windows.proofSec],
    ] as const) {
      expect(await client.readContract({ ...at, functionName })).toBe(BigInt(sec));
    }
    expect(await client.readContract({ ...at, functionName: 'BOND_MAX' })).toBe(10n * TOKEN);
  });
});
