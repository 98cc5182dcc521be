import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { NO_RAISE } from '../../protocol/calls.ts';
import type { Reading } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { type BookingStateStruct, STATE, sinceOf, unpackClaim, unpackHead } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, nowOf } from './fixture.ts';
import {
  aloneArgs,
  challengedAlone,
  claim,
  claimedAlone,
  costOf,
  early,
  end,
  ended,
  expectPaid,
  finalise,
  late,
  type ReservedBooking,
  raiseTo,
  reserved,
  signId,
  stateIn,
} from './reserved.ts';

/** The trust that the drivers here sign. */
const ALLOWED = 100_000n;
const UNSIGNED = 1_000_000n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const tryAlone = async (
  one: ReservedBooking,
  change: Partial<Reading>,
  state: BookingStateStruct,
  allowance = NO_RAISE,
  timeSec?: number,
) => attempt(market, anyone, 'claimAlone', await aloneArgs(one, change, state, allowance), timeSec);

const wrongState = (one: ReservedBooking, state: bigint) => [one.made.bookingId, state];

describe('a claim by the agent alone', () => {
  it('keeps what it claims, and pays what was allowed when nothing was co-signed', async () => {
    const one = await claimedAlone(await ended(market));
    expect(unpackHead(one.state.head)).toMatchObject({ name: STATE.CLAIMED_ALONE, raisedCost: 0n });
    expect(unpackClaim(one.state.claim)).toEqual({
      seq: 7n,
      energyWh: 8_123n,
      beganAt: BigInt(one.times.start),
      endedAt: BigInt(one.times.start + 2_700),
      overstaySec: 0n,
      bestProofWh: 0n,
    });
    const tooEarly = end(one, 'finalise', one.state, one.until - 1);
    await expectRefusal(tooEarly, 'Booking_TooEarly', early(one.made, one.until));
    await finalise(one, one.state, one.until);
    await expectPaid(one, ALLOWED, 8_123n);
  });

  it.each([
    { energyWh: 1_000, extra: 251_666n },
    { energyWh: 5_000, extra: UNSIGNED },
  ])('pays as much again as $energyWh Wh co-signed, without the flat fee', async ({ energyWh, extra }) => {
    const one = await ended(market);
    const shown = { seq: 3, energyWh, endedAt: one.times.start + 60 };
    const whole = { energyWh: 11_000, beganAt: one.times.opens, endedAt: one.times.closes };
    const raised = await claimedAlone(one, whole, await claim(one, shown));
    expect(unpackHead(raised.state.head)).toMatchObject({ cosignedSeq: 3n, cosignedWh: BigInt(energyWh) });
    await finalise(one, raised.state, raised.until);
    await expectPaid(one, costOf(one.made, shown) + extra, 11_000n);
  });

  it('comes once, also after a co-signed reading replaced it', async () => {
    const one = await claimedAlone(await ended(market));
    const again = [one.made.bookingId];
    await expectRefusal(tryAlone(one, {}, one.state), 'Claim_AlreadyRaised', again);
    await expectRefusal(tryAlone(one, { seq: 8 }, one.state), 'Claim_AlreadyRaised', again);
    const state = await claim(one, { seq: 9, energyWh: 100 }, one.state);
    expect(unpackHead(state.head)).toMatchObject({ name: STATE.CLAIMED, cosignedSeq: 9n });
    expect(sinceOf(state)).toBe(sinceOf(one.state));
    await expectRefusal(tryAlone(one, { seq: 10 }, state), 'Claim_AlreadyRaised', again);
  });

  it('stays under an older co-signed reading, which raises what it pays', async () => {
    const one = await claimedAlone(await ended(market));
    const state = await claim(one, { seq: 6, energyWh: 2_000 }, one.state);
    expect(unpackHead(state.head)).toMatchObject({ name: STATE.CLAIMED_ALONE, cosignedWh: 2_000n });
    expect(state.claim).toBe(one.state.claim);
    await finalise(one, state, one.until);
    const cosigned = costOf(one.made, { energyWh: 2_000 });
    await expectPaid(one, cosigned + cosigned - 50_000n, 8_123n);
  });

  it('has no part below the newest co-signed reading', async () => {
    const one = await ended(market);
    await jumpTo(market, one.times.closes + 100);
    const shown = { seq: 5, energyWh: 4_000, endedAt: one.times.start + 1_800, overstaySec: 50 };
    const state = await claim(one, shown);
    await expect(tryAlone(one, { ...shown, seq: 6 }, state)).resolves.toBeUndefined();
    for (const less of [{ energyWh: 3_999 }, { endedAt: one.times.start + 1_799 }, { overstaySec: 49 }]) {
      const below = tryAlone(one, { ...shown, seq: 6, ...less }, state);
      await expectRefusal(below, 'Claim_BelowCosigned', [one.made.bookingId]);
    }
    for (const seq of [4, 5]) {
      await expectRefusal(tryAlone(one, { ...shown, seq }, state), 'Reading_NotNewer', [BigInt(seq), 5n]);
    }
  });

  it('counts until reportBy, first or on top of a claim, and then restarts the window', async () => {
    const one = await ended(market);
    const { reportBy } = one.times;
    const at = (timeSec: number, state = one.made.state) => tryAlone(one, {}, state, NO_RAISE, timeSec);
    await expect(at(reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(reportBy), 'Booking_TooLate', late(one.made, reportBy));
    await jumpTo(market, reportBy - 60);
    const state = await claim(one, { seq: 3, energyWh: 2_000 });
    await expect(at(reportBy - 1, state)).resolves.toBeUndefined();
    await expectRefusal(at(reportBy, state), 'Booking_TooLate', late(one.made, reportBy));
    await jumpTo(market, reportBy - 30);
    const raised = await claimedAlone(one, {}, state);
    expect(sinceOf(raised.state)).toBe(await nowOf(market));
    expect(sinceOf(raised.state)).toBeGreaterThan(sinceOf(state));
  });

  it('is refused from a revoked key, unless it is allowed', async () => {
    const one = await ended(market);
    await write(market, one.fixture.host, 'setListingStatus', [one.fixture.listing, 3, '0x']);
    const { state } = one.made;
    await expectRefusal(tryAlone(one, {}, state), 'Claim_AgentKeyRevoked', [one.made.bookingId]);
    const raise = await raiseTo(one, costOf(one.made));
    await expect(tryAlone(one, {}, state, raise)).resolves.toBeUndefined();
  });

  it('takes no `bookedAt`, which only a call without a state needs', async () => {
    const one = await ended(market);
    const [struct, state, reading, ...rest] = await aloneArgs(one);
    const measure = reading.measure | (BigInt(one.made.bookedAt) << 200n);
    const call = attempt(market, anyone, 'claimAlone', [struct, state, { ...reading, measure }, ...rest]);
    await expectRefusal(call, 'Reading_Malformed', [one.made.bookingId]);
  });

  it('is refused after a no-show claim, contested or not', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.noShowFrom);
    const struct = toBookingStruct(one.made.booking);
    const noShow = toCompact(await signId(one, 'NoShow', one.fixture.agent));
    const claimed = await write(market, anyone, 'claimNoShow', [struct, one.made.state, noShow]);
    const state = stateIn(claimed, 'NoShowClaimed');
    const nothing = { energyWh: 0, endedAt: one.times.start };
    const refusal = wrongState(one, STATE.NO_SHOW_CLAIMED);
    await expectRefusal(tryAlone(one, nothing, state), 'Booking_WrongState', refusal);
    const arrived = await write(market, one.fixture.driver, 'arrived', [struct, state, '0x']);
    const contested = tryAlone(one, nothing, stateIn(arrived, 'Arrived'));
    await expectRefusal(contested, 'Booking_WrongState', wrongState(one, STATE.CONTESTED));
  });
});

