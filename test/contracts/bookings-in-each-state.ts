import { keccak256 } from 'viem';
import { type Booking, toBookingStruct } from '../../protocol/booking.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type ListingStruct, listingIdOf } from '../../protocol/listing.ts';
import type { MeterProofStruct } from '../../protocol/proof.ts';
import { toCompact } from '../../protocol/signature.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  fundDriver,
  TARIFF,
  type TestMarket,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
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
import {
  challengedAlone,
  claim,
  claimedAlone,
  type ReservedBooking,
  signId,
  stateIn,
  timesOf,
  type Waiting,
} from './reserved.ts';
import { meterTime, newMeter, ocmf } from './test-meter.ts';

const host = localAccount('host');
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
  /** A no-show claim that the driver contested, at its end. */
  contested: BookingInState;
  unvisited: BookingInState;
  /** Begun: may arrive, be settled or claimed, and give back its last slots. */
  begun: BookingInState;
  /** Claimed by the agent alone. */
  claimed: BookingInState;
  /** Challenged, with a proof. */
  challenged: BookingInState & { proof: MeterProofStruct };
  /** Not begun: may be cancelled for free. */
  ahead: BookingInState;
}

async function reserve(fixture: Fixture, change: Partial<Booking>): Promise<BookingInState> {
  const made = await booked(fixture, change);
  return { fixture, made, times: timesOf(made), state: made.state };
}

/** Six slots, of which the last two have not begun when the calls are made. */
const LONG: Partial<Booking> = {
  slotCount: 6,
  money: { cap: 8_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n },
};

/** Makes all bookings and jumps to 46 minutes after `begun` has begun. */
export async function bookingsInEachState(market: TestMarket): Promise<BookingsInEachState> {
  const first = Math.floor((await nowOf(market)) / 900) + 12;
  const at = async (slot: number, change: Partial<Booking> = {}) =>
    reserve(await newFixture(market), { firstSlot: first + slot, ...change });
  const [earned, expirable, finalisable] = [await at(0), await at(0), await at(0)];
  const [unvisited, begun, claimed, ahead] = [await at(1), await at(4, LONG), await at(4), await at(40)];
  const quarrel = await at(0);
  const { one, meter } = await reserveMetered(market, first + 4);
  const free = await newFixture(market, { tariff: { ...TARIFF, discountBp: 1_000n } });
  await jumpTo(market, earned.times.start);
  const final = await reportArgs(earned.fixture, earned.made, readingOf(earned.made));
  await write(market, anyone, 'settle', asBooked(final));
  const finalisableState = await claim(finalisable);
  await jumpTo(market, quarrel.times.noShowFrom);
  const contested = { ...quarrel, state: await contest(quarrel) };
  await jumpTo(market, begun.times.start + 46 * 60);
  return {
    market,
    unlisted: unlistedCharger(market),
    free,
    earned,
    expirable,
    finalisable: { ...finalisable, state: finalisableState },
    contested,
    unvisited,
    begun,
    claimed: await claimAlone(claimed),
    challenged: await challengedBy(one, meter),
    ahead,
  };
}

async function contest(one: BookingInState): Promise<BookingStateStruct> {
  const { market, agent, driver } = one.fixture;
  const struct = toBookingStruct(one.made.booking);
  const arrived = await write(market, driver, 'arrived', [struct, one.state, '0x']);
  const signature = toCompact(await signId(one, 'NoShow', agent));
  const args = [struct, stateIn(arrived, 'Arrived'), signature];
  return stateIn(await write(market, anyone, 'claimNoShow', args), 'NoShowClaimed');
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
export async function reserveMetered(market: TestMarket, firstSlot?: number) {
  const meter = newMeter();
  const place = unlistedCharger(market);
  const base = testTerms(host.address, place.agent.address);
  const metering = { ...base.metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
  const terms = { ...base, metering, meterKeyHash: keccak256(meter.key) };
  const listing = { ...testListing(terms), meterKey: meter.key };
  await write(market, host, 'publishListing', await publishArgs(place, listing));
  const fixture = { ...place, listing, driver: await fundDriver(market) };
  const slots = firstSlot === undefined ? {} : { firstSlot };
  return { one: await reserve(fixture, slots), meter };
}

/** Above what was co-signed and allowed, so that a part of the claim can be challenged. */
export const claimAlone = async (one: ReservedBooking): Promise<Waiting> =>
  claimedAlone(one, {}, await claim(one, { seq: 3, energyWh: 2_000 }));

async function challengedBy(one: BookingInState, meter: ReturnType<typeof newMeter>) {
  const { state } = await challengedAlone(await claimAlone(one));
  return { ...one, state, proof: proofOf(one, meter, '1008.1230') };
}

/** The meter's record of the booking, from a register of 1,000 kWh on. */
export function proofOf(
  { fixture, made, times }: ReservedBooking,
  meter: ReturnType<typeof newMeter>,
  endKwh: string,
): MeterProofStruct {
  const idTag: string = idTagOf(fixture.market.ref, made.bookingId, made.secret);
  const payload = ocmf(idTag, 7, [
    { TM: meterTime(times.start), TX: 'B', RV: '1000.0000' },
    { TM: meterTime(times.end), TX: 'E', RV: endKwh },
  ]);
  return { secret: made.secret, meterKey: meter.key, records: [meter.sign(payload)] };
}
