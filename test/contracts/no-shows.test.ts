import { type Hex, zeroAddress } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { toCompact } from '../../protocol/signature.ts';
import { challengeEnd } from '../../protocol/slots.ts';
import { type BookingStateStruct, STATE, sinceOf, unpackHead } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  booked,
  earningsOf,
  expectRefusal,
  jumpTo,
  newFixture,
  newKey,
  nowOf,
  purseOf,
} from './fixture.ts';
import {
  claim,
  costOf,
  early,
  end,
  expectPaid,
  feeOf,
  finalise,
  late,
  type ReservedBooking,
  reserved,
  signId,
  stateIn,
  timesOf,
  tryReport,
  windows,
} from './reserved.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const noShowArgs = async (one: ReservedBooking, state = one.made.state, signer = one.fixture.agent) =>
  [toBookingStruct(one.made.booking), state, toCompact(await signId(one, 'NoShow', signer))] as const;

const arrivedArgs = (one: ReservedBooking, state = one.made.state, signature: Hex = '0x') =>
  [toBookingStruct(one.made.booking), state, signature] as const;

const untilOf = (one: ReservedBooking, state: BookingStateStruct) =>
  challengeEnd(sinceOf(state), one.times.closes, windows);

/** A booking that the agent says nobody came for. */
async function missed() {
  const one = await reserved(market);
  await jumpTo(market, one.times.noShowFrom);
  const state = stateIn(await write(market, anyone, 'claimNoShow', await noShowArgs(one)), 'NoShowClaimed');
  return { ...one, state, until: untilOf(one, state) };
}

/** The same, contested by the driver. */
async function contested() {
  const one = await missed();
  const receipt = await write(market, one.fixture.driver, 'arrived', arrivedArgs(one, one.state));
  return { ...one, state: stateIn(receipt, 'Arrived') };
}

const sinkMoney = async () => (await purseOf(market, zeroAddress))[0];

