import { type Hex, type LocalAccount, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { type Booking, toBookingStruct } from '../../protocol/booking.ts';
import type { ListingStruct } from '../../protocol/listing.ts';
import type { Reading } from '../../protocol/reading.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import type { Terms } from '../../protocol/terms.ts';
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

export async function listCharger(
  market: TestMarket,
  change: Partial<ListingStruct> = {},
  terms: Partial<Terms> = {},
  host: LocalAccount = localAccount('host'),
): Promise<Charger> {
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = {
    ...testListing(testTerms(host.address, agent.address, terms)),
    ...change,
  };
  return { agent, listing, listingId: await publish(market, agent, listing, host) };
}

/** A booking on the ledger, with its charger, its driver and its first state. */
export interface DriverBooking extends TestBooking {
  state: BookingStateStruct;
  charger: Charger;
  driver: PrivateKeyAccount;
}

/** A new driver books the charger from the present slot on. */
export async function bookCharger(
  market: TestMarket,
  charger: Charger,
  change: Partial<Booking> = {},
): Promise<DriverBooking> {
  const driver = await fundDriver(market);
  const made = await makeBooking(market, charger.listingId, charger.listing, driver.address, change);
  const state = reservedState(await book(market, driver, charger.listing, made.booking));
  return { ...made, state, charger, driver };
}

export function readingOf(made: TestBooking, change: Partial<Reading> = {}): Reading {
  const beganAt = made.booking.firstSlot * 900 + 60;
  return {
    bookingId: made.bookingId,
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

/** Ends a booking by a final reading that both keys signed. */
export async function settle(market: TestMarket, made: DriverBooking, reading = readingOf(made)) {
  const args = await reported(market, made.charger.agent, made, made.state, reading);
  return write(market, localAccount('relayer'), 'settle', asBooked(args));
}

/** Claims with a co-signed reading that is not final. */
export async function claim(
  market: TestMarket,
  made: DriverBooking,
  reading = readingOf(made, { isFinal: false }),
) {
  const args = await reported(market, made.charger.agent, made, made.state, reading);
  return write(market, localAccount('relayer'), 'claim', args);
}

export const cancelByDriver = (market: TestMarket, made: DriverBooking) =>
  write(market, made.driver, 'cancelByDriver', [toBookingStruct(made.booking), made.state, '0x']);
