import { expect } from 'vitest';
import {
  type BookingStateStruct,
  RESERVED_STATE,
  toBookingStruct,
  unpackHead,
} from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { Reading } from '../../protocol/reading.ts';
import { bookingTimes, challengeEnd } from '../../protocol/slots.ts';
import { NETWORKS } from '../../scripts/deploy.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { TARIFF, type TestBooking, type TestMarket, TOKEN, testTerms, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  earningsOf,
  jumpTo,
  newScene,
  purseOf,
  readingOf,
  reportArgs,
  type Scene,
  stateOf,
} from './bench.ts';

const host = localAccount('host');
export const { windows } = NETWORKS.local;
const TERMS = testTerms(host.address, host.address).bookingTerms;

export async function reserved(market: TestMarket) {
  const scene = await newScene(market);
  const made = await booked(scene);
  return { scene, made, times: bookingTimes(made.booking, TERMS, windows) };
}

/** A booking that is reserved, and its windows. */
export type Case = Awaited<ReturnType<typeof reserved>>;

/** Tries a co-signed reading, at the start of the slot unless said. */
export const tryReport = async (
  call: 'settle' | 'claim',
  { scene, made }: Case,
  change: Partial<Reading> = {},
  timeSec = made.booking.firstSlot * 900,
  state = RESERVED_STATE,
) =>
  attempt(scene.market, anyone, call, await reportArgs(scene, made, readingOf(made, change), state), timeSec);

/** Claims, and gives the state that this leaves. */
export async function claim(one: Case, change: Partial<Reading> = {}, state = RESERVED_STATE) {
  const args = await reportArgs(
    one.scene,
    one.made,
    readingOf(one.made, { isFinal: false, ...change }),
    state,
  );
  return stateOf(await write(one.scene.market, anyone, 'claim', args));
}

/** A case that was claimed at its start, and its state. */
export async function claimedCase(market: TestMarket, change: Partial<Reading> = {}) {
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
  { scene, made }: Pick<Case, 'scene' | 'made'>,
  call: 'finalise' | 'expire',
  state: BookingStateStruct,
  timeSec?: number,
) => attempt(scene.market, anyone, call, [toBookingStruct(made.booking), state], timeSec);

export const costOf = (made: TestBooking, change: Partial<Reading> = {}) =>
  costRoundedDown(TARIFF, readingOf(made, change), made.booking.money.cap);

/** The host has this and nothing else, the driver the rest. */
export async function expectPaid({ scene }: { scene: Scene }, paid: bigint, energyWh: bigint, sessions = 1n) {
  expect(await purseOf(scene.market, scene.driver.address)).toEqual([20n * TOKEN - paid, 1n]);
  expect(await earningsOf(scene)).toEqual([paid, energyWh, sessions]);
}

/** Arguments of Booking_TooLate at the very edge. */
export const late = (made: TestBooking, until: number) => [made.bookingId, BigInt(until), BigInt(until)];
/** Arguments of Booking_TooEarly at the very edge. */
export const early = (made: TestBooking, from: number) => [made.bookingId, BigInt(from - 1), BigInt(from)];