describe('a no-show', () => {
  it('is claimed from the timeout until reportBy, by the agent’s signature', async () => {
    const one = await reserved(market);
    const { noShowFrom, reportBy } = one.times;
    const args = await noShowArgs(one);
    const at = (timeSec: number) => attempt(market, anyone, 'claimNoShow', args, timeSec);
    await expectRefusal(at(noShowFrom - 1), 'Booking_TooEarly', early(one.made, noShowFrom));
    await expect(at(noShowFrom)).resolves.toBeUndefined();
    await expect(at(reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(reportBy), 'Booking_TooLate', late(one.made, reportBy));
    await jumpTo(market, noShowFrom);
    for (const signer of [newKey(), one.made.sessionKey]) {
      const forged = attempt(market, anyone, 'claimNoShow', await noShowArgs(one, one.made.state, signer));
      await expectRefusal(forged, 'Reading_AgentSignatureInvalid', [one.made.bookingId]);
    }
  });

  it('waits for the timeout from when the booking was made, if that is later than its start', async () => {
    const fixture = await newFixture(market);
    const firstSlot = Math.floor((await nowOf(market)) / 900) + 1;
    await jumpTo(market, firstSlot * 900 + 600);
    const made = await booked(fixture, { firstSlot });
    const one = { fixture, made, times: timesOf(made) };
    expect(one.times.noShowFrom).toBe(made.bookedAt + 1_800);
    const args = await noShowArgs(one);
    const tooEarly = attempt(market, anyone, 'claimNoShow', args, one.times.noShowFrom - 1);
    await expectRefusal(tooEarly, 'Booking_TooEarly', early(made, one.times.noShowFrom));
    const inTime = attempt(market, anyone, 'claimNoShow', args, one.times.noShowFrom);
    await expect(inTime).resolves.toBeUndefined();
  });

  it('costs the fee of each slot, from the end of the window', async () => {
    const one = await missed();
    expect(unpackHead(one.state.head)).toMatchObject({ name: STATE.NO_SHOW_CLAIMED });
    const tooEarly = end(one, 'finalise', one.state, one.until - 1);
    await expectRefusal(tooEarly, 'Booking_TooEarly', early(one.made, one.until));
    await finalise(one, one.state, one.until);
    expect(feeOf(one.made)).toBe(500_000n);
    await expectPaid(one, feeOf(one.made), 0n);
  });

  it('is not claimed by a revoked key', async () => {
    const one = await reserved(market);
    await write(market, one.fixture.host, 'setListingStatus', [one.fixture.listing, 3, '0x']);
    const call = attempt(market, anyone, 'claimNoShow', await noShowArgs(one), one.times.noShowFrom);
    await expectRefusal(call, 'Claim_AgentKeyRevoked', [one.made.bookingId]);
  });

  it('is refuted by a co-signed reading, whose window then starts', async () => {
    for (const enter of [missed, contested]) {
      const one = await enter();
      const challenging = attempt(market, one.fixture.driver, 'challenge', arrivedArgs(one, one.state));
      const { name } = unpackHead(one.state.head);
      await expectRefusal(challenging, 'Booking_WrongState', [one.made.bookingId, name]);
      const shown = await claim(one, { seq: 1, energyWh: 500 }, one.state);
      expect(unpackHead(shown.head)).toMatchObject({ name: STATE.CLAIMED, cosignedWh: 500n });
      expect(sinceOf(shown)).toBe(await nowOf(market));
      await finalise(one, shown, untilOf(one, shown));
      await expectPaid(one, costOf(one.made, { energyWh: 500 }), 500n);
    }
  });

  it('is settled by a final reading that both signed, before the window ends', async () => {
    for (const enter of [missed, contested]) {
      const one = await enter();
      const settling = (timeSec: number) => tryReport('settleFrom', one, {}, timeSec, one.state);
      await expect(settling(one.until - 1)).resolves.toBeUndefined();
      await expectRefusal(settling(one.until), 'Booking_TooLate', late(one.made, one.until));
    }
  });
});

describe('a driver who arrived', () => {
  it('says so from opens until reportBy', async () => {
    const one = await reserved(market);
    const at = (timeSec: number) => attempt(market, one.fixture.driver, 'arrived', arrivedArgs(one), timeSec);
    const { opens, reportBy } = one.times;
    await expectRefusal(at(opens - 1), 'Booking_TooEarly', early(one.made, opens));
    await expect(at(opens)).resolves.toBeUndefined();
    await expect(at(reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(reportBy), 'Booking_TooLate', late(one.made, reportBy));
  });

  it('says so by the session key or the driver, by call or signature', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const signed = async (signer: PrivateKeyAccount) =>
      attempt(
        market,
        anyone,
        'arrived',
        arrivedArgs(one, one.made.state, await signId(one, 'Arrived', signer)),
      );
    await expect(signed(one.made.sessionKey)).resolves.toBeUndefined();
    await expect(signed(one.fixture.driver)).resolves.toBeUndefined();
    for (const stranger of [newKey(), one.fixture.agent]) {
      await expectRefusal(signed(stranger), 'Account_InvalidSignature', [one.fixture.driver.address]);
    }
    const unsigned = attempt(market, anyone, 'arrived', arrivedArgs(one));
    await expectRefusal(unsigned, 'Account_InvalidSignature', [one.fixture.driver.address]);
  });

  it('keeps the time of the booking in the state', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const receipt = await write(market, one.fixture.driver, 'arrived', arrivedArgs(one));
    const { head, claim: none } = stateIn(receipt, 'Arrived');
    expect(unpackHead(head)).toMatchObject({ name: STATE.ARRIVED, since: BigInt(one.made.bookedAt) });
    expect(none).toBe(0n);
  });

  it('may say so after the no-show claim too, until its window ends, and moves no deadline', async () => {
    const one = await missed();
    const at = (timeSec: number) =>
      attempt(market, one.fixture.driver, 'arrived', arrivedArgs(one, one.state), timeSec);
    await expect(at(one.until - 1)).resolves.toBeUndefined();
    await expectRefusal(at(one.until), 'Booking_TooLate', late(one.made, one.until));
    const state = stateIn(
      await write(market, one.fixture.driver, 'arrived', arrivedArgs(one, one.state)),
      'Arrived',
    );
    expect(unpackHead(state.head)).toEqual({ ...unpackHead(one.state.head), name: STATE.CONTESTED });
    const again = attempt(market, one.fixture.driver, 'arrived', arrivedArgs(one, state));
    await expectRefusal(again, 'Booking_WrongState', [one.made.bookingId, STATE.CONTESTED]);
  });

  it('makes a no-show claim a quarrel, which costs the fee and pays nobody', async () => {
    const before = await sinkMoney();
    for (const first of ['arrived', 'claimNoShow'] as const) {
      const one = first === 'arrived' ? await arrivedThenMissed() : await contested();
      expect(unpackHead(one.state.head)).toMatchObject({ name: STATE.CONTESTED });
      await finalise(one, one.state, untilOf(one, one.state));
      expect(await purseOf(market, one.fixture.driver.address)).toEqual([20n * TOKEN - feeOf(one.made), 1n]);
      expect(await earningsOf(one.fixture)).toEqual([0n, 0n, 0n]);
    }
    expect((await sinkMoney()) - before).toBe(1_000_000n);
  });
});

/** The driver said that they were there before the agent said that nobody came. */
async function arrivedThenMissed() {
  const one = await reserved(market);
  await jumpTo(market, one.times.noShowFrom);
  const arrived = stateIn(await write(market, one.fixture.driver, 'arrived', arrivedArgs(one)), 'Arrived');
  const receipt = await write(market, anyone, 'claimNoShow', await noShowArgs(one, arrived));
  const state = stateIn(receipt, 'NoShowClaimed');
  expect(sinceOf(state)).toBe(await nowOf(market));
  return { ...one, state };
}

describe('the sink', () => {
  it('takes no deposit and gives nothing out', async () => {
    await finaliseQuarrel();
    const deposit = attempt(market, anyone, 'deposit', [zeroAddress, 0, 1n]);
    await expectRefusal(deposit, 'Account_ZeroAddress');
    const message = {
      account: zeroAddress,
      purse: 0,
      amount: 1n,
      to: anyone.address,
      relayer: zeroAddress,
      relayFee: 0n,
      nonce: 0n,
      validUntil: BigInt((await nowOf(market)) + 300),
    };
    for (const signature of ['0x', `0x${'00'.repeat(65)}`, `0x${'00'.repeat(64)}1b`] as const) {
      const call = attempt(market, anyone, 'withdrawBySignature', [message, signature]);
      await expectRefusal(call, 'Account_InvalidSignature', [zeroAddress]);
    }
  });
});

async function finaliseQuarrel() {
  const one = await contested();
  await finalise(one, one.state, untilOf(one, one.state));
  expect(await sinkMoney()).toBeGreaterThan(0n);
}
