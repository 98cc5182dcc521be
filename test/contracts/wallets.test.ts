import { type Hex, zeroHash } from 'viem';
import { toAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { intentMessage, toBookingStruct } from '../../protocol/booking.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import type { SignedTypeName } from '../../protocol/signedTypes.ts';
import { termsHash } from '../../protocol/terms.ts';
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
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
import { claimAlone } from './bookings-in-each-state.ts';
import {
  anyone,
  attempt,
  booked,
  bookedSince,
  draftBooking,
  earningsOf,
  expectRefusal,
  type Fixture,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  publishArgs,
  purseOf,
  readingOf,
  reportArgs,
  walletArgs,
} from './fixture.ts';
import { costOf, stateIn, timesOf, windows } from './reserved.ts';
import { KINDS, type Signer } from './signers.ts';

const deployer = localAccount('deployer');
const START = 10n * TOKEN;
/** What the co-signed part of the challenged claim costs. */
const COSIGNED = 625_000n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  const token = { address: market.token, abi: demoTokenAbi } as const;
  const client = clientOf(anvil.url, deployer);
  for (const [functionName, to] of [
    ['mint', deployer.address],
    ['approve', market.market],
  ] as const) {
    await sendCall(client, { ...token, functionName, args: [to, 1_000n * TOKEN] });
  }
});
afterAll(() => anvil.stop());

interface SignedCall {
  type: SignedTypeName;
  message: object;
  call: string;
  args: (signature: Hex) => readonly unknown[];
}

/** Sends a signed call through a stranger, after that stranger tried it unsigned and signed by `other`. */
async function sendThroughStranger(signer: Signer, other: Signer, { type, message, call, args }: SignedCall) {
  for (const signature of ['0x', await other.sign(type, message)] as const) {
    const forged = attempt(market, anyone, call, args(signature));
    await expectRefusal(forged, 'Account_InvalidSignature', [signer.address]);
  }
  return write(market, anyone, call, args(await signer.sign(type, message)));
}

const soon = async () => BigInt((await nowOf(market)) + 300);

const balanceOf = (account: Hex) =>
  clientOf(anvil.url, deployer).readContract({
    address: market.token,
    abi: demoTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  });

/** What `Withdraw` and `WithdrawEarnings` have in common, as a first message of its account. */
const outOf = async (amount: bigint, to: Hex, nonce = 0n) => ({
  amount,
  to,
  relayer: anyone.address,
  relayFee: 1_000n,
  nonce,
  validUntil: await soon(),
});

const published = (listing: ListingStruct, version: number) => ({
  listingId: listingIdOf(listing.terms.agentKey, listing.place.connector),
  termsHash: termsHash(listing.terms),
  weeklyHours: listing.weeklyHours,
  placeHash: placeHash(listing.place),
  version,
});

describe.each(KINDS)('%s as a host', (_, make) => {
  let host: Signer;
  let other: Signer;
  let fixture: Fixture;
  beforeAll(async () => {
    [host, other] = [await make(market), await make(market)];
    const agent = newKey();
    const listing = testListing(testTerms(host.address, agent.address));
    const listingId = listingIdOf(agent.address, listing.place.connector);
    const driver = await fundDriver(market);
    fixture = { market, agent, host: toAccount(host.address), listing, listingId, driver };
  });

  it('lists, updates, closes and opens, earns, cancels and withdraws by signature', async () => {
    await lists();
    await earnsAndWithdraws();
    await cancels();
  });

  async function lists() {
    const { listing, listingId } = fixture;
    const consented = await publishArgs(fixture, listing);
    await sendThroughStranger(host, other, {
      type: 'PublishListing',
      message: published(listing, 0),
      call: 'publishListing',
      args: (signature) => [...consented.slice(0, 3), signature],
    });
    const next = { ...listing, terms: { ...listing.terms, tariff: listing.terms.tariff + 1n } };
    for (const [version, from, to] of [
      [1, listing, next],
      [2, next, listing],
    ] as const) {
      await sendThroughStranger(host, other, {
        type: 'PublishListing',
        message: published(to, version),
        call: 'updateListing',
        args: (signature) => [from, to, signature],
      });
    }
    for (const [version, status] of [
      [3, LISTING_STATUS.CLOSED],
      [4, LISTING_STATUS.OPEN],
    ] as const) {
      await sendThroughStranger(host, other, {
        type: 'SetListingStatus',
        message: { listingId, status, version },
        call: 'setListingStatus',
        args: (signature) => [listing, status, signature],
      });
    }
  }

  async function earnsAndWithdraws() {
    const made = await booked(fixture);
    await jumpTo(market, made.booking.firstSlot * 900);
    await write(market, anyone, 'settle', asBooked(await reportArgs(fixture, made, readingOf(made))));
    const earned = costOf(made);
    const to = newKey().address;
    const message = {
      host: host.address,
      listingId: fixture.listingId,
      ...(await outOf(earned, to)),
    };
    await sendThroughStranger(host, other, {
      type: 'WithdrawEarnings',
      message,
      call: 'withdrawEarningsBySignature',
      args: (signature) => [message, signature],
    });
    expect(await balanceOf(to)).toBe(earned - 1_000n);
    expect((await earningsOf(fixture))[0]).toBe(0n);
  }

  async function cancels() {
    const made = await booked(fixture);
    await sendThroughStranger(host, other, {
      type: 'CancelByHost',
      message: { bookingId: made.bookingId, overstayedBy: zeroHash },
      call: 'cancelByHost',
      args: (signature) => [toBookingStruct(made.booking), made.state, zeroHash, signature, NO_SIGNATURE],
    });
    expect((await purseOf(market, fixture.driver.address))[1]).toBe(2n);
  }
});

