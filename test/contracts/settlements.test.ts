import { toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookingIdOf, fromBookingStruct } from '../../protocol/booking.ts';
import { STATE } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { asBooked, deployTestMarket, type TestMarket, TOKEN, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, readingOf, reportArgs } from './fixture.ts';

import { costOf, early, expectPaid, late, reserved, tryReport } from './reserved.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

describe('settle', () => {
  it('counts from opens until reportBy', async () => {
    const one = await reserved(market);
    const { made, times } = one;
    const at = (timeSec: number) => tryReport('settle', one, {}, timeSec);
    await expectRefusal(at(times.opens - 1), 'Booking_TooEarly', early(made, times.opens));
    await expect(at(times.opens)).resolves.toBeUndefined();
    await expect(at(times.reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(times.reportBy), 'Booking_TooLate', late(made, times.reportBy));
  });

  it('pays the cap and no more when the cost is above it', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const args = await reportArgs(
      one.fixture,
      one.made,
      readingOf(one.made, { energyWh: 80_000, overstaySec: 99_999 }),
    );
    await write(market, anyone, 'settle', asBooked(args));
    // Counted as sold: what the listed power gives in 45 minutes.
    await expectPaid(one, 5n * TOKEN, 8_250n);
  });

  it('refunds all for a session without a charge', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const nothing = readingOf(one.made, { energyWh: 0, endedAt: readingOf(one.made).beganAt });
    await write(market, anyone, 'settle', asBooked(await reportArgs(one.fixture, one.made, nothing)));
    await expectPaid(one, 0n, 0n);
  });

  it('pays once', async () => {
    const one = await reserved(market);
    await jumpTo(market, one.times.start);
    const args = await reportArgs(one.fixture, one.made, readingOf(one.made));
    await write(market, anyone, 'settle', asBooked(args));
    await expectRefusal(attempt(market, anyone, 'settle', asBooked(args)), 'Booking_StateMismatch', [
      one.made.bookingId,
    ]);
    await expectPaid(one, costOf(one.made), 8_123n);
  });

  it('takes the time of the booking, and no other', async () => {
    const one = await reserved(market);
    const [settlement] = asBooked(await reportArgs(one.fixture, one.made, readingOf(one.made)));
    const at = (bookedAt: number) => {
      const measure = (settlement.reading.measure & ((1n << 200n) - 1n)) | (BigInt(bookedAt) << 200n);
      const changed = { ...settlement, reading: { ...settlement.reading, measure } };
      return attempt(market, anyone, 'settle', [changed], one.times.start);
    };
    const { bookedAt, bookingId } = one.made;
    await expect(at(bookedAt)).resolves.toBeUndefined();
    for (const wrong of [0, bookedAt - 1, bookedAt + 1]) {
      await expectRefusal(at(wrong), 'Booking_StateMismatch', [bookingId]);
    }
  });

  it('leaves no bit of the measure free', async () => {
    const one = await reserved(market);
    const [settlement] = asBooked(await reportArgs(one.fixture, one.made, readingOf(one.made)));
    const withBit = (bit: bigint) => {
      const { reading } = settlement;
      const measure = reading.measure | (1n << bit);
      return attempt(
        market,
        anyone,
        'settle',
        [{ ...settlement, reading: { ...reading, measure } }],
        one.times.start,
      );
    };
    for (const bit of [193n, 199n, 240n, 255n]) {
      await expectRefusal(withBit(bit), 'Reading_Malformed', [one.made.bookingId]);
    }
  });

  it('requires a final reading', async () => {
    const one = await reserved(market);
    for (const call of ['settle', 'settleFrom'] as const) {
      const running = tryReport(call, one, { isFinal: false });
      await expectRefusal(running, 'Reading_NotFinal', [one.made.bookingId]);
    }
  });

  it('refuses a reading that ends before it began', async () => {
    const one = await reserved(market);
    const { beganAt } = readingOf(one.made);
    const reversed = { endedAt: beganAt - 1 };
    const args = [BigInt(beganAt), BigInt(beganAt - 1)];
    await expectRefusal(tryReport('settle', one, reversed), 'Reading_TimeReversed', args);
    const claiming = tryReport('claim', one, { ...reversed, isFinal: false });
    await expectRefusal(claiming, 'Reading_TimeReversed', args);
  });

  it('refuses a booking with other fields or another state', async () => {
    const { fixture, made, times } = await reserved(market);
    const [struct, state, ...rest] = await reportArgs(fixture, made, readingOf(made));
    const change = async (fields: Partial<typeof struct>, other = state) => {
      const booking = { ...struct, ...fields };
      const call = attempt(market, anyone, 'settleFrom', [booking, other, ...rest], times.start);
      const bookingId = bookingIdOf(market.ref, fromBookingStruct(booking));
      await expectRefusal(call, 'Booking_StateMismatch', [bookingId]);
    };
    await change({ money: struct.money + 1n });
    await change({ startHash: toHex(1, { size: 32 }) });
    await change({ session: struct.session ^ 1n });
    await change({ terms: { ...struct.terms, tariff: struct.terms.tariff + 1n } });
    await change({}, { ...state, head: state.head + (1n << 8n) });
    await change({}, { ...state, head: state.head | (1n << 48n) });
    await change({}, { ...state, head: (state.head & ~0xffn) | STATE.CLAIMED });
    await change({}, { ...state, claim: 1n });
  });
});
