import { decodeErrorResult, encodeFunctionData, type Hex, parseEventLogs } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { placeHash } from '../../protocol/listing.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  clientOf,
  deployTestMarket,
  send,
  type TestMarket,
  TOKEN,
  timeOf,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  bookedSince,
  draftBooking,
  earningsOf,
  expectRefusal,
  intentArgs,
  jumpTo,
  newFixture,
  nowOf,
  publishArgs,
  purseOf,
  read,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { costOf, expectPaid, type ReservedBooking, raiseTo, reserved, settleAloneArgs } from './reserved.ts';

const NOBODY = `0x${'00'.repeat(20)}` as const;
const DAY = 86_400;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const callOf = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);

/** A signed booking and its item of a batch. */
async function intentOf() {
  const fixture = await newFixture(market);
  const made = await draftBooking(fixture);
  const limits = { relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) };
  const [item] = await intentArgs(fixture, made.booking, limits);
  return { fixture, made, item };
}

describe('a batch', () => {
  it('books and settles, and skips items that fail, which change nothing', async () => {
    const first = await intentOf();
    const second = await intentOf();
    const receipt = await write(market, anyone, 'bookAll', [
      [first.item, first.item, second.item],
      ITEM_GAS_MIN,
    ]);
    const skipped = parseEventLogs({
      abi: plugpactMarketAbi,
      logs: receipt.logs,
      eventName: 'BatchItemSkipped',
    });
    const why = skipped.map(({ args }) => {
      const { errorName } = decodeErrorResult({ abi: plugpactMarketAbi, data: args.reason });
      return [args.index, args.bookingId, errorName];
    });
    expect(why).toEqual([[1n, first.made.bookingId, 'Booking_SlotTaken']]);
    const bookedAt = await timeOf(market, receipt);
    await jumpTo(market, second.made.booking.firstSlot * 900);
    const settlements = [];
    for (const { fixture, made } of [first, second]) {
      const open = bookedSince(made, bookedAt);
      settlements.push(...asBooked(await reportArgs(fixture, open, readingOf(made))));
    }
    await write(market, anyone, 'settleAll', [settlements, ITEM_GAS_MIN]);
    expect(await earningsOf(second.fixture)).toEqual([costOf(second.made), 8_123n, 1n]);
  });

  it('does not change generation and money of a skipped item', async () => {
    const fixture = await newFixture(market);
    const made = await draftBooking(fixture, { generation: 5n });
    const limits = { relayer: NOBODY, validUntil: BigInt((await nowOf(market)) + 300) };
    await write(market, anyone, 'bookAll', [await intentArgs(fixture, made.booking, limits), ITEM_GAS_MIN]);
    expect(await purseOf(market, fixture.driver.address)).toEqual([20n * TOKEN, 0n]);
  });

  it('skips an item with a malformed address, and goes on', async () => {
    const [bad, good] = [await intentOf(), await intentOf()];
    const data = callOf('bookAll', [[bad.item, good.item], ITEM_GAS_MIN]);
    // The first item's terms.host: after selector, offset, gas and length, four words of its booking.
    const at = 2 + 2 * (4 + 96 + 4 * 32);
    const dirty: Hex = `0x${data.slice(2, at)}ff${data.slice(at + 2)}`;
    const client = clientOf(anvil.url, anyone);
    await send(client, { to: market.market, data: dirty });
    expect((await purseOf(market, bad.fixture.driver.address))[0]).toBe(20n * TOKEN);
    expect((await purseOf(market, good.fixture.driver.address))[1] >> 191n).toBe(1n);
  });

  it('skips no item for lack of gas: the whole batch is refused then', async () => {
    const { item } = await intentOf();
    const client = clientOf(anvil.url, anyone);
    const tried = client.simulateContract({
      address: market.market,
      abi: plugpactMarketAbi,
      functionName: 'bookAll',
      args: [[item], ITEM_GAS_MIN],
      account: anyone,
      gas: 60_000n,
    });
    await expect(tried).rejects.toThrow('Batch_GasTooLow');
  });
});

describe('the gas of an item', () => {
  const calls = [
    ['bookAll', async () => [[(await intentOf()).item]]],
    ['settleAll', async () => [[]]],
    ['settleAllAlone', async () => [[]]],
    ['settleAllAndGiveBack', async () => [[]]],
    ['settleAllAloneAndGiveBack', async () => [[]]],
  ] as const;

  it.each(calls)('in %s is the sender’s choice above a floor', async (call, items) => {
    const args = await items();
    const low = attempt(market, anyone, call, [...args, ITEM_GAS_MIN - 1n]);
    await expectRefusal(low, 'Batch_ItemGasTooLow', [ITEM_GAS_MIN - 1n, ITEM_GAS_MIN]);
    await expect(attempt(market, anyone, call, [...args, ITEM_GAS_MIN])).resolves.toBeUndefined();
    await expect(attempt(market, anyone, call, [...args, 4n * ITEM_GAS_MIN])).resolves.toBeUndefined();
  });

  it('is there before the item is tried, a 64th more included, or the batch is refused', async () => {
    const { item } = await intentOf();
    const client = clientOf(anvil.url, anyone);
    const itemGas = 1_000_000n;
    const tried = (gas: bigint) =>
      client.simulateContract({
        address: market.market,
        abi: plugpactMarketAbi,
        functionName: 'bookAll',
        args: [[item], itemGas],
        account: anyone,
        gas,
      });
    await expect(tried(1_017_000n)).rejects.toThrow('Batch_GasTooLow');
    await expect(tried(1_060_000n)).resolves.toBeDefined();
  });
});

