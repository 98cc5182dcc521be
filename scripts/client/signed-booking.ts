import { type Address, encodeFunctionData, type Hex, zeroAddress } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Booking, intentMessage } from '../../protocol/booking.ts';
import { bookCall } from '../../protocol/calls.ts';
import { type ListingStruct, placeHash } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { makeBooking, type TestBooking, type TestMarket } from './local-market.ts';

/** A booking that its driver signed, and the call that books it, for anybody to send. */
export interface SignedBooking extends TestBooking {
  data: Hex;
}

interface Where {
  listingId: Hex;
  listing: ListingStruct;
}

/** A driver with money in the purse signs a booking of a charger. */
export async function signBooking(
  market: TestMarket,
  { listingId, listing }: Where,
  driver: PrivateKeyAccount,
  change: Partial<Booking> = {},
  relayer: Address = zeroAddress,
): Promise<SignedBooking> {
  const made = await makeBooking(market, listingId, listing, driver.address, change);
  const limits = { relayer, validUntil: BigInt(Math.floor(Date.now() / 1_000) + 300) };
  const intent = intentMessage(made.booking, limits);
  const signature = await signMessageOf(driver, market.ref, 'Intent', intent);
  const proof = { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) };
  const { functionName, args } = await bookCall(market.ref, made.booking, proof, limits, signature);
  const data = encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
  return { ...made, data };
}
