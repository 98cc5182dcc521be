import { type Log, parseEventLogs, zeroAddress, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type BookingStateStruct, RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { toCompact } from '../../protocol/signature.ts';
import { termsHash } from '../../protocol/terms.ts';
import { deployMarket } from '../../scripts/deploy.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, type TestMarket, TOKEN, write } from '../support/market.ts';
import {
  anyone,
  cancelByHostArgs,
  draftBooking,
  earningsOf,
  intentArgs,
  jumpTo,
  newFixture,
  nowOf,
  readingOf,
  reportArgs,
} from './fixture.ts';
import {
  aloneArgs,
  claimedBooking,
  costOf,
  type ReservedBooking,
  reserved,
  signId,
  stateIn,
} from './reserved.ts';
import { allowDeposits } from './token.ts';

/** The bond of these bookings. */
const BOND = 1_000_000n;
const NO_SHOW_FEE = 1_000_000n;
const FULFILLED = 5;
const NO_SHOW = 4;

const deployer = localAccount('deployer');
let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  const settings = {
    feeTo: deployer.address,
    feeBasisPoints: 100n,
    guardian: deployer.address,
    guardianEndsAt: 2n ** 33n,
  };
  const deployed = await deployMarket({ rpcUrl: anvil.url, network: 'local', account: deployer, settings });
  const ref = { chainId: deployed.chainId, market: deployed.market };
  market = { ...deployed, rpcUrl: anvil.url, ref };
});
afterAll(() => anvil.stop());

/** All events of the market in a transaction, in order. */
const eventsOf = ({ logs }: { logs: Log[] }) =>
  parseEventLogs({ abi: plugpactMarketAbi, logs }).map(({ eventName, args }) => ({ eventName, ...args }));

const open = ({ made }: Pick<ReservedBooking, 'made'>, state: BookingStateStruct = RESERVED_STATE) =>
  [toBookingStruct(made.booking), state] as const;

async function begun(): Promise<ReservedBooking> {
  const one = await reserved(market);
  await jumpTo(market, one.times.start);
  return one;
}

