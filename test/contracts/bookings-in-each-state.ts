import { type Hex, keccak256 } from 'viem';
import { type BookingStateStruct, RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type ListingStruct, listingIdOf } from '../../protocol/listing.ts';
import type { MeterProofStruct } from '../../protocol/proof.ts';
import { bookingTimes } from '../../protocol/slots.ts';
import { deployMarket } from '../../scripts/deploy.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { asBooked, fundDriver, type TestMarket, testListing, testTerms, write } from '../support/market.ts';
import {
  anyone,
  booked,
  type Fixture,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  publishArgs,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { aloneArgs, claim, type ReservedBooking, stateIn, windows } from './reserved.ts';
import { meterTime, newMeter, ocmf } from './test-meter.ts';

const host = localAccount('host');
const TERMS = testTerms(host.address, host.address).bookingTerms;
const YEAR_SEC = 31_536_000;

/** Who may pause the markets of `guardedMarket`. */
export const guardian = localAccount('deployer');

/** A market with a guardian, so that each of its calls can succeed. */
export async function guardedMarket(rpcUrl: string): Promise<TestMarket> {
  const guardianEndsAt = BigInt(Math.floor(Date.now() / 1000) + YEAR_SEC);
  const settings = { guardian: guardian.address, guardianEndsAt };
  const deployed = await deployMarket({ rpcUrl, network: 'local', account: guardian, settings });
  return { ...deployed, rpcUrl, ref: { chainId: deployed.chainId, market: deployed.market } };
}

/** A booking and the state that it is in. */
export interface BookingInState extends ReservedBooking {
  state: BookingStateStruct;
}

/** A charger that nobody has listed yet. */
export interface Unlisted extends Omit<Fixture, 'driver'> {
  listing: ListingStruct;
}

/** One booking for each call that can end or change one, all possible at the same time. */
export interface BookingsInEachState {
  market: TestMarket;
  unlisted: Unlisted;
  /** With money in the purse and no booking. */
  free: Fixture;
  /** Settled, with earnings. */
  earned: BookingInState;
  expirable: BookingInState;
  finalisable: BookingInState;
  unvisited: BookingInState;
  /** Begun: may arrive, be settled or claimed. */
  begun: BookingInState;
  /** Claimed by the agent alone. */
  claimed: BookingInState;
  /** Challenged, with a proof. */
  challenged: BookingInState & { proof: MeterProofStruct };
  /** Not begun: may be cancelled for free. */
  ahead: BookingInState;
}

async function reserve(fixture: Fixture, firstSlot: number): Promise<BookingInState> {
  const made = await booked(fixture, { firstSlot });
  return { fixture, made, times: bookingTimes(made.booking, TERMS, windows), state: RESERVED_STATE };
}

/** Makes all bookings and jumps to a minute after `begun` has begun. */
export async function bookingsInEachState(market: TestMarket): Promise<BookingsInEachState> {
  const first = Math.floor((await nowOf(market)) / 900) + 12;
  const at = async (slot: number) => reserve(await newFixture(market), first + slot);
  const [earned, expirable, finalisable] = [await at(0), await at(0), await at(0)];
  const [unvisited, begun, claimed, ahead] = [await at(1), await at(4), await at(4), await at(40)];
  const { one, meter } = await reserveMetered(market, first + 4);
  const free = await newFixture(market);
  await jumpTo(market, earned.times.start);
  const final = await reportArgs(earned.fixture, earned.made, readingOf(earned.made));
  await write(market, anyone, 'settle', asBooked(final));
  const finalisableState = await claim(finalisable);
  await jumpTo(market, begun.times.start + 60);
  return {
    market,
    unlisted: unlistedCharger(market),
    free,
    earned,
    expirable,
    finalisable: { ...finalisable, state: finalisableState },
    unvisited,
    begun,
    claimed: { ...claimed, state: await claimAlone(claimed) },
    challenged: await challengedBy(one, meter),
    ahead,
  };
}

function unlistedCharger(market: TestMarket): Unlisted {
  const agent = newKey();
  const listing = testListing(testTerms(host.address, agent.address));
  return {
    market,
    agent,
    host,
    listing,
    listingId: listingIdOf(agent.address, listing.place.connector),
  };
}

/** A booking at a charger whose meter signs. */
async function reserveMetered(market: TestMarket, firstSlot: number) {
  const meter = newMeter();
  const place = unlistedCharger(market);
  const base = testTerms(host.address, place.agent.address);
  const metering = { ...base.metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
  const terms = { ...base, metering, meterKeyHash: keccak256(meter.key) };
  const listing = { ...testListing(terms), meterKey: meter.key };
  await write(market, host, 'publishListing', await publishArgs(place, listing));
  const fixture = { ...place, listing, driver: await fundDriver(market) };
  return { one: await reserve(fixture, firstSlot), meter };
}

async function claimAlone(one: ReservedBooking): Promise<BookingStateStruct> {
  const receipt = await write(one.fixture.market, anyone, 'claimAlone', await aloneArgs(one));
  return stateIn(receipt, 'Claimed');
}

async function challengedBy(one: BookingInState, meter: ReturnType<typeof newMeter>) {
  const { fixture, made, times } = one;
  const { market } = fixture;
  const args = [toBookingStruct(made.booking), await claimAlone(one), '0x'] as const;
  const state = stateIn(await write(market, fixture.driver, 'challenge', args), 'Challenged');
  const idTag: string = idTagOf(market.ref, made.bookingId, made.secret);
  const payload = ocmf(idTag, 7, [
    { TM: meterTime(times.start), TX: 'B', RV: '1000.0000' },
    { TM: meterTime(times.end), TX: 'E', RV: '1008.1230' },
  ]);
  const secret: Hex = made.secret;
  return { ...one, state, proof: { secret, meterKey: meter.key, records: [meter.sign(payload)] } };
}
