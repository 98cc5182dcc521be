import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { type Booking, RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import type { ListingStruct } from '../../protocol/listing.ts';
import type { Reading } from '../../protocol/reading.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  book,
  fundDriver,
  makeBooking,
  publish,
  reported,
  type TestBooking,
  type TestMarket,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';

/** A charger on the ledger, with its agent's key. */
export interface Charger {
  agent: PrivateKeyAccount;
  listing: ListingStruct;
  listingId: Hex;
}

export async function listCharger(market: TestMarket, change: Partial<ListingStruct> = {}): Promise<Charger> {
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = { ...testListing(testTerms(localAccount('host').address, agent.address)), ...change };
  return { agent, listing, listingId: await publish(market, agent, listing) };
}

export interface Visit extends TestBooking {
  charger: Charger;
  driver: PrivateKeyAccount;
}

/** A fresh driver books the charger from the slot that contains now. */
export async function bookCharger(
  market: TestMarket,
  charger: Charger,
  change: Partial<Booking> = {},
): Promise<Visit> {
  const driver = await fundDriver(market);
  const made = await makeBooking(market, charger.listingId, charger.listing, driver.address, change);
  await book(market, driver, charger.listing, made.booking);
  return { ...made, charger, driver };
}

export function readingOf(visit: TestBooking, change: Partial<Reading> = {}): Reading {
  const beganAt = visit.booking.firstSlot * 900 + 60;
  return {
    bookingId: visit.bookingId,
    seq: 5,
    energyWh: 2_000,
    beganAt,
    endedAt: beganAt + 1_200,
    overstaySec: 0,
    isFinal: true,
    evidenceHash: zeroHash,
    registersCommitment: zeroHash,
    ...change,
  };
}

/** Ends a visit by a final reading that both keys signed. */
export async function settle(market: TestMarket, visit: Visit, reading = readingOf(visit)) {
  const args = await reported(market, visit.charger.agent, visit, RESERVED_STATE, reading);
  return write(market, localAccount('relayer'), 'settle', asBooked(args));
}

/** Puts a co-signed reading forward that is not final. */
export async function claim(
  market: TestMarket,
  visit: Visit,
  reading = readingOf(visit, { isFinal: false }),
) {
  const args = await reported(market, visit.charger.agent, visit, RESERVED_STATE, reading);
  return write(market, localAccount('relayer'), 'claim', args);
}

export const cancelByDriver = (market: TestMarket, visit: Visit) =>
  write(market, visit.driver, 'cancelByDriver', [toBookingStruct(visit.booking), RESERVED_STATE, '0x']);