describe('the ledger logs', () => {
  it('deposits and withdrawals', async () => {
    const { driver } = await newFixture(market);
    const account = driver.address;
    const out = await write(market, driver, 'withdraw', [0, TOKEN, account]);
    expect(eventsOf(out)).toEqual([
      { eventName: 'Withdrawn', account, purse: 0, amount: TOKEN, to: account },
    ]);
    await allowDeposits(market, TOKEN);
    const back = await write(market, deployer, 'deposit', [account, 5, TOKEN]);
    expect(eventsOf(back)).toEqual([
      { eventName: 'Deposited', account, purse: 5, amount: TOKEN, from: deployer.address },
    ]);
  });

  it('a listing and its changes', async () => {
    const { listing, listingId, host, agent } = await newFixture(market);
    const next = { ...listing, weeklyHours: listing.weeklyHours ^ 1n };
    const updated = eventsOf(await write(market, host, 'updateListing', [listing, next, '0x']));
    expect(updated).toMatchObject([
      { eventName: 'ListingPublished', listingId, host: host.address, agentKey: agent.address, version: 2 },
    ]);
    expect(updated).toMatchObject([{ listing: { weeklyHours: next.weeklyHours } }]);
    const closed = await write(market, host, 'setListingStatus', [next, 2, '0x']);
    expect(eventsOf(closed)).toEqual([
      { eventName: 'ListingStatusChanged', listingId, status: 2, version: 3 },
    ]);
  });

  it('a booking, and the fee of its relayer', async () => {
    const fixture = await newFixture(market);
    const relayFee = 1_000n;
    const money = { cap: 5n * TOKEN, unsignedCost: 1_000_000n, firstUnsignedCost: 100_000n, relayFee };
    const made = await draftBooking(fixture, { money });
    const limits = { relayer: zeroAddress, validUntil: BigInt((await nowOf(market)) + 300) };
    const receipt = await write(market, anyone, 'book', await intentArgs(fixture, made.booking, limits));
    const struct = toBookingStruct(made.booking);
    expect(eventsOf(receipt)).toEqual([
      { eventName: 'RelayFeePaid', relayer: anyone.address, amount: relayFee },
      {
        eventName: 'Booked',
        bookingId: made.bookingId,
        listingId: fixture.listingId,
        purse: struct.purse,
        session: struct.session,
        money: struct.money,
        startHash: struct.startHash,
        termsHash: termsHash(fixture.listing.terms),
      },
    ]);
  });

  it('a settlement, the market’s fee, and the host’s withdrawal', async () => {
    const one = await begun();
    const { bookingId } = one.made;
    const fee = costOf(one.made) / 100n;
    const args = await reportArgs(one.fixture, one.made, readingOf(one.made));
    const events = eventsOf(await write(market, anyone, 'settle', asBooked(args)));
    expect(events).toMatchObject([
      { eventName: 'MarketFeePaid', bookingId, amount: fee },
      {
        eventName: 'Settled',
        bookingId,
        reading: args[2],
        agentSignature: args[3],
        sessionSignature: args[4],
      },
    ]);
    const { host, listingId } = one.fixture;
    const [amount] = await earningsOf(one.fixture);
    const out = await write(market, host, 'withdrawEarnings', [listingId, amount, anyone.address]);
    expect(eventsOf(out)).toEqual([
      { eventName: 'EarningsWithdrawn', host: host.address, listingId, amount, to: anyone.address },
    ]);
  });

  it('cancels by either side', async () => {
    const [early, other] = [await reserved(market), await reserved(market)];
    const byDriver = await write(market, early.fixture.driver, 'cancelByDriver', [...open(early), '0x']);
    const refunded = 5n * TOKEN + BOND;
    const canceled = { eventName: 'Canceled', paid: 0n, refunded, overstayedBy: zeroHash };
    expect(eventsOf(byDriver)).toEqual([{ ...canceled, bookingId: early.made.bookingId, byHost: false }]);
    const byHost = await write(market, other.fixture.host, 'cancelByHost', cancelByHostArgs(other.made));
    expect(eventsOf(byHost)).toEqual([{ ...canceled, bookingId: other.made.bookingId, byHost: true }]);
  });

  it('an arrival, and a booking that expires', async () => {
    const one = await begun();
    const { bookingId, sessionKey } = one.made;
    const signature = await signId(one, 'Arrived', sessionKey);
    const receipt = await write(market, anyone, 'arrived', [...open(one), signature]);
    const state = stateIn(receipt, 'Arrived');
    expect(eventsOf(receipt)).toEqual([{ eventName: 'Arrived', bookingId, state }]);
    await jumpTo(market, one.times.reportBy);
    const ended = await write(market, anyone, 'expire', open(one, state));
    expect(eventsOf(ended)).toEqual([{ eventName: 'Expired', bookingId, refunded: 5n * TOKEN + BOND }]);
  });

  it('a no-show and its fee', async () => {
    const one = await reserved(market);
    const { bookingId } = one.made;
    await jumpTo(market, one.times.noShowFrom);
    const agentSignature = toCompact(await signId(one, 'NoShow', one.fixture.agent));
    const receipt = await write(market, anyone, 'claimNoShow', [...open(one), agentSignature]);
    const state = stateIn(receipt, 'NoShowClaimed');
    expect(eventsOf(receipt)).toEqual([{ eventName: 'NoShowClaimed', bookingId, state, agentSignature }]);
    await jumpTo(market, one.times.reportBy + 1_200);
    const ended = await write(market, anyone, 'finalise', open(one, state));
    const money = { paid: NO_SHOW_FEE, refunded: 5n * TOKEN + BOND - NO_SHOW_FEE };
    expect(eventsOf(ended)).toEqual([{ eventName: 'Finalised', bookingId, outcome: NO_SHOW, ...money }]);
  });

  it('claims, a challenge and their end', async () => {
    const one = await claimedBooking(market, { seq: 3, energyWh: 2_000 });
    const { bookingId, sessionKey } = one.made;
    await jumpTo(market, one.times.end);
    const args = await aloneArgs(one, {}, one.state);
    const alone = await write(market, anyone, 'claimAlone', args);
    const claimed = stateIn(alone, 'Claimed');
    const [, , reading, agentSignature] = args;
    const none = { r: zeroHash, vs: zeroHash };
    expect(eventsOf(alone)).toEqual([
      { eventName: 'Claimed', bookingId, state: claimed, reading, agentSignature, sessionSignature: none },
    ]);
    const signature = await signId(one, 'Challenge', sessionKey);
    const receipt = await write(market, anyone, 'challenge', [...open(one, claimed), signature]);
    const state = stateIn(receipt, 'Challenged');
    expect(eventsOf(receipt)).toEqual([{ eventName: 'Challenged', bookingId, state }]);
    await jumpTo(market, one.times.reportBy + 1_200);
    const paid = costOf(one.made, { energyWh: 2_000 });
    const ended = await write(market, anyone, 'finalise', open(one, state));
    expect(eventsOf(ended)).toEqual([
      { eventName: 'MarketFeePaid', bookingId, amount: paid / 100n },
      { eventName: 'Finalised', bookingId, outcome: FULFILLED, paid, refunded: 5n * TOKEN + BOND - paid },
    ]);
  });

  it('a pause', async () => {
    const until = BigInt((await nowOf(market)) + 60);
    const paused = await write(market, deployer, 'pauseNewBookings', [until]);
    expect(eventsOf(paused)).toEqual([{ eventName: 'NewBookingsPaused', until }]);
    await jumpTo(market, Number(until));
  });
});
