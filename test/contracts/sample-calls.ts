import { type Address, zeroHash } from 'viem';
import {
  type Booking,
  type IntentLimits,
  intentMessage,
  packLimits,
  toBookingStruct,
} from '../../protocol/booking.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';
import { depositNonce, fundAndBookNonce } from '../../protocol/funding.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import { termsHash } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, type TestMarket, TOKEN } from '../support/market.ts';
import { type BookingsInEachState, guardian } from './bookings-in-each-state.ts';
import {
  anyone,
  bookArgs,
  draftBooking,
  type Fixture,
  intentArgs,
  newKey,
  nowOf,
  read,
  readingOf,
  reportArgs,
  signedIntentArgs,
  walletArgs,
} from './fixture.ts';
import { offered } from './offers.ts';
import { raiseTo, settleAloneArgs } from './reserved.ts';
import { open, type SampleCall, signaturesOf, toWords, UNSIGNED, unsignedCall } from './sample-call.ts';
import { ALLOWED, claimCalls, deadlineCalls, settleCalls } from './sample-reports.ts';
import { allowDeposits, authorise, mint } from './token.ts';

const stranger = anyone.address;

/** One call of every kind that changes the ledger, sent by a stranger where a signature allows it. */
export async function sampleCallsOf(bookings: BookingsInEachState): Promise<SampleCall[]> {
  return [
    ...(await listingCalls(bookings)),
    ...(await bookingCalls(bookings)),
    ...cancelCalls(bookings),
    ...settleCalls(bookings),
    ...claimCalls(bookings),
    ...deadlineCalls(bookings),
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
    offerCall(free, booking, limits),
  ];
}

/** A booking at a tariff that the agent offers: a tenth below the listed prices. */
function offerCall(free: Fixture, listed: Booking, limits: IntentLimits): SampleCall {
  const { tariff: listedTariff } = listed.terms;
  const { booking, offer } = offered(free, listed, { pricePerKwh: 225_000n }, limits.validUntil - 200n);
  const message = intentMessage(booking, limits);
  return {
    call: 'bookOffer',
    sender: stranger,
    signed: [
      { type: 'Offer', signer: free.agent, message: offer },
      { type: 'Intent', signer: free.driver, message },
    ],
    args: (agreed = UNSIGNED, signature = '0x') => [
      ...bookArgs(free, booking),
      packLimits(limits),
      { listedTariff, ...offer, agentSignature: toWords(agreed) },
      signature,
    ],
  };
}

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
async function batchCalls(bookings: BookingsInEachState): Promise<SampleCall[]> {
  const { market, begun, free } = bookings;
  const { fixture, made } = begun;
  const { booking } = await draftBooking(free);
  const limits: IntentLimits = { relayer: stranger, validUntil: await soon(market) };
  const settlements = asBooked(await reportArgs(fixture, made, readingOf(made)));
  const alone = await settleAloneArgs(begun, {}, await raiseTo(begun, ALLOWED));
  return [
    unsignedCall('settleAll', stranger, [settlements, ITEM_GAS_MIN]),
    unsignedCall('settleAllAlone', stranger, [alone, ITEM_GAS_MIN]),
    unsignedCall('bookAll', stranger, [await intentArgs(free, booking, limits), ITEM_GAS_MIN]),
    ...(await batchesGivingBack(bookings)),
  ];
}

const GIVING_BACK = new Map([
  ['settleAndGiveBack', 'settleAllAndGiveBack'],
  ['settleAloneAndGiveBack', 'settleAllAloneAndGiveBack'],
]);

function batchesGivingBack(bookings: BookingsInEachState): Promise<SampleCall[]> {
  const samples = settleCalls(bookings).filter(({ call }) => GIVING_BACK.has(call));
  return Promise.all(
    samples.map(async (sample) => {
      const [settlement, given] = sample.args(...(await signaturesOf(bookings.market.ref, sample)));
      const items = [{ settlement, given }];
      return unsignedCall(String(GIVING_BACK.get(sample.call)), stranger, [items, ITEM_GAS_MIN]);
    }),
  );
}
