import { type Log, parseEventLogs } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { type AllowanceStruct, NO_RAISE } from '../../protocol/calls.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd, proofEnd } from '../../protocol/slots.ts';
import { type BookingStateStruct, sinceOf } from '../../protocol/state.ts';
import type { Terms } from '../../protocol/terms.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  signReading,
  TARIFF,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testTerms,
  withBookedAt,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  type Booked,
  booked,
  earningsOf,
  type Fixture,
  jumpTo,
  newFixture,
  purseOf,
  readingOf,
  reportArgs,
} from './fixture.ts';

const host = localAccount('host');
export const { windows } = NETWORKS.local;
const TERMS = testTerms(host.address, host.address).bookingTerms;

/** The windows of a booking under the terms of `testTerms`. */
export const timesOf = ({ booking, bookedAt }: Booked) =>
  bookingTimes({ ...booking, bookedAt }, TERMS, windows);

/** The no-show fee of a booking under the same terms. */
export const feeOf = ({ booking }: Booked) => TERMS.noshowFee * BigInt(booking.slotCount);

export async function reserved(market: TestMarket, change: Partial<Terms> = {}) {
  const fixture = await newFixture(market, change);
  const made = await booked(fixture);
  return { fixture, made, times: timesOf(made) };
}

/** A booking that is reserved, and its windows. */
export type ReservedBooking = Awaited<ReturnType<typeof reserved>>;

/** Tries a co-signed reading, by default at the start of the slot. */
export const tryReport = async (
  call: 'settle' | 'settleFrom' | 'claim',
  { fixture, made }: ReservedBooking,
  change: Partial<Reading> = {},
  timeSec = made.booking.firstSlot * 900,
  state = made.state,
) => {
  const args = await reportArgs(fixture, made, readingOf(made, change), state);
  return attempt(fixture.market, anyone, call, call === 'settle' ? asBooked(args) : args, timeSec);
};

/** Claims, and returns the new state. */
export async function claim(one: ReservedBooking, change: Partial<Reading> = {}, state = one.made.state) {
  const args = await reportArgs(
    one.fixture,
    one.made,
    readingOf(one.made, { isFinal: false, ...change }),
    state,
  );
  return stateIn(await write(one.fixture.market, anyone, 'claim', args), 'Claimed');
}

/** A booking that was claimed at its start, and its state. */
export async function claimedBooking(market: TestMarket, change: Partial<Reading> = {}) {
  const one = await reserved(market);
  await jumpTo(market, one.times.start);
  const state = await claim(one, change);
  return {
    ...one,
    state,
    deadline: challengeEnd(sinceOf(state), one.times.closes, windows),
  };
}

/** Tries to end a booking as a stranger. */
export const end = (
  { fixture, made }: Pick<ReservedBooking, 'fixture' | 'made'>,
  call: 'finalise' | 'expire',
  state: BookingStateStruct,
  timeSec?: number,
) => attempt(fixture.market, anyone, call, [toBookingStruct(made.booking), state], timeSec);

export const costOf = (made: TestBooking, change: Partial<Reading> = {}) =>
  costRoundedDown(TARIFF, readingOf(made, change), made.booking.money.cap);

/** Asserts that the host has this amount, and the driver the rest. */
export async function expectPaid(
  { fixture }: { fixture: Fixture },
  paid: bigint,
  energyWh: bigint,
  sessions = 1n,
) {
  expect(await purseOf(fixture.market, fixture.driver.address)).toEqual([20n * TOKEN - paid, 1n]);
  expect(await earningsOf(fixture)).toEqual([paid, energyWh, sessions]);
}

/** Arguments of Booking_TooLate at the very edge. */
export const late = (made: TestBooking, until: number) => [made.bookingId, BigInt(until), BigInt(until)];
/** Arguments of Booking_TooEarly at the very edge. */
export const early = (made: TestBooking, from: number) => [made.bookingId, BigInt(from - 1), BigInt(from)];

