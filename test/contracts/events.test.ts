import { type Log, parseEventLogs, zeroAddress, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { bookingIdOf, toBookingStruct } from '../../protocol/booking.ts';
import { packPayout } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';
import { termsHash } from '../../protocol/terms.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, TARIFF, type TestMarket, TOKEN, withBookedAt, write } from '../support/market.ts';
import {
  anyone,
  bookArgs,
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
import { offered } from './offers.ts';
import {
  aloneArgs,
  claimedBooking,
  costOf,
  ended,
  type ReservedBooking,
  raiseTo,
  reserved,
  settleAloneArgs,
  signId,
  stateIn,
} from './reserved.ts';
import { allowDeposits } from './token.ts';

/** The bond of these bookings. */
const BOND = 1_000_000n;
const NO_SHOW_FEE = 500_000n;
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

const open = ({ made }: Pick<ReservedBooking, 'made'>, state: BookingStateStruct = made.state) =>
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
    const money = { cap: 5n * TOKEN, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee };
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
        payout: packPayout({ paid: costOf(one.made), refunded: 5n * TOKEN + BOND - costOf(one.made) }),
        reading: withBookedAt(args[2], one.made.state),
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
    await jumpTo(market, one.times.reportBy + 3_600);
    const ended = await write(market, anyone, 'finalise', open(one, state));
    const money = { paid: NO_SHOW_FEE, refunded: 5n * TOKEN + BOND - NO_SHOW_FEE };
    expect(eventsOf(ended)).toEqual([{ eventName: 'Finalised', bookingId, outcome: NO_SHOW, ...money }]);
  });

  it('claims, a challenge and their end', async () => {
    const one = await claimedBooking(market, { seq: 3, energyWh: 2_000 });
    const { bookingId, sessionKey } = one.made;
    await jumpTo(market, one.times.closes);
    const args = await aloneArgs(one, {}, one.state);
    const alone = await write(market, anyone, 'claimAlone', args);
    const claimed = stateIn(alone, 'ClaimedAlone');
    const [, , reading, agentSignature, secret, allowance] = args;
    const word = { reading, agentSignature, secret, allowance };
    expect(eventsOf(alone)).toEqual([{ eventName: 'ClaimedAlone', bookingId, state: claimed, ...word }]);
    const signature = await signId(one, 'Challenge', sessionKey);
    const receipt = await write(market, anyone, 'challenge', [...open(one, claimed), signature]);
    const state = stateIn(receipt, 'Challenged');
    expect(eventsOf(receipt)).toEqual([{ eventName: 'Challenged', bookingId, state }]);
    await jumpTo(market, one.times.reportBy + 3_600);
    const paid = costOf(one.made, { energyWh: 2_000 });
    const ended = await write(market, anyone, 'finalise', open(one, state));
    expect(eventsOf(ended)).toEqual([
      { eventName: 'MarketFeePaid', bookingId, amount: paid / 100n },
      { eventName: 'Finalised', bookingId, outcome: FULFILLED, paid, refunded: 5n * TOKEN + BOND - paid },
    ]);
  });

  it('a final word that was allowed, with all that a stranger needs to check it', async () => {
    const one = await ended(market);
    const { bookingId } = one.made;
    const [struct] = await settleAloneArgs(one, {}, await raiseTo(one, costOf(one.made)));
    const { reading, agentSignature, secret, allowance } = struct;
    const receipt = await write(market, anyone, 'settleAlone', [struct]);
    const paid = costOf(one.made);
    const payout = packPayout({ paid, refunded: 5n * TOKEN + BOND - paid });
    expect(eventsOf(receipt)).toEqual([
      { eventName: 'MarketFeePaid', bookingId, amount: paid / 100n },
      { eventName: 'SettledAlone', bookingId, payout, reading, agentSignature, secret, allowance },
    ]);
  });

  it('slots that were given back', async () => {
    const one = await begun();
    const fromSlot = BigInt(one.made.booking.firstSlot + 1);
    const message = { bookingId: one.made.bookingId, fromSlot };
    const agentSignature = toCompact(await signMessageOf(one.fixture.agent, market.ref, 'GiveBack', message));
    const [settlement] = asBooked(await reportArgs(one.fixture, one.made, readingOf(one.made)));
    const args = [settlement, { fromSlot: 0n, agentSignature }];
    await expect(write(market, anyone, 'settleAndGiveBack', args)).rejects.toThrow(
      'GiveBack_SignatureInvalid',
    );
    const receipt = await write(market, anyone, 'settleAndGiveBack', [
      settlement,
      { fromSlot, agentSignature },
    ]);
    expect(eventsOf(receipt).at(-1)).toEqual({ eventName: 'SlotsGivenBack', ...message, agentSignature });
  });

  it('an offer that was taken, with the prices that its booking has', async () => {
    const fixture = await newFixture(market, { tariff: { ...TARIFF, discountBp: 1_000n } });
    const { booking: listed } = await draftBooking(fixture);
    const validUntil = BigInt((await nowOf(market)) + 100);
    const { booking, offer } = offered(fixture, listed, { flatFee: 45_000n }, validUntil);
    const agentSignature = toCompact(await signMessageOf(fixture.agent, market.ref, 'Offer', offer));
    const { tariff: listedTariff } = listed.terms;
    const taken = { listedTariff, driver: offer.driver, validUntil, agentSignature };
    const args = [...bookArgs(fixture, booking), 0n, taken, '0x'];
    const [booked, event] = eventsOf(await write(market, fixture.driver, 'bookOffer', args));
    const bookingId = bookingIdOf(market.ref, booking);
    expect(booked).toMatchObject({ eventName: 'Booked', bookingId, termsHash: termsHash(booking.terms) });
    expect(event).toEqual({ eventName: 'OfferTaken', bookingId, tariff: offer.tariff, offer: taken });
  });

  it('a quarrel, and that its fee went to nobody', async () => {
    const one = await reserved(market);
    const { bookingId } = one.made;
    await jumpTo(market, one.times.noShowFrom);
    const agentSignature = toCompact(await signId(one, 'NoShow', one.fixture.agent));
    const missed = stateIn(
      await write(market, anyone, 'claimNoShow', [...open(one), agentSignature]),
      'NoShowClaimed',
    );
    const receipt = await write(market, one.fixture.driver, 'arrived', [...open(one, missed), '0x']);
    const state = stateIn(receipt, 'Arrived');
    await jumpTo(market, one.times.reportBy + 3_600);
    const money = { fee: NO_SHOW_FEE, refunded: 5n * TOKEN + BOND - NO_SHOW_FEE };
    const end = await write(market, anyone, 'finalise', open(one, state));
    expect(eventsOf(end)).toEqual([{ eventName: 'NoShowContested', bookingId, ...money }]);
  });

  it('a pause', async () => {
    const until = BigInt((await nowOf(market)) + 60);
    const paused = await write(market, deployer, 'pauseNewBookings', [until]);
    expect(eventsOf(paused)).toEqual([{ eventName: 'NewBookingsPaused', until }]);
    await jumpTo(market, Number(until));
  });
});