describe('a batch of what the agents alone settle', () => {
  it('pays those that are allowed, and skips the others without a trace', async () => {
    const [good, dear, forged] = [await reserved(market), await reserved(market), await reserved(market)];
    await jumpTo(market, forged.times.closes);
    const raise = await raiseTo(good, costOf(good.made));
    const items = [
      ...(await settleAloneArgs(dear)),
      ...(await settleAloneArgs(good, {}, raise)),
      ...(await settleAloneArgs(forged, {}, raise)),
    ];
    const before = await Promise.all([dear, forged].map(traceOf));
    const { logs } = await write(market, anyone, 'settleAllAlone', [items, ITEM_GAS_MIN]);
    const skipped = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName: 'BatchItemSkipped' });
    const why = skipped.map(({ args }) => {
      const { errorName } = decodeErrorResult({ abi: plugpactMarketAbi, data: args.reason });
      return [args.index, args.bookingId, errorName];
    });
    expect(why).toEqual([
      [0n, dear.made.bookingId, 'Settlement_NotAllowed'],
      [2n, forged.made.bookingId, 'Allowance_SignatureInvalid'],
    ]);
    await expectPaid(good, costOf(good.made), 8_123n);
    expect(await Promise.all([dear, forged].map(traceOf))).toEqual(before);
  });

  /** What a skipped settlement could have changed. */
  const traceOf = async ({ fixture }: ReservedBooking) => [
    await purseOf(market, fixture.driver.address),
    await earningsOf(fixture),
  ];
});

describe('the guardian', () => {
  const guardian = localAccount('deployer');

  it('stops new listings and bookings for at most a week, with a cool-down, and no exit', async () => {
    const now = await nowOf(market);
    const endsAt = now + 60 * DAY;
    const settings = { guardian: guardian.address, guardianEndsAt: BigInt(endsAt) };
    const account = localAccount('deployer');
    const deployed = await deployMarket({ rpcUrl: anvil.url, network: 'local', account, settings });
    const m: TestMarket = {
      ...deployed,
      rpcUrl: anvil.url,
      ref: { chainId: deployed.chainId, market: deployed.market },
    };
    const fixture = await newFixture(m);
    const open = await booked(fixture);
    const pause = (until: number, from = guardian) => attempt(m, from, 'pauseNewBookings', [BigInt(until)]);
    await expectRefusal(pause(now + DAY, anyone), 'Guardian_NotAllowed', [anyone.address, BigInt(endsAt)]);
    await expect(pause(now + 8 * DAY)).rejects.toThrow('Guardian_PauseOutOfRange');
    const until = (await nowOf(m)) + DAY;
    await write(m, guardian, 'pauseNewBookings', [BigInt(until)]);
    expect(await read(m, 'pauses', [])).toEqual([BigInt(until), BigInt(until + 21 * DAY)]);
    const made = await draftBooking(fixture, { purse: 1 });
    const args = [
      toBookingStruct(made.booking),
      fixture.listing.weeklyHours,
      placeHash(fixture.listing.place),
    ];
    await expectRefusal(attempt(m, fixture.driver, 'bookAsDriver', args), 'Booking_Paused', [BigInt(until)]);
    const listing = await publishArgs(fixture, fixture.listing);
    await expectRefusal(attempt(m, fixture.host, 'publishListing', listing), 'Booking_Paused', [
      BigInt(until),
    ]);
    await expect(pause(until + DAY)).rejects.toThrow('Guardian_CoolingDown');
    await write(m, fixture.driver, 'cancelByDriver', [toBookingStruct(open.booking), open.state, '0x']);
    await write(m, fixture.driver, 'withdraw', [0, 20n * TOKEN, fixture.driver.address]);
    const late = await attempt(m, guardian, 'pauseNewBookings', [BigInt(endsAt + 1)], endsAt).catch(String);
    expect(late).toContain('Guardian_NotAllowed');
  });
});

describe('the market fee', () => {
  it('is taken from the host’s earnings, rounded in the host’s favour', async () => {
    const feeTo = localAccount('relayer').address;
    const account = localAccount('deployer');
    const settings = { feeTo, feeBasisPoints: 100n };
    const deployed = await deployMarket({ rpcUrl: anvil.url, network: 'local', account, settings });
    const m: TestMarket = {
      ...deployed,
      rpcUrl: anvil.url,
      ref: { chainId: deployed.chainId, market: deployed.market },
    };
    const fixture = await newFixture(m);
    const made = await booked(fixture);
    await jumpTo(m, made.booking.firstSlot * 900);
    await write(m, anyone, 'settle', asBooked(await reportArgs(fixture, made, readingOf(made))));
    const fee = costOf(made) / 100n;
    expect(await earningsOf(fixture)).toEqual([costOf(made) - fee, 8_123n, 1n]);
    expect((await purseOf(m, feeTo))[0]).toBe(fee);
  });
});
