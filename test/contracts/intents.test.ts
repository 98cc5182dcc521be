import { type Address, zeroAddress } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { type Booking, intentMessage, type Money, toBookingStruct } from '../../protocol/booking.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  clientOf,
  deployTestMarket,
  fundDriver,
  sendCall,
  type TestMarket,
  TOKEN,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  bookArgs,
  bookedSince,
  draftBooking,
  expectRefusal,
  type Fixture,
  intentArgs,
  newFixture,
  newKey,
  nowOf,
  purseOf,
  signedIntentArgs,
  walletArgs,
} from './fixture.ts';
import { deploy } from './mocks.ts';

const MONEY: Money = { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

describe('an intent', () => {
  const signed = async (fixture: Fixture, seconds = 300, relayer: Address = zeroAddress, money = MONEY) => {
    const made = await draftBooking(fixture, { money });
    const limits = { relayer, validUntil: BigInt((await nowOf(market)) + seconds) };
    return { made, limits, args: await intentArgs(fixture, made.booking, limits) };
  };

  it('books for the driver, sent by anybody, once', async () => {
    const fixture = await newFixture(market);
    const { made, args } = await signed(fixture);
    await write(market, anyone, 'book', args);
    expect((await purseOf(market, fixture.driver.address))[1] >> 191n).toBe(1n);
    const again = attempt(market, anyone, 'book', args);
    await expectRefusal(again, 'Booking_SlotTaken', [fixture.listingId, BigInt(made.booking.firstSlot)]);
    const { state } = bookedSince(made, await nowOf(market));
    const cancel = [toBookingStruct(made.booking), state, '0x'];
    await write(market, fixture.driver, 'cancelByDriver', cancel);
    await expectRefusal(attempt(market, anyone, 'book', args), 'Booking_WrongGeneration', [0n, 1n]);
  });

  it('is valid until its end and for ten minutes at most', async () => {
    const fixture = await newFixture(market);
    const { made, limits, args } = await signed(fixture, 600);
    const until = Number(limits.validUntil);
    const at = (sec: number) => attempt(market, anyone, 'book', args, sec);
    await expectRefusal(at(until - 601), 'Booking_IntentTooLong', [limits.validUntil, BigInt(until - 1)]);
    await expect(at(until - 600)).resolves.toBe(made.bookingId);
    await expect(at(until - 1)).resolves.toBe(made.bookingId);
    await expectRefusal(at(until), 'Account_SignatureExpired', [limits.validUntil, limits.validUntil]);
  });

  it('can be sent by the relayer that it names, who earns the fee', async () => {
    const fixture = await newFixture(market);
    const relayer = await fundDriver(market, TOKEN);
    const money = { ...MONEY, relayFee: 30_000n };
    const { made, args } = await signed(fixture, 300, relayer.address, money);
    await expectRefusal(attempt(market, anyone, 'book', args), 'Booking_WrongRelayer', [
      relayer.address,
      anyone.address,
    ]);
    await expect(attempt(market, relayer, 'book', args)).resolves.toBe(made.bookingId);
    await write(market, relayer, 'book', args);
    expect((await purseOf(market, relayer.address))[0]).toBe(TOKEN + 30_000n);
    expect((await purseOf(market, fixture.driver.address))[0]).toBe(20n * TOKEN - 6_000_000n - 30_000n);
  });

  it("without a named relayer pays the fee to its sender, even to the driver's own purse", async () => {
    const fixture = await newFixture(market);
    const { booking } = await draftBooking(fixture, { money: { ...MONEY, relayFee: 30_000n } });
    await write(market, fixture.driver, 'bookAsDriver', bookArgs(fixture, booking));
    expect((await purseOf(market, fixture.driver.address))[0]).toBe(20n * TOKEN - 6_000_000n);
  });

  it('signs every field of the booking', async () => {
    const fixture = await newFixture(market);
    const { made, limits, args } = await signed(fixture);
    const signature = args[0].driverSignature;
    const changes: Partial<Booking>[] = [
      { firstSlot: made.booking.firstSlot + 1 },
      { slotCount: 3 },
      { sessionKey: newKey().address },
      { startHash: `0x${'11'.repeat(32)}` },
      { purse: 1 },
      { generation: 1n },
      ...(['cap', 'unsignedCost', 'allowedCost', 'relayFee'] as const).map((field) => ({
        money: { ...MONEY, [field]: MONEY[field] + 1n },
      })),
    ];
    const refused = (booking: Booking, l = limits, s = signature) =>
      expectRefusal(
        attempt(market, anyone, 'book', signedIntentArgs(fixture, booking, l, s)),
        'Account_InvalidSignature',
        [booking.driver],
      );
    for (const change of changes) await refused({ ...made.booking, ...change });
    await refused({ ...made.booking, driver: newKey().address });
    await refused(made.booking, { ...limits, validUntil: limits.validUntil - 1n });
    await refused(made.booking, { ...limits, relayer: anyone.address });
    await refused(made.booking, limits, NO_SIGNATURE);
  });

  it('has one encoding: spare bits of the limits are refused, others of the session are another listing', async () => {
    const fixture = await newFixture(market);
    const { limits, args } = await signed(fixture);
    const [signedBooking] = args;
    const dirty = { ...signedBooking, limits: signedBooking.limits | (1n << 255n) };
    const until = limits.validUntil | (1n << 95n);
    const latest = BigInt((await nowOf(market)) + 600);
    await expectRefusal(
      attempt(market, anyone, 'book', [dirty], Number(latest) - 600),
      'Booking_IntentTooLong',
      [until, latest],
    );
    const { booking } = signedBooking;
    const moved = { ...booking, session: booking.session ^ (1n << 255n) };
    await expectRefusal(
      attempt(market, anyone, 'book', [{ ...signedBooking, booking: moved }]),
      'Account_InvalidSignature',
      [fixture.driver.address],
    );
  });

  it('is valid on one chain and one market', async () => {
    const fixture = await newFixture(market);
    const { made, limits } = await signed(fixture);
    for (const ref of [
      { ...market.ref, chainId: 1 },
      { ...market.ref, market: market.token },
    ]) {
      const signature = await signMessageOf(
        fixture.driver,
        ref,
        'Intent',
        intentMessage(made.booking, limits),
      );
      const args = signedIntentArgs(fixture, made.booking, limits, toCompact(signature));
      const call = attempt(market, anyone, 'book', args);
      await expectRefusal(call, 'Account_InvalidSignature', [fixture.driver.address]);
    }
  });

  it('is signed for a contract account by ERC-1271', async () => {
    const fixture = await newFixture(market);
    const owner = newKey();
    const wallet = await deploy(anvil.url, 'mocks/ContractWallet', [owner.address]);
    await write(market, fixture.driver, 'withdraw', [0, 8n * TOKEN, localAccount('deployer').address]);
    await depositFor(wallet.address, 8n * TOKEN);
    const made = await draftBooking(fixture, { driver: wallet.address });
    const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
    const by = async (signer: PrivateKeyAccount) => {
      const message = intentMessage(made.booking, limits);
      const signature = await signMessageOf(signer, market.ref, 'Intent', message);
      return walletArgs(fixture, made.booking, limits, signature);
    };
    const thief = attempt(market, anyone, 'bookByWallet', await by(newKey()));
    await expectRefusal(thief, 'Account_InvalidSignature', [wallet.address]);
    await write(market, anyone, 'bookByWallet', await by(owner));
    expect((await purseOf(market, wallet.address))[0]).toBe(2n * TOKEN);
  });
});

async function depositFor(account: Address, amount: bigint): Promise<void> {
  const deployer = localAccount('deployer');
  const token = { address: market.token, abi: demoTokenAbi } as const;
  const client = clientOf(anvil.url, deployer);
  await sendCall(client, { ...token, functionName: 'approve', args: [market.market, amount] });
  await write(market, deployer, 'deposit', [account, 0, amount]);
}