describe.each(KINDS)('%s as a driver', (_, make) => {
  let driver: Signer;
  let other: Signer;
  let fixture: Fixture;
  beforeAll(async () => {
    [driver, other] = [await make(market), await make(market)];
    fixture = await newFixture(market);
    await write(market, deployer, 'deposit', [driver.address, 0, START]);
  });

  it('books, cancels, declares to be there, challenges and withdraws by signature', async () => {
    await booksAndCancels();
    await arrives();
    await challenges();
    await withdraws();
  });

  async function books() {
    const made = await draftBooking(fixture, { driver: driver.address });
    const limits = { relayer: anyone.address, validUntil: await soon() };
    await sendThroughStranger(driver, other, {
      type: 'Intent',
      message: intentMessage(made.booking, limits),
      call: 'bookByWallet',
      args: (signature) => walletArgs(fixture, made.booking, limits, signature),
    });
    const one = bookedSince(made, await nowOf(market));
    return { fixture, made: one, times: timesOf(one) };
  }

  async function booksAndCancels() {
    const { made } = await books();
    const message = { bookingId: made.bookingId, paysLateFee: false };
    await sendThroughStranger(driver, other, {
      type: 'CancelByDriver',
      message,
      call: 'cancelByDriver',
      args: (signature) => [toBookingStruct(made.booking), made.state, signature],
    });
    expect(await purseOf(market, driver.address)).toEqual([START, 1n]);
  }

  async function arrives() {
    const one = await books();
    await jumpTo(market, one.times.start);
    const receipt = await sendThroughStranger(driver, other, {
      type: 'Arrived',
      message: { bookingId: one.made.bookingId },
      call: 'arrived',
      args: (signature) => [toBookingStruct(one.made.booking), one.made.state, signature],
    });
    const state = stateIn(receipt, 'Arrived');
    await jumpTo(market, one.times.reportBy);
    await write(market, anyone, 'expire', [toBookingStruct(one.made.booking), state]);
    expect(await purseOf(market, driver.address)).toEqual([START, 2n]);
  }

  async function challenges() {
    const one = await books();
    await jumpTo(market, one.times.closes);
    const { state: claimed } = await claimAlone(one);
    const receipt = await sendThroughStranger(driver, other, {
      type: 'Challenge',
      message: { bookingId: one.made.bookingId },
      call: 'challenge',
      args: (signature) => [toBookingStruct(one.made.booking), claimed, signature],
    });
    await jumpTo(market, (await nowOf(market)) + windows.proofSec);
    const ended = [toBookingStruct(one.made.booking), stateIn(receipt, 'Challenged')];
    await write(market, anyone, 'finalise', ended);
    expect(await purseOf(market, driver.address)).toEqual([START - COSIGNED, 3n]);
  }

  async function withdraws() {
    const to = newKey().address;
    const message = { account: driver.address, purse: 0, ...(await outOf(START - COSIGNED, to)) };
    await sendThroughStranger(driver, other, {
      type: 'Withdraw',
      message,
      call: 'withdrawBySignature',
      args: (signature) => [message, signature],
    });
    expect(await balanceOf(to)).toBe(START - COSIGNED - 1_000n);
    expect(await purseOf(market, driver.address)).toEqual([0n, 3n]);
  }
});
