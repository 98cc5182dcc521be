import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { STATE, sinceOf, unpackHead } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, write } from '../support/market.ts';
import { anyone, earningsOf, expectRefusal, jumpTo, nowOf, readingOf, reportArgs } from './fixture.ts';

import {
  claim,
  claimedBooking,
  costOf,
  early,
  end,
  expectPaid,
  late,
  reserved,
  tryReport,
  windows,
} from './reserved.ts';

/** Somebody who has no part in any booking. */
const stranger = localAccount('deployer');

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

describe('claim', () => {
  it('counts from opens until reportBy', async () => {
    const one = await reserved(market);
    const { made, times } = one;
    const at = (timeSec: number) => tryReport('claim', one, { isFinal: false }, timeSec);
    await expectRefusal(at(times.opens - 1), 'Booking_TooEarly', early(made, times.opens));
    await expect(at(times.opens)).resolves.toBeUndefined();
    await expect(at(times.reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(times.reportBy), 'Booking_TooLate', late(made, times.reportBy));
  });

  it('is never final: such a reading settles, or nothing', async () => {
    const one = await reserved(market);
    await expectRefusal(tryReport('claim', one), 'Claim_Final', [one.made.bookingId]);
    const claimed = await claimedBooking(market, { seq: 3 });
    const final = tryReport('claim', claimed, { seq: 8 }, claimed.times.start + 60, claimed.state);
    await expectRefusal(final, 'Claim_Final', [claimed.made.bookingId]);
  });

  it('stores every part of the reading, and pays nothing yet', async () => {
    const one = await claimedBooking(market, { seq: 3, energyWh: 2_000, overstaySec: 77 });
    expect(unpackHead(one.state.head)).toEqual({
      name: STATE.CLAIMED,
      since: BigInt(await nowOf(market)),
      cosignedSeq: 3n,
      cosignedWh: 2_000n,
      cosignedSec: 2_700n,
      cosignedOverstaySec: 77n,
      raisedCost: 0n,
    });
    expect(one.state.claim).toBe(0n);
    expect(await earningsOf(one.fixture)).toEqual([0n, 0n, 0n]);
  });

  it('is replaced by a newer co-signed reading until its window ends, at the first deadline', async () => {
    const one = await claimedBooking(market, { seq: 3 });
    const newer = (seq: number, timeSec: number) =>
      tryReport('claim', one, { seq, isFinal: false }, timeSec, one.state);
    for (const seq of [0, 2, 3]) {
      await expectRefusal(newer(seq, one.deadline - 1), 'Reading_NotNewer', [BigInt(seq), 3n]);
    }
    await expect(newer(4, one.deadline - 1)).resolves.toBeUndefined();
    await expectRefusal(newer(4, one.deadline), 'Booking_TooLate', late(one.made, one.deadline));
    await jumpTo(market, one.times.closes + 100);
    const next = await claim(one, { seq: 4, energyWh: 9_000 }, one.state);
    expect(sinceOf(next)).toBe(sinceOf(one.state));
    await expect(end(one, 'finalise', next, one.deadline)).resolves.toBeUndefined();
    await expectRefusal(end(one, 'finalise', one.state), 'Booking_StateMismatch', [one.made.bookingId]);
  });

  it('gives way to a final reading until its window ends', async () => {
    const one = await claimedBooking(market);
    const settle = (timeSec: number) => tryReport('settleFrom', one, { seq: 9 }, timeSec, one.state);
    await expect(settle(one.deadline - 1)).resolves.toBeUndefined();
    await expectRefusal(settle(one.deadline), 'Booking_TooLate', late(one.made, one.deadline));
    await jumpTo(market, one.deadline - 30);
    const final = readingOf(one.made, { seq: 9, energyWh: 8_200 });
    await write(market, anyone, 'settleFrom', await reportArgs(one.fixture, one.made, final, one.state));
    await expectPaid(one, costOf(one.made, { energyWh: 8_200 }), 8_200n);
  });

  it('after closes has a whole challenge window', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.reportBy - 10);
    const state = await claim(one);
    const from = sinceOf(state) + windows.challengeSec;
    await expectRefusal(end(one, 'finalise', state, from - 1), 'Booking_TooEarly', early(one.made, from));
    await expect(end(one, 'finalise', state, from)).resolves.toBeUndefined();
  });
});

describe('finalise', () => {
  it('pays a co-signed time and overstay too, and counts no more energy than the listed power gives', async () => {
    const plenty = { energyWh: 8_300, overstaySec: 600 };
    const one = await claimedBooking(market, plenty);
    await jumpTo(market, one.deadline);
    await write(market, stranger, 'finalise', [toBookingStruct(one.made.booking), one.state]);
    await expectPaid(one, costOf(one.made, plenty), 8_250n);
  });

  it('counts time beyond 32 bits as 32 bits', async () => {
    const endless = { beganAt: 0, endedAt: 2 ** 40 - 1, energyWh: 0 };
    const one = await claimedBooking(market, endless);
    expect(unpackHead(one.state.head).cosignedSec).toBe(2n ** 32n - 1n);
    await jumpTo(market, one.deadline);
    await write(market, stranger, 'finalise', [toBookingStruct(one.made.booking), one.state]);
    await expectPaid(one, costOf(one.made, endless), 0n);
  });

  it('pays the claim from the end of its window, called by anybody', async () => {
    const one = await claimedBooking(market, { energyWh: 4_000 });
    const refused = end(one, 'finalise', one.state, one.deadline - 1);
    await expectRefusal(refused, 'Booking_TooEarly', early(one.made, one.deadline));
    await jumpTo(market, one.deadline);
    await write(market, stranger, 'finalise', [toBookingStruct(one.made.booking), one.state]);
    await expectPaid(one, costOf(one.made, { energyWh: 4_000 }), 4_000n);
    await expectRefusal(end(one, 'finalise', one.state), 'Booking_StateMismatch', [one.made.bookingId]);
  });

  it('is refused while nothing is claimed', async () => {
    const one = await reserved(market);
    const call = end(one, 'finalise', one.made.state, one.times.reportBy + 999_999);
    await expectRefusal(call, 'Booking_WrongState', [one.made.bookingId, STATE.RESERVED]);
  });
});

describe('expire', () => {
  it('refunds all from reportBy, called by anybody', async () => {
    const one = await reserved(market);
    const { made, times } = one;
    const refused = end(one, 'expire', made.state, times.reportBy - 1);
    await expectRefusal(refused, 'Booking_TooEarly', early(made, times.reportBy));
    await jumpTo(market, times.reportBy);
    await write(market, stranger, 'expire', [toBookingStruct(made.booking), made.state]);
    await expectPaid(one, 0n, 0n, 0n);
    await expectRefusal(end(one, 'expire', made.state), 'Booking_StateMismatch', [made.bookingId]);
  });

  it('is refused once a reading was claimed', async () => {
    const one = await claimedBooking(market);
    const { made, state } = one;
    const call = end(one, 'expire', state, made.booking.firstSlot * 900 + 9_999_999);
    await expectRefusal(call, 'Booking_WrongState', [made.bookingId, STATE.CLAIMED]);
  });
});
