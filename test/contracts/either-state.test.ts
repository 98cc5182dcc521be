import { zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';

import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingStateStruct, STATE } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { asBooked, deployTestMarket, type TestMarket, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, readingOf, reportArgs } from './fixture.ts';
import {
  aloneArgs,
  costOf,
  type ReservedBooking,
  raiseTo,
  reserved,
  settleAloneArgs,
  signId,
  stateIn,
} from './reserved.ts';

let anvil: Anvil;
let market: TestMarket;
/** A booking that is reserved, and one whose driver arrived. */
let waiting: ReservedBooking;
let visited: ReservedBooking;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  [waiting, visited] = [await reserved(market), await reserved(market)];
  await jumpTo(market, visited.times.start);
  const struct = toBookingStruct(visited.made.booking);
  const receipt = await write(market, visited.fixture.driver, 'arrived', [struct, visited.made.state, '0x']);
  expect(stateIn(receipt, 'Arrived')).toEqual(arrivedState(visited));
});
afterAll(() => anvil.stop());

const arrivedState = ({ made }: ReservedBooking): BookingStateStruct => ({
  head: (made.state.head & ~0xffn) | STATE.ARRIVED,
  claim: 0n,
});

type ArgsOf = (one: ReservedBooking, state: BookingStateStruct) => Promise<readonly unknown[]>;

/** Calls that stand on either state, with the time at which they are made (unix seconds). */
const CALLS: [call: string, args: ArgsOf, at: (one: ReservedBooking) => number][] = [
  ['settleFrom', (one, state) => reportArgs(one.fixture, one.made, readingOf(one.made), state), endOf],
  [
    'claim',
    (one, state) => reportArgs(one.fixture, one.made, readingOf(one.made, { isFinal: false }), state),
    endOf,
  ],
  ['claimAlone', (one, state) => aloneArgs(one, {}, state), closesOf],
  [
    'claimAlone',
    async (one, state) => aloneArgs(one, {}, state, await raiseTo(one, costOf(one.made))),
    closesOf,
  ],
  [
    'claimNoShow',
    async (one, state) => [
      toBookingStruct(one.made.booking),
      state,
      toCompact(await signId(one, 'NoShow', one.fixture.agent)),
    ],
    closesOf,
  ],
  ['cancelByHost', cancelArgs, closesOf],
  ['expire', async (one, state) => [toBookingStruct(one.made.booking), state], ({ times }) => times.reportBy],
];

function endOf({ times }: ReservedBooking) {
  return times.end;
}

function closesOf({ times }: ReservedBooking) {
  return times.closes;
}

async function cancelArgs({ fixture, made }: ReservedBooking, state: BookingStateStruct) {
  const message = { bookingId: made.bookingId, overstayedBy: zeroHash };
  const sign = (signer: Parameters<typeof signMessageOf>[0]) =>
    signMessageOf(signer, market.ref, 'CancelByHost', message);
  const byHost = await sign(fixture.host as Parameters<typeof signMessageOf>[0]);
  const bySession = toCompact(await sign(made.sessionKey));
  return [toBookingStruct(made.booking), state, zeroHash, byHost, bySession];
}

describe('a call that names RESERVED or ARRIVED', () => {
  it.each(CALLS)('is taken in the other of the two: %s', async (call, argsOf, at) => {
    for (const one of [waiting, visited]) {
      for (const state of [one.made.state, arrivedState(one)]) {
        const args = await argsOf(one, state);
        await expect(attempt(market, anyone, call, args, at(one))).resolves.toBeUndefined();
      }
    }
  });

  it('is refused for another time of booking, or with more in the state', async () => {
    for (const one of [waiting, visited]) {
      for (const state of [one.made.state, arrivedState(one)]) {
        for (const wrong of [
          { ...state, head: state.head + (1n << 8n) },
          { ...state, head: state.head | (1n << 48n) },
          { ...state, claim: 1n },
          { ...state, head: (state.head & ~0xffn) | STATE.CLAIMED },
        ]) {
          const call = attempt(
            market,
            anyone,
            'expire',
            [toBookingStruct(one.made.booking), wrong],
            one.times.reportBy,
          );
          await expectRefusal(call, 'Booking_StateMismatch', [one.made.bookingId]);
        }
      }
    }
  });

  it('is refused where only one of the two will do', async () => {
    const refusedIn = async (one: ReservedBooking, call: string, state: BookingStateStruct, name: bigint) => {
      const args = [toBookingStruct(one.made.booking), state, '0x'];
      const tried = attempt(market, one.fixture.driver, call, args, one.times.start - 1_000);
      await expectRefusal(tried, 'Booking_WrongState', [one.made.bookingId, name]);
    };
    for (const state of [visited.made.state, arrivedState(visited)]) {
      await refusedIn(visited, 'cancelByDriver', state, STATE.ARRIVED);
      await refusedIn(visited, 'arrived', state, STATE.ARRIVED);
    }
    for (const one of [waiting, visited]) {
      for (const state of [one.made.state, arrivedState(one)]) {
        const args = [toBookingStruct(one.made.booking), state];
        const name = one === visited ? STATE.ARRIVED : STATE.RESERVED;
        const ending = attempt(market, anyone, 'finalise', args, one.times.reportBy);
        await expectRefusal(ending, 'Booking_WrongState', [one.made.bookingId, name]);
      }
    }
    const arriving = [toBookingStruct(waiting.made.booking), arrivedState(waiting), '0x'];
    const tried = attempt(market, waiting.fixture.driver, 'arrived', arriving, waiting.times.start);
    await expect(tried).resolves.toBeUndefined();
  });
});

describe('a call without a state', () => {
  it('settles from either', async () => {
    for (const one of [waiting, visited]) {
      const both = asBooked(await reportArgs(one.fixture, one.made, readingOf(one.made)));
      await expect(attempt(market, anyone, 'settle', both, one.times.end)).resolves.toBeUndefined();
      const alone = await settleAloneArgs(one, {}, await raiseTo(one, costOf(one.made)));
      await expect(attempt(market, anyone, 'settleAlone', alone, one.times.closes)).resolves.toBeUndefined();
    }
  });
});
