import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { STATE, sinceOf, unpackHead } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { claimAlone } from './bookings-in-each-state.ts';
import { anyone, attempt, expectRefusal, jumpTo, newKey, purseOf, readingOf, reportArgs } from './fixture.ts';
import {
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
  raiseTo,
  signId,
  tryReport,
  type Waiting,
} from './reserved.ts';

/** What 2,000 Wh co-signed cost, in token units. */
const COSIGNED = 625_000n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const challenged = async () => challengedAlone(await claimAlone(await ended(market)));

const challengeArgs = (one: Waiting) => [toBookingStruct(one.made.booking), one.state, '0x'] as const;

describe('a challenge', () => {
  it('leaves what was co-signed when nothing is proven, and refunds the bond', async () => {
    const one = await challenged();
    expect(unpackHead(one.state.head)).toMatchObject({ name: STATE.CHALLENGED, cosignedWh: 2_000n });
    const tooEarly = end(one, 'finalise', one.state, one.until - 1);
    await expectRefusal(tooEarly, 'Booking_TooEarly', early(one.made, one.until));
    await finalise(one, one.state, one.until);
    expect(costOf(one.made, { energyWh: 2_000 })).toBe(COSIGNED);
    await expectPaid(one, COSIGNED, 2_000n);
  });

  it('is made by driver or session key, before the window ends', async () => {
    const one = await claimAlone(await ended(market));
    const challenge = async (signer = one.made.sessionKey, timeSec?: number) => {
      const [struct, state] = challengeArgs(one);
      const signature = await signId(one, 'Challenge', signer);
      return attempt(market, anyone, 'challenge', [struct, state, signature], timeSec);
    };
    await expect(challenge()).resolves.toBeUndefined();
    await expect(challenge(one.fixture.driver, one.until - 1)).resolves.toBeUndefined();
    const tooLate = challenge(one.made.sessionKey, one.until);
    await expectRefusal(tooLate, 'Booking_TooLate', late(one.made, one.until));
    await expectRefusal(challenge(newKey()), 'Account_InvalidSignature', [one.fixture.driver.address]);
  });

  it('is refused where all that the claim pays is allowed or co-signed', async () => {
    const withRaise = async () => {
      const one = await ended(market);
      const raise = await raiseTo(one, 1_300_000n);
      return claimedAlone(one, {}, await claim(one, { seq: 3, energyWh: 2_000 }), raise);
    };
    for (const enter of [async () => claimedAlone(await ended(market)), withRaise]) {
      const one = await enter();
      const call = attempt(market, one.fixture.driver, 'challenge', challengeArgs(one));
      await expectRefusal(call, 'Challenge_NothingUnsigned', [one.made.bookingId]);
    }
  });

  it('is not made of anything but a claim of the agent alone', async () => {
    const one = await ended(market);
    const refusedIn = async (from: Waiting['state'], name: bigint) => {
      const args = [toBookingStruct(one.made.booking), from, '0x'] as const;
      const call = attempt(market, one.fixture.driver, 'challenge', args);
      await expectRefusal(call, 'Booking_WrongState', [one.made.bookingId, name]);
    };
    await refusedIn(one.made.state, STATE.RESERVED);
    const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
    await refusedIn(cosigned, STATE.CLAIMED);
    const again = await challengedAlone(await claimedAlone(one, {}, cosigned));
    await refusedIn(again.state, STATE.CHALLENGED);
  });

  it('takes invented overstay back: it falls with the time, whatever the meter proves', async () => {
    const one = await ended(market);
    const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
    await jumpTo(market, one.times.closes + 1_800);
    const invented = { energyWh: 2_000, overstaySec: 1_800 };
    const claimed = await claimedAlone(one, invented, cosigned);
    const { state, until } = await challengedAlone(claimed);
    await finalise(one, state, until);
    await expectPaid(one, COSIGNED, 2_000n);
  });

  it('takes nothing of what the driver allowed', async () => {
    const one = await ended(market);
    const cosigned = await claim(one, { seq: 3, energyWh: 2_000 });
    const raise = await raiseTo(one, COSIGNED + 1n);
    const { state, until } = await challengedAlone(await claimedAlone(one, {}, cosigned, raise));
    await finalise(one, state, until);
    await expectPaid(one, COSIGNED + 1n, 2_000n);
  });

  it('is settled by another final reading that both sign, until the window ends, without a forfeit', async () => {
    const one = await challenged();
    const settling = (timeSec: number) => tryReport('settleFrom', one, { seq: 8 }, timeSec, one.state);
    await expect(settling(one.until - 1)).resolves.toBeUndefined();
    await expectRefusal(settling(one.until), 'Booking_TooLate', late(one.made, one.until));
    const reading = readingOf(one.made, { seq: 8, energyWh: 1_000 });
    await write(market, anyone, 'settleFrom', await reportArgs(one.fixture, one.made, reading, one.state));
    await expectPaid(one, costOf(one.made, { energyWh: 1_000 }), 1_000n);
  });

  it('accepts newer co-signed readings, at the same deadline', async () => {
    const one = await challenged();
    const older = tryReport('claim', one, { seq: 3, isFinal: false }, one.until - 1, one.state);
    await expectRefusal(older, 'Reading_NotNewer', [3n, 3n]);
    const state = await claim(one, { seq: 9, energyWh: 3_000 }, one.state);
    expect(unpackHead(state.head)).toMatchObject({ name: STATE.CHALLENGED, cosignedWh: 3_000n });
    expect(sinceOf(state)).toBe(sinceOf(one.state));
    expect(state.claim).toBe(one.state.claim);
    await finalise(one, state, one.until);
    await expectPaid(one, costOf(one.made, { energyWh: 3_000 }), 3_000n);
  });

  it('does not change any other purse', async () => {
    const one = await challenged();
    const [balance, tail] = await purseOf(market, one.fixture.driver.address);
    expect([balance, tail >> 191n]).toEqual([20n * TOKEN - 5_000_000n - 1_000_000n, 1n]);
  });
});
