import { concatHex, type Hex, size, toHex, zeroAddress, zeroHash } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { intentMessage, packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { LISTING_STATUS, type ListingStruct, listingIdOf, placeHash } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { termsHash } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  anyone,
  bookArgs,
  booked,
  cancelByHostArgs,
  draftBooking,
  type Fixture,
  intentArgs,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  publishArgs,
  walletArgs,
} from '../contracts/fixture.ts';
import { offered } from '../contracts/offers.ts';
import { timesOf } from '../contracts/reserved.ts';
import { KINDS, type Signer } from '../contracts/signers.ts';
import { rpc } from '../support/anvil.ts';
import {
  banker,
  clientOf,
  fundDriver,
  sendCall,
  TARIFF,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
import {
  arrive,
  challenge,
  claimAlone,
  claimBoth,
  deployFeeMarket,
  playSignedMoney,
  prove,
  reserve,
} from './dispute-scenario.ts';

const HOST = localAccount('host');

/** A ledger on which each act that only somebody may do was done, in each way in which it can be. */
export async function playSignedActs(rpcUrl: string): Promise<TestMarket> {
  const market = await deployFeeMarket(rpcUrl);
  const fixture = await newFixture(market);
  await changeListing(fixture);
  await bookInBatch(fixture);
  await bookThroughContract(fixture);
  await bookOffered(await newFixture(market, { tariff: { ...TARIFF, discountBp: 1_000n } }));
  for (const [, newSigner] of KINDS) await actByAccount(market, await newSigner(market));
  await endLate(market);
  const soon = BigInt((await nowOf(market)) + 60);
  await write(market, anyone, 'pauseNewBookings', [soon]);
  return market;
}

/** The host changes a listing, and closes it by a signed message. */
async function changeListing({ market, listing, listingId }: Fixture): Promise<void> {
  await write(market, HOST, 'updateListing', [listing, listing, '0x']);
  const close = { listingId, status: LISTING_STATUS.CLOSED, version: 2 };
  const signed = await signMessageOf(HOST, market.ref, 'SetListingStatus', close);
  await write(market, anyone, 'setListingStatus', [listing, LISTING_STATUS.CLOSED, signed]);
  await write(market, HOST, 'setListingStatus', [listing, LISTING_STATUS.OPEN, '0x']);
}

const limitsOf = async (market: TestMarket) => ({
  relayer: zeroAddress,
  validUntil: BigInt((await nowOf(market)) + 300),
});

/** Two intents in one transaction, and one of them twice: the second time it is skipped. */
async function bookInBatch(fixture: Fixture): Promise<void> {
  const { market } = fixture;
  const others = { ...fixture, driver: await fundDriver(market) };
  const first = await draftBooking(fixture);
  const second = await draftBooking(others, { firstSlot: first.booking.firstSlot + 4 });
  const limits = await limitsOf(market);
  const [one] = await intentArgs(fixture, first.booking, limits);
  const [two] = await intentArgs(others, second.booking, limits);
  await write(market, anyone, 'bookAll', [[one, two, one], 400_000n]);
}

/** Passes on what it is sent to the market. */
const forwarderTo = (market: Hex): Hex => {
  const runtime = concatHex(['0x365f5f375f5f365f5f73', market, '0x5af100']);
  return concatHex(['0x60', toHex(size(runtime)), '0x8060095f395ff3', runtime]);
};

async function bookThroughContract(fixture: Fixture): Promise<void> {
  const { market } = fixture;
  const client = clientOf(market.rpcUrl, anyone);
  const hash = await client.sendTransaction({ data: forwarderTo(market.market), chain: null });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  const driven = { ...fixture, driver: await fundDriver(market) };
  const made = await draftBooking(driven, {
    firstSlot: Math.floor((await nowOf(market)) / 900) + 30,
  });
  const args = await intentArgs(driven, made.booking, await limitsOf(market));
  await sendCall(client, { address: contractAddress!, abi: plugpactMarketAbi, functionName: 'book', args });
}

/** A relayer sends an offer that the driver takes by an intent that names it, and earns a fee. */
async function bookOffered(fixture: Fixture): Promise<void> {
  const { market, agent, driver } = fixture;
  const money = { cap: 5n * TOKEN, unsignedCost: TOKEN, allowedCost: 100_000n, relayFee: 5_000n };
  const listed = (await draftBooking(fixture, { money })).booking;
  const limits = { ...(await limitsOf(market)), relayer: anyone.address };
  const prices = { pricePerKwh: (TARIFF.pricePerKwh * 19n) / 20n };
  const { booking, offer } = offered(fixture, listed, prices, limits.validUntil - 200n);
  const intent = await signMessageOf(driver, market.ref, 'Intent', intentMessage(booking, limits));
  const agentSignature = toCompact(await signMessageOf(agent, market.ref, 'Offer', offer));
  const taken = { ...offer, listedTariff: listed.terms.tariff, agentSignature };
  const [struct, weeklyHours, place] = bookArgs(fixture, booking);
  await write(market, anyone, 'bookOffer', [struct, weeklyHours, place, packLimits(limits), taken, intent]);
}

/** Any kind of account lists as a host, and books, cancels and withdraws as a driver. */
async function actByAccount(market: TestMarket, signer: Signer): Promise<void> {
  const agent = newKey();
  const host = await listedBy(market, agent, signer);
  const fixture = { market, agent, host: HOST, ...host, driver: newKey() };
  await write(market, banker, 'deposit', [signer.address, 0, 8n * TOKEN]);
  const own = await newFixture(market);
  const made = await draftBooking(own, { driver: signer.address });
  const limits = await limitsOf(market);
  const signed = await signer.sign('Intent', intentMessage(made.booking, limits));
  await write(market, anyone, 'bookByWallet', walletArgs(own, made.booking, limits, signed));
  const state = { head: 1n | (BigInt(await nowOf(market)) << 8n), claim: 0n };
  const cancel = { bookingId: made.bookingId, paysLateFee: false };
  const struct = toBookingStruct(made.booking);
  await write(market, anyone, 'cancelByDriver', [struct, state, await signer.sign('CancelByDriver', cancel)]);
  await withdraw(fixture, signer);
}

async function withdraw({ market }: Pick<Fixture, 'market'>, signer: Signer): Promise<void> {
  const { validUntil } = await limitsOf(market);
  for (const nonce of [0n, 1n]) {
    const out = { account: signer.address, purse: 0, amount: TOKEN, to: HOST.address, nonce, validUntil };
    const message = { ...out, relayer: anyone.address, relayFee: 1_000n };
    await write(market, anyone, 'withdrawBySignature', [message, await signer.sign('Withdraw', message)]);
  }
}

async function listedBy(market: TestMarket, agent: PrivateKeyAccount, signer: Signer) {
  const listing: ListingStruct = testListing(testTerms(signer.address, agent.address));
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const { weeklyHours, place } = listing;
  const hashes = { termsHash: termsHash(listing.terms), placeHash: placeHash(place) };
  const signed = await signer.sign('PublishListing', { listingId, weeklyHours, version: 0, ...hashes });
  const fixture = { market, agent, host: HOST, listing, listingId };
  await write(market, anyone, 'publishListing', await publishArgs(fixture, listing, signed));
  return { listing, listingId };
}

/** What is done once a booking is near, or over: late cancels, arrivals, a dispute that the meter ends, payments. */
async function endLate(market: TestMarket): Promise<void> {
  const [late, agreed] = [await newFixture(market), await newFixture(market)];
  const [byDriver, byHost] = [await booked(late), await booked(agreed)];
  const [quarrel, visit] = [await reserve(market), await reserve(market)];
  await jumpTo(market, timesOf(byDriver).opens - 600);
  const cancel = { bookingId: byDriver.bookingId, paysLateFee: true };
  const signed = await signMessageOf(late.driver, market.ref, 'CancelByDriver', cancel);
  await write(market, anyone, 'cancelByDriver', [toBookingStruct(byDriver.booking), byDriver.state, signed]);
  await jumpTo(market, timesOf(byHost).start);
  const message = { bookingId: byHost.bookingId, overstayedBy: zeroHash };
  const agreement = toCompact(await signMessageOf(byHost.sessionKey, market.ref, 'CancelByHost', message));
  await write(market, HOST, 'cancelByHost', cancelByHostArgs(byHost, byHost.state, agreement));
  await arrive(visit);
  const begun = await claimBoth(quarrel, { seq: 3, energyWh: 2_000 });
  await jumpTo(market, quarrel.times.closes);
  await prove(await prove(await challenge(await claimAlone(begun)), '1003.0'), '1008.1230');
  await playSignedMoney(market, quarrel);
  await write(market, HOST, 'withdrawEarnings', [quarrel.fixture.listingId, 10_000n, HOST.address]);
  await write(market, quarrel.fixture.driver, 'withdraw', [0, TOKEN, HOST.address]);
  await rpc(market.rpcUrl, 'evm_mine');
}
