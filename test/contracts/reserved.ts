import { type Log, parseEventLogs } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import {
  type BookingStateStruct,
  RESERVED_STATE,
  toBookingStruct,
  unpackHead,
} from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { type Reading, toReadingStruct } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { bookingTimes, challengeEnd } from '../../protocol/slots.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  signReading,
  TARIFF,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testTerms,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  earningsOf,
  type Fixture,
  jumpTo,
  newFixture,
  purseOf,
  readingOf,
  reportArgs,
  stateOf,
} from './fixture.ts';

const host = localAccount('host');
export const { windows } = NETWORKS.local;
const TERMS = testTerms(host.address, host.address).bookingTerms;

export async function reserved(market: TestMarket) {
  const fixture = await newFixture(market);
  const made = await booked(fixture);
  return { fixture, made, times: bookingTimes(made.booking, TERMS, windows) };
}

/** A booking that is reserved, and its windows. */
export type ReservedBooking = Awaited<ReturnType<typeof reserved>>;

/** Tries a co-signed reading, by default at the start of the slot. */
export const tryReport = async (
  call: 'settle' | 'settleFrom' | 'claim',
  { fixture, made }: ReservedBooking,
  change: Partial<Reading> = {},
  timeSec = made.booking.firstSlot * 900,
  state = RESERVED_STATE,
) => {
  const args = await reportArgs(fixture, made, readingOf(made, change), state);
  return attempt(fixture.market, anyone, call, call === 'settle' ? asBooked(args) : args, timeSec);
};

/** Claims, and returns the new state. */
export async function claim(one: ReservedBooking, change: Partial<Reading> = {}, state = RESERVED_STATE) {
  const args = await reportArgs(
    one.fixture,
    one.made,
    readingOf(one.made, { isFinal: false, ...change }),
    state,
  );
  return stateOf(await write(one.fixture.market, anyone, 'claim', args));
}

/** A booking that was claimed at its start, and its state. */
export async function claimedBooking(market: TestMarket, change: Partial<Reading> = {}) {
  const one = await reserved(market);
  await jumpTo(market, one.times.start);
  const state = await claim(one, change);
  return {
    ...one,
    state,
    deadline: challengeEnd(Number(unpackHead(state.head).claimedAt), one.times.closes, windows),
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

/** Arguments of `claimAlone`: the agent's final reading with the start secret. */
export async function aloneArgs(one: ReservedBooking, change: Partial<Reading> = {}, state = RESERVED_STATE) {
  const reading = readingOf(one.made, change);
  const signature = await signReading(one.fixture.market, one.fixture.agent, reading);
  return [toBookingStruct(one.made.booking), state, toReadingStruct(reading), signature, one.made.secret];
}

/** The state in an event of this transaction that carries one. */
export function stateIn(
  { logs }: { logs: Log[] },
  eventName: 'Arrived' | 'Claimed' | 'NoShowClaimed' | 'Challenged' | 'Proven',
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