describe('what the driver allowed', () => {
  it.each([
    ['RESERVED', async (one: ReservedBooking) => one.made.state],
    ['CLAIMED', (one: ReservedBooking) => claim(one, { seq: 3, energyWh: 2_000 })],
    ['CLAIMED_ALONE', async (one: ReservedBooking) => (await claimedAlone(one)).state],
    ['CHALLENGED', async (one: ReservedBooking) => (await challengedAlone(await withTrust(one))).state],
  ] as const)('settles at once from %s', async (_, enter) => {
    const one = await ended(market);
    const state = await enter(one);
    // Another reading than the one that may have been claimed: it concedes nothing.
    const cost = costOf(one.made, { energyWh: 8_000 });
    const args = await aloneArgs(one, { seq: 8, energyWh: 8_000 }, state, await raiseTo(one, cost));
    await write(market, anyone, 'claimAlone', args);
    await expectPaid(one, cost, 8_000n);
  });

  it('counts in a claim above it: a challenge does not take it', async () => {
    const one = await ended(market);
    const raised = await claimedAlone(one, {}, one.made.state, await raiseTo(one, 700_000n));
    expect(unpackHead(raised.state.head).raisedCost).toBe(700_000n);
    const challenged = await challengedOnceCosigned(raised);
    await finalise(one, challenged.state, challenged.until);
    await expectPaid(one, 700_000n, 2_000n);
  });

  it('is added to a claim that was brought without it, and moves no deadline', async () => {
    const one = await claimedAlone(await ended(market));
    const raising = async (cost: bigint, state: BookingStateStruct) =>
      write(market, anyone, 'claimAlone', await aloneArgs(one, {}, state, await raiseTo(one, cost)));
    const first = stateIn(await raising(600_000n, one.state), 'ClaimedAlone');
    expect(first.claim).toBe(one.state.claim);
    expect(unpackHead(first.head)).toEqual({ ...unpackHead(one.state.head), raisedCost: 600_000n });
    for (const cost of [500_000n, 600_000n]) {
      const lower = tryAlone(one, {}, first, await raiseTo(one, cost));
      await expectRefusal(lower, 'Claim_AlreadyRaised', [one.made.bookingId]);
    }
    const other = tryAlone(one, { seq: 8 }, first, await raiseTo(one, 700_000n));
    await expectRefusal(other, 'Claim_AlreadyRaised', [one.made.bookingId]);
    const second = stateIn(await raising(700_000n, first), 'ClaimedAlone');
    const tooLate = tryAlone(one, {}, second, await raiseTo(one, 800_000n), one.until);
    await expectRefusal(tooLate, 'Booking_TooLate', late(one.made, one.until));
    await finalise(one, second, one.until);
    await expectPaid(one, 700_000n, 8_123n);
  });

  it('is added in a challenge too, by which the driver wins nothing back', async () => {
    const one = await challengedAlone(await claimedWithTrust());
    const args = await aloneArgs(one, {}, one.state, await raiseTo(one, 1_500_000n));
    const state = stateIn(await write(market, anyone, 'claimAlone', args), 'ClaimedAlone');
    expect(unpackHead(state.head)).toEqual({ ...unpackHead(one.state.head), raisedCost: 1_500_000n });
    await finalise(one, state, one.until);
    await expectPaid(one, 1_500_000n, 2_000n);
  });

  it('does not let the agent alone claim again in a challenge', async () => {
    const one = await challengedAlone(await claimedWithTrust());
    const again = tryAlone(one, { seq: 8 }, one.state);
    await expectRefusal(again, 'Booking_WrongState', wrongState(one, STATE.CHALLENGED));
  });
});

/** A claim above what is allowed and co-signed, so that a part of it is open to challenge. */
const withTrust = async (one: ReservedBooking) =>
  claimedAlone(one, {}, await claim(one, { seq: 3, energyWh: 2_000 }));

const claimedWithTrust = async () => withTrust(await ended(market));

/** A reading is co-signed, so that more than what is allowed may be paid, and that is challenged. */
async function challengedOnceCosigned(one: Awaited<ReturnType<typeof claimedAlone>>) {
  const state = await claim(one, { seq: 3, energyWh: 2_000 }, one.state);
  return challengedAlone({ ...one, state });
}
