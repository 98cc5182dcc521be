import { deflateSync } from 'node:zlib';
import { hexToBytes, zeroAddress } from 'viem';
import { packLimits, toBookingStruct } from '../../protocol/booking.ts';
import { type AllowanceStruct, NO_RAISE } from '../../protocol/calls.ts';
import { placeHash } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import type { TestBooking, TestMarket } from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { gasOf } from './evm.ts';
import {
  aloneArgs,
  draftAllowing,
  draftBooking,
  finalReading,
  intentArgs,
  jumpTo,
  marketCall,
  nowOf,
  type Participant,
  send,
  settleArgs,
  signIntent,
} from './participants.ts';

/** Token units: above what the final reading of every session here costs. */
const ENOUGH = 2_500_000n;

/** An offer ends two minutes after it was signed. */
const OFFER_SEC = 100;

/** A session in two transactions, the first by the driver: its gas, and the calldata of both. */
export async function playSteady(market: TestMarket, member: Participant) {
  const { driver, listing } = member;
  // The node signs for the driver, who needs ether for this once.
  await rpc(market.rpcUrl, 'hardhat_impersonateAccount', [driver.address]);
  await rpc(market.rpcUrl, 'hardhat_setBalance', [driver.address, `0x${(10n ** 18n).toString(16)}`]);
  const made = await draftBooking(member);
  const booking = [toBookingStruct(made.booking), listing.weeklyHours, placeHash(listing.place)];
  const booked = await send(market, 'bookAsDriver', booking, driver.address);
  const settlement = await settleArgs(member, made, await nowOf(market));
  const settled = await send(market, 'settle', settlement);
  return {
    gas: gasOf(booked) + gasOf(settled),
    calldata: sizeOf([marketCall('bookAsDriver', booking), marketCall('settle', settlement)]),
  };
}

/** Calldata in bytes, and how far zlib deflates it: what a rollup publishes. */
function sizeOf(calls: readonly `0x${string}`[]) {
  const data = Buffer.concat(calls.map((call) => hexToBytes(call)));
  return { bytes: data.length, deflated: deflateSync(data, { level: 9 }).length };
}

/** `book` by the driver's signature, and `settleAlone` within what the booking allows. */
export async function playAllowed(market: TestMarket, member: Participant): Promise<number> {
  return playAlone(market, member, await draftAllowing(member, ENOUGH), NO_RAISE);
}

/** The same where the session key raised the allowance afterwards. */
export async function playRaised(market: TestMarket, member: Participant): Promise<number> {
  const made = await draftBooking(member);
  const message = { bookingId: made.bookingId, cost: ENOUGH };
  const signature = await signMessageOf(made.sessionKey, market.ref, 'Allowance', message);
  return playAlone(market, member, made, { cost: ENOUGH, sessionSignature: toCompact(signature) });
}

async function playAlone(
  market: TestMarket,
  member: Participant,
  made: TestBooking,
  allowance: AllowanceStruct,
): Promise<number> {
  const booked = await send(market, 'book', await intentArgs(member, made));
  const bookedAt = await nowOf(market);
  // A reading that the agent alone signed is never of the future.
  await jumpTo(market, finalReading(made).endedAt);
  const settled = await send(market, 'settleAlone', await aloneArgs(member, made, bookedAt, allowance));
  return gasOf(booked) + gasOf(settled);
}

/** `bookOffer` by the driver's signature, at nine tenths of the listed prices, and `settle`. */
export async function playOffer(market: TestMarket, member: Participant): Promise<number> {
  const { listing, agent, listingId } = member;
  const listed = fromTermsStruct(listing.terms);
  const { pricePerKwh, pricePerHour, ...rest } = listed.tariff;
  const tariff = { pricePerKwh: (pricePerKwh * 9n) / 10n, pricePerHour: (pricePerHour * 9n) / 10n, ...rest };
  const made = await draftBooking(member, { terms: toTermsStruct({ ...listed, tariff }) });
  const { firstSlot, slotCount } = made.booking;
  const struct = toBookingStruct(made.booking);
  const validUntil = BigInt((await nowOf(market)) + OFFER_SEC);
  const signed = { version: 1, tariff: struct.terms.tariff, firstSlot, slotCount, driver: zeroAddress };
  const offered = await signMessageOf(agent, market.ref, 'Offer', { listingId, ...signed, validUntil });
  const offer = {
    listedTariff: listing.terms.tariff,
    driver: zeroAddress,
    validUntil,
    agentSignature: toCompact(offered),
  };
  const { limits, signature } = await signIntent(member, made);
  const place = [listing.weeklyHours, placeHash(listing.place), packLimits(limits)];
  const booked = await send(market, 'bookOffer', [struct, ...place, offer, signature]);
  const settled = await send(market, 'settle', await settleArgs(member, made, await nowOf(market)));
  return gasOf(booked) + gasOf(settled);
}
