import { type Address, type Hex, type LocalAccount, zeroHash } from 'viem';
import { type IntentLimits, intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { depositNonce, fundAndBookNonce } from '../../protocol/funding.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE, type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { termsHash } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, type TestMarket, TOKEN } from '../support/market.ts';
import { type BookingInState, type BookingsInEachState, guardian } from './bookings-in-each-state.ts';
import {
  anyone,
  bookArgs,
  draftBooking,
  intentArgs,
  newKey,
  nowOf,
  read,
  readingOf,
  reportArgs,
  signedIntentArgs,
  walletArgs,
} from './fixture.ts';
import { type SampleCall, type Signed, toWords, unsignedCall } from './sample-call.ts';
import { allowDeposits, authorise, mint } from './token.ts';

const stranger = anyone.address;

const UNSIGNED: Hex = `0x${'00'.repeat(64)}1b`;

/** One call of every kind that changes the ledger, sent by a stranger where a signature allows it. */
export async function sampleCallsOf(bookings: BookingsInEachState): Promise<SampleCall[]> {
  return [
    ...(await listingCalls(bookings)),
    ...(await bookingCalls(bookings)),
    ...cancelCalls(bookings),
    ...reportCalls(bookings),
    ...claimCalls(bookings),
    ...(await moneyCalls(bookings)),
    ...(await fundingCalls(bookings)),
    ...(await batchCalls(bookings)),
    unsignedCall('pauseNewBookings', guardian.address, [BigInt((await nowOf(bookings.market)) + 3_600)]),
  ];
}

const published = (listing: ListingStruct, version: number) => ({
  listingId: listingIdOf(listing.terms.agentKey, listing.place.connector),
  termsHash: termsHash(listing.terms),
  weeklyHours: listing.weeklyHours,
  placeHash: placeHash(listing.place),
  version,
});

async function listingCalls({ market, unlisted, free }: BookingsInEachState): Promise<SampleCall[]> {
  const signer = localAccount('host');
  const { listing } = free;
  const next = { ...listing, weeklyHours: listing.weeklyHours ^ 1n };
  const validUntil = await soon(market);
  const consent = { listingId: unlisted.listingId, host: signer.address, validUntil };
  return [
    {
      call: 'publishListing',
      sender: stranger,
      signed: [
        { type: 'AgentConsent', signer: unlisted.agent, message: consent },
        { type: 'PublishListing', signer, message: published(unlisted.listing, 0) },
      ],
      args: (agreed = UNSIGNED, signature = '0x') => [
        unlisted.listing,
        validUntil,
        toWords(agreed),
        signature,
      ],
    },
    {
      call: 'updateListing',
      sender: stranger,
      signed: [{ type: 'PublishListing', signer, message: published(next, 1) }],
      args: (signature) => [listing, next, signature],
    },
    {
      call: 'setListingStatus',
      sender: stranger,
      signed: [
        {
          type: 'SetListingStatus',
          signer,
          message: { listingId: free.listingId, status: LISTING_STATUS.CLOSED, version: 1 },
        },
      ],
      args: (signature) => [listing, LISTING_STATUS.CLOSED, signature],
    },
  ];
}

const soon = async (market: TestMarket) => BigInt((await nowOf(market)) + 300);

async function bookingCalls({ market, free }: BookingsInEachState): Promise<SampleCall[]> {
  const { booking } = await draftBooking(free);
  const limits: IntentLimits = { relayer: stranger, validUntil: await soon(market) };
  return [
    {
      call: 'book',
      sender: stranger,
      signed: [{ type: 'Intent', signer: free.driver, message: intentMessage(booking, limits) }],
      args: (signature = UNSIGNED) => signedIntentArgs(free, booking, limits, toWords(signature)),
    },
    {
      call: 'bookByWallet',
      sender: stranger,
      signed: [{ type: 'Intent', signer: free.driver, message: intentMessage(booking, limits) }],
      args: (signature = '0x') => walletArgs(free, booking, limits, signature),
    },
    unsignedCall('bookAsDriver', free.driver.address, bookArgs(free, booking)),
  ];
}

/** The booking and its state, with which all calls about an open one begin. */
const open = ({ made, state }: BookingInState) => [toBookingStruct(made.booking), state] as const;

function cancelCalls({ ahead, begun }: BookingsInEachState): SampleCall[] {
  const { driver } = ahead.fixture;
  const { bookingId } = ahead.made;
  const byHost = { bookingId: begun.made.bookingId, overstayedBy: zeroHash };
  return [
    {
      call: 'cancelByDriver',
      sender: stranger,
      signed: [{ type: 'CancelByDriver', signer: driver, message: { bookingId, paysLateFee: false } }],
      args: (signature) => [...open(ahead), signature],
    },
    {
      call: 'cancelByHost',
      sender: stranger,
      signed: [
        { type: 'CancelByHost', signer: localAccount('host'), message: byHost },
        { type: 'CancelByHost', signer: begun.made.sessionKey, message: byHost },
      ],
      args: (signature, agreement = UNSIGNED) => [...open(begun), zeroHash, signature, toWords(agreement)],
    },
    {
      call: 'cancelByHost',
      sender: localAccount('host').address,
      signed: [],
      args: () => [...open(ahead), zeroHash, '0x', NO_SIGNATURE],
    },
  ];
}

const readBy = (signer: LocalAccount, message: Reading): Signed => ({ type: 'Reading', signer, message });

function reportCalls({ begun }: BookingsInEachState): SampleCall[] {
  const { fixture, made } = begun;
  return (['settle', 'settleFrom', 'claim'] as const).map((call) => {
    const reading = readingOf(made, { isFinal: call !== 'claim' });
    return {
      call,
      sender: stranger,
      signed: [readBy(fixture.agent, reading), readBy(made.sessionKey, reading)],
      args: (agent = UNSIGNED, session = UNSIGNED) => {
        const signatures = [toWords(agent), toWords(session)] as const;
        const args = [...open(begun), toReadingStruct(reading), ...signatures] as const;
        return call === 'settle' ? asBooked(args) : args;
      },
    };
  });
}

function claimCalls({
  begun,
  unvisited,
  claimed,
  challenged,
  finalisable,
  expirable,
}: BookingsInEachState): SampleCall[] {
  const { fixture, made } = begun;
  const reading = readingOf(made);
  const idOf = (one: BookingInState) => ({ bookingId: one.made.bookingId });
  return [
    {
      call: 'claimAlone',
      sender: stranger,
      signed: [readBy(fixture.agent, reading)],
      args: (agent = UNSIGNED) => [...open(begun), toReadingStruct(reading), toWords(agent), made.secret],
    },
    {
      call: 'claimNoShow',
      sender: stranger,
      signed: [{ type: 'NoShow', signer: unvisited.fixture.agent, message: idOf(unvisited) }],
      args: (agent = UNSIGNED) => [...open(unvisited), toWords(agent)],
    },
    ...[fixture.driver, made.sessionKey].map((signer) => ({
      call: 'arrived',
      sender: stranger,
      signed: [{ type: 'Arrived' as const, signer, message: idOf(begun) }],
      args: (signature?: Hex) => [...open(begun), signature],
    })),
    ...[claimed.fixture.driver, claimed.made.sessionKey].map((signer) => ({
      call: 'challenge',
      sender: stranger,
      signed: [{ type: 'Challenge' as const, signer, message: idOf(claimed) }],
      args: (signature?: Hex) => [...open(claimed), signature],
    })),
    unsignedCall('prove', stranger, [...open(challenged), challenged.proof]),
    unsignedCall('finalise', stranger, open(finalisable)),
    unsignedCall('expire', stranger, open(expirable)),
  ];
}

/** What `Withdraw` and `WithdrawEarnings` have in common. */
const outOf = async (market: TestMarket, account: Address, amount: bigint) => ({
  amount,
  to: newKey().address,
  relayer: stranger,
  relayFee: 1_000n,
  nonce: (await read(market, 'nonces', [account])) as bigint,
  validUntil: await soon(market),
});

async function moneyCalls({ market, free, earned }: BookingsInEachState): Promise<SampleCall[]> {
  const signer = localAccount('host');
  const account = free.driver.address;
  const { listingId } = earned.fixture;
  const fromPurse = { account, purse: 0, ...(await outOf(market, account, 1_000_000n)) };
  const income = await outOf(market, signer.address, 100_000n);
  const fromEarnings = { host: signer.address, listingId, ...income };
  return [
    {
      call: 'withdrawBySignature',
      sender: stranger,
      signed: [{ type: 'Withdraw', signer: free.driver, message: fromPurse }],
      args: (signature) => [fromPurse, signature],
    },
    {
      call: 'withdrawEarningsBySignature',
      sender: stranger,
      signed: [{ type: 'WithdrawEarnings', signer, message: fromEarnings }],
      args: (signature) => [fromEarnings, signature],
    },
    unsignedCall('withdraw', account, [0, 1_000_000n, stranger]),
    unsignedCall('withdrawEarnings', signer.address, [listingId, 100_000n, stranger]),
  ];
}

/** Deposits, by an allowance and by authorisations of a key without ether. */
async function fundingCalls({ market, free }: BookingsInEachState): Promise<SampleCall[]> {
  const from = newKey();
  await mint(market, from.address, 100n * TOKEN);
  await allowDeposits(market, 10n * TOKEN);
  const { booking } = await draftBooking({ ...free, driver: from });
  const limits: IntentLimits = { relayer: stranger, validUntil: await soon(market) };
  const intended = fundAndBookNonce(market.ref, booking, limits);
  const deposited = depositNonce(from.address, 3, zeroHash);
  const payer = guardian.address;
  return [
    unsignedCall('deposit', payer, [from.address, 0, TOKEN]),
    unsignedCall('depositWithPermit', payer, [from.address, 0, TOKEN, 0n, 27, zeroHash, zeroHash]),
    unsignedCall('depositWithAuthorization', stranger, [
      from.address,
      3,
      zeroHash,
      await authorise(market, from, TOKEN, deposited),
    ]),
    unsignedCall('fundAndBook', stranger, [
      toBookingStruct(booking),
      free.listing.weeklyHours,
      placeHash(free.listing.place),
      packLimits(limits),
      await authorise(market, from, 10n * TOKEN, intended),
    ]),
  ];
}

/** Batches of one item each. */
async function batchCalls({ market, begun, free }: BookingsInEachState): Promise<SampleCall[]> {
  const { fixture, made } = begun;
  const { booking } = await draftBooking(free);
  const limits: IntentLimits = { relayer: stranger, validUntil: await soon(market) };
  const settlement = asBooked(await reportArgs(fixture, made, readingOf(made)));
  return [
    unsignedCall('settleAll', stranger, [settlement]),
    unsignedCall('bookAll', stranger, [await intentArgs(free, booking, limits)]),
  ];
}
