import { keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AllowanceStruct, NO_RAISE } from '../../protocol/calls.ts';
import type { Reading } from '../../protocol/reading.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, TARIFF, type TestMarket, write } from '../support/market.ts';
import { anyone, attempt, expectRefusal, jumpTo, newKey } from './fixture.ts';
import {
  costOf,
  early,
  expectPaid,
  late,
  type ReservedBooking,
  raiseTo,
  reserved,
  settleAloneArgs,
} from './reserved.ts';

/** What the bookings here allow, in token units. */
const ALLOWED = 100_000n;

/** A session of 180 Wh in a minute: 96,666 units with its flat fee. */
const cheap = ({ made }: ReservedBooking): Partial<Reading> => ({
  energyWh: 180,
  endedAt: made.booking.firstSlot * 900 + 60,
});

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

async function ended(): Promise<ReservedBooking> {
  const one = await reserved(market);
  await jumpTo(market, one.times.closes);
  return one;
}

const tryAlone = async (
  one: ReservedBooking,
  change: Partial<Reading>,
  allowance: AllowanceStruct = NO_RAISE,
  timeSec?: number,
) => attempt(market, anyone, 'settleAlone', await settleAloneArgs(one, change, allowance), timeSec);

describe('settleAlone', () => {
  it('pays what the booking allowed by the agent’s final word, and refunds the rest at once', async () => {
    const one = await ended();
    const cost = costOf(one.made, cheap(one));
    expect(cost).toBeLessThanOrEqual(ALLOWED);
    await write(market, anyone, 'settleAlone', await settleAloneArgs(one, cheap(one)));
    await expectPaid(one, cost, 180n);
  });

  it('takes a cost that is allowed to the unit, and no unit more', async () => {
    const one = await ended();
    const cost = costOf(one.made);
    await expect(tryAlone(one, {}, await raiseTo(one, cost))).resolves.toBeUndefined();
    await expectRefusal(tryAlone(one, {}, await raiseTo(one, cost - 1n)), 'Settlement_NotAllowed', [
      one.made.bookingId,
      cost,
      cost - 1n,
    ]);
    await expectRefusal(tryAlone(one, {}), 'Settlement_NotAllowed', [one.made.bookingId, cost, ALLOWED]);
    await write(market, anyone, 'settleAlone', await settleAloneArgs(one, {}, await raiseTo(one, cost)));
    await expectPaid(one, cost, 8_123n);
  });

  it('takes no raise that the session key did not sign, and no signature without one', async () => {
    const one = await ended();
    const raise = await raiseTo(one, 3_000_000n);
    const forged = [
      await raiseTo(one, 3_000_000n, one.fixture.agent),
      await raiseTo(one, 3_000_000n, one.fixture.driver),
      await raiseTo(one, 3_000_000n, newKey()),
      await raiseTo(await reserved(market), 3_000_000n),
      { ...raise, cost: 3_000_001n },
      { ...NO_RAISE, cost: 1n },
      { ...raise, cost: 0n },
    ];
    for (const allowance of forged) {
      await expectRefusal(tryAlone(one, cheap(one), allowance), 'Allowance_SignatureInvalid', [
        one.made.bookingId,
      ]);
    }
    await expect(tryAlone(one, {}, raise)).resolves.toBeUndefined();
  });

  it('is never lowered: a raise below what the booking allows changes nothing', async () => {
    const one = await ended();
    await expect(tryAlone(one, cheap(one), await raiseTo(one, 1n))).resolves.toBeUndefined();
  });

  it('pays the cap and no more, however much is allowed', async () => {
    const one = await reserved(market, { tariff: { ...TARIFF, pricePerKwh: 10_000_000n } });
    await jumpTo(market, one.times.closes);
    const args = await settleAloneArgs(one, {}, await raiseTo(one, 2n ** 64n - 1n));
    await write(market, anyone, 'settleAlone', args);
    // The overstay reserve of half a token is no part of what energy can use up.
    await expectPaid(one, 4_500_000n, 8_123n);
  });

  it('counts from opens until reportBy', async () => {
    const one = await reserved(market);
    const { made, times } = one;
    const nothing = { energyWh: 0, beganAt: times.opens, endedAt: times.opens };
    const at = (timeSec: number) => tryAlone(one, nothing, NO_RAISE, timeSec);
    await expectRefusal(at(times.opens - 1), 'Booking_TooEarly', early(made, times.opens));
    await expect(at(times.opens)).resolves.toBeUndefined();
    await expect(at(times.reportBy - 1)).resolves.toBeUndefined();
    await expectRefusal(at(times.reportBy), 'Booking_TooLate', late(made, times.reportBy));
  });

  it('needs the start secret, the final flag and the agent’s signature', async () => {
    const one = await ended();
    const [struct] = await settleAloneArgs(one, cheap(one));
    const id = [one.made.bookingId];
    const changed = (change: object) => attempt(market, anyone, 'settleAlone', [{ ...struct, ...change }]);
    await expectRefusal(changed({ secret: keccak256(toHex('guess')) }), 'Claim_SecretMismatch', id);
    await expectRefusal(tryAlone(one, { ...cheap(one), isFinal: false }), 'Reading_NotFinal', id);
    const agentSignature = (await settleAloneArgs(one, {}))[0].agentSignature;
    await expectRefusal(changed({ agentSignature }), 'Reading_AgentSignatureInvalid', id);
    await expect(changed({})).resolves.toBeUndefined();
  });

  it('needs energy, time and overstay that are possible, at both edges', async () => {
    const one = await ended();
    const { opens, closes } = one.times;
    const raise = await raiseTo(one, 5_000_000n);
    const alone = (change: Partial<Reading>, timeSec = closes) => tryAlone(one, change, raise, timeSec);
    await expect(alone({ energyWh: 8_250 })).resolves.toBeUndefined();
    await expectRefusal(alone({ energyWh: 8_251 }), 'Reading_PowerExceeded', [8_251n, 8_250n]);
    const outside = (at: number, from: number, until: number) => [BigInt(at), BigInt(from), BigInt(until)];
    await expect(alone({ beganAt: opens, endedAt: closes })).resolves.toBeUndefined();
    const tooEarly = alone({ beganAt: opens - 1 });
    await expectRefusal(tooEarly, 'Reading_OutsideWindow', outside(opens - 1, opens, closes));
    const beyond = alone({ endedAt: closes + 1 }, closes + 99);
    await expectRefusal(beyond, 'Reading_OutsideWindow', outside(closes + 1, opens, closes));
    const ahead = alone({ endedAt: closes - 98 }, closes - 99);
    await expectRefusal(ahead, 'Reading_OutsideWindow', outside(closes - 98, opens, closes - 99));
    await expect(alone({ endedAt: closes - 99, energyWh: 7_000 }, closes - 99)).resolves.toBeUndefined();
    await expect(alone({ overstaySec: 60 }, closes + 60)).resolves.toBeUndefined();
    const invented = alone({ overstaySec: 61 }, closes + 60);
    await expectRefusal(invented, 'Reading_OutsideWindow', outside(closes + 61, opens, closes + 60));
  });

  it('is good from a key that was revoked since', async () => {
    const one = await ended();
    await write(market, one.fixture.host, 'setListingStatus', [one.fixture.listing, 3, '0x']);
    await expect(tryAlone(one, cheap(one))).resolves.toBeUndefined();
  });

  it('ends the booking once', async () => {
    const one = await ended();
    const args = await settleAloneArgs(one, cheap(one));
    await write(market, anyone, 'settleAlone', args);
    const again = attempt(market, anyone, 'settleAlone', args);
    await expectRefusal(again, 'Booking_StateMismatch', [one.made.bookingId]);
  });
});