/** Arguments of `claimAlone`: the agent's final reading with the start secret, and a raise if there is one. */
export async function aloneArgs(
  one: ReservedBooking,
  change: Partial<Reading> = {},
  state = one.made.state,
  allowance = NO_RAISE,
) {
  const { booking, reading, agentSignature, secret } = await aloneParts(one, change);
  return [booking, state, reading, agentSignature, secret, allowance] as const;
}

/** Arguments of `settleAlone`. */
export async function settleAloneArgs(
  one: ReservedBooking,
  change: Partial<Reading> = {},
  allowance = NO_RAISE,
) {
  const parts = await aloneParts(one, change);
  return [{ ...parts, reading: withBookedAt(parts.reading, one.made.state), allowance }] as const;
}

async function aloneParts({ fixture, made }: ReservedBooking, change: Partial<Reading>) {
  const reading = readingOf(made, change);
  return {
    booking: toBookingStruct(made.booking),
    reading: toReadingStruct(reading),
    agentSignature: await signReading(fixture.market, fixture.agent, reading),
    secret: made.secret,
  };
}

/** A raise of what the driver allows, signed by the session key. */
export async function raiseTo(
  { fixture, made }: ReservedBooking,
  cost: bigint,
  signer: PrivateKeyAccount = made.sessionKey,
): Promise<AllowanceStruct> {
  const message = { bookingId: made.bookingId, cost };
  const signature = await signMessageOf(signer, fixture.market.ref, 'Allowance', message);
  return { cost, sessionSignature: toCompact(signature) };
}

/** A booking whose slots, and the time to unplug, are over. */
export async function ended(market: TestMarket): Promise<ReservedBooking> {
  const one = await reserved(market);
  await jumpTo(market, one.times.closes);
  return one;
}

/** A booking in a state, and when that ends by itself (unix seconds). */
export interface Waiting extends ReservedBooking {
  state: BookingStateStruct;
  until: number;
}

/** A claim of the agent alone, by default of a whole session, on top of `state`. */
export async function claimedAlone(
  one: ReservedBooking,
  change: Partial<Reading> = {},
  from = one.made.state,
  allowance = NO_RAISE,
): Promise<Waiting> {
  const args = await aloneArgs(one, change, from, allowance);
  const state = stateIn(await write(one.fixture.market, anyone, 'claimAlone', args), 'ClaimedAlone');
  return { ...one, state, until: challengeEnd(sinceOf(state), one.times.closes, windows) };
}

/** A challenge by the driver. */
export async function challengedAlone(one: Waiting): Promise<Waiting> {
  const { market, driver } = one.fixture;
  const args = [toBookingStruct(one.made.booking), one.state, '0x'] as const;
  const state = stateIn(await write(market, driver, 'challenge', args), 'Challenged');
  return { ...one, state, until: proofEnd(sinceOf(state), one.times.closes, windows) };
}

/** Ends a booking by its deadline, at this time (unix seconds). */
export async function finalise(one: ReservedBooking, state: BookingStateStruct, timeSec: number) {
  const { market } = one.fixture;
  await jumpTo(market, timeSec);
  await write(market, anyone, 'finalise', [toBookingStruct(one.made.booking), state]);
}

/** The state in an event of this transaction that carries one. */
export function stateIn(
  { logs }: { logs: Log[] },
  eventName: 'Arrived' | 'Claimed' | 'ClaimedAlone' | 'NoShowClaimed' | 'Challenged' | 'Proven',
): BookingStateStruct {
  const [event] = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName });
  if (!event) throw new Error(`The transaction has no ${eventName}.`);
  return (event.args as { state: BookingStateStruct }).state;
}

/** Signs a message that holds only the booking's id. */
export const signId = (
  one: ReservedBooking,
  type: 'Arrived' | 'NoShow' | 'Challenge',
  signer: PrivateKeyAccount,
) => signMessageOf(signer, one.fixture.market.ref, type, { bookingId: one.made.bookingId });
