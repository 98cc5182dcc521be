import { deflateSync } from 'node:zlib';
import { hexToBytes, zeroAddress } from 'viem';
import { toBookingStruct } from '../../protocol/booking.ts';
import { type AllowanceStruct, NO_RAISE } from '../../protocol/calls.ts';
import { placeHash } from '../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import type { TestBooking, TestMarket } from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { gasOf, type Receipt } from './evm.ts';
import {
  aloneArgs,
  draftBooking,
  draftTrusting,
  finalReading,
  jumpTo,
  marketCall,
  nowOf,
  type Participant,
  send,
  settleArgs,
} from './participants.ts';

/** Token units: above what the final reading of every session here costs. */
const ENOUGH = 2_500_000n;

/** Of an intent that the driver sends, and did not sign. */
const NO_LIMITS = 0n;

/** An offer ends two minutes after it was signed. */
const OFFER_SEC = 100;

/** A session in two transactions, the first by the driver: its gas, and the calldata of both. */
export async function playSteady(market: TestMarket, member: Participant) {
  const made = await draftBooking(member);
  const booking = bookingArgs(member, made);
  const booked = await sendAsDriver(market, member, 'bookAsDriver', booking);
  const settlement = await settleArgs(member, made, await nowOf(market));
  const settled = await send(market, 'settle', settlement);
  return {
    gas: gasOf(booked) + gasOf(settled),
    calldata: sizeOf([marketCall('bookAsDriver', booking), marketCall('settle', settlement)]),
  };
}

const bookingArgs = ({ listing }: Participant, { booking }: TestBooking) => [
  toBookingStruct(booking),
  listing.weeklyHours,
  placeHash(listing.place),
];

async function sendAsDriver(
  market: TestMarket,
  { driver }: Participant,
  functionName: string,
  args: readonly unknown[],
): Promise<Receipt> {
  // The node signs for the driver, who needs ether for this.
  await rpc(market.rpcUrl, 'hardhat_impersonateAccount', [driver.address]);
  await rpc(market.rpcUrl, 'hardhat_setBalance', [driver.address, `0x${(10n ** 18n).toString(16)}`]);
  return send(market, functionName, args, driver.address);
}

/** Calldata in bytes, and how far zlib deflates it: what a rollup publishes. */
function sizeOf(calls: readonly `0x${string}`[]) {
  const data = Buffer.concat(calls.map((call) => hexToBytes(call)));
  return { bytes: data.length, deflated: deflateSync(data, { level: 9 }).length };
}

/** The driver books, and `settleAlone` keeps within what the booking allows. */
export async function playAllowed(market: TestMarket, member: Participant): Promise<number> {
  return playAlone(market, member, await draftTrusting(member, { allowedCost: ENOUGH }), NO_RAISE);
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
  const booked = await sendAsDriver(market, member, 'bookAsDriver', bookingArgs(member, made));
  const bookedAt = await nowOf(market);
  // A reading that the agent alone signed is never of the future.
  await jumpTo(market, finalReading(made).endedAt);
  const settled = await send(market, 'settleAlone', await aloneArgs(member, made, bookedAt, allowance));
  return gasOf(booked) + gasOf(settled);
}

/** `bookOffer`, sent by the driver, at nine tenths of the listed prices, and `settle`. */
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
  const args = [...bookingArgs(member, made), NO_LIMITS, offer, '0x'];
  const booked = await sendAsDriver(market, member, 'bookOffer', args);
  const settled = await send(market, 'settle', await settleArgs(member, made, await nowOf(market)));
  return gasOf(booked) + gasOf(settled);
}
