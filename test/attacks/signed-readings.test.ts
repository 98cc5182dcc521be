import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookingIdOf } from '../../protocol/booking.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { jumpTo } from '../contracts/fixture.ts';
import { costOf, raiseTo } from '../contracts/reserved.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import {
  bookSession,
  challenge,
  claim,
  claimAlone,
  expectPaid,
  expectReconciled,
  HOST,
  onSnapshot,
  openCharger,
  refusalOf,
  sendCall,
  settle,
  settleAlone,
} from './booked-session.ts';
import { deployRollup, leastMoney, PRESET_NAMES, presetCharger } from './preset-chargers.ts';

let anvil: Anvil;
let market: TestMarket;
let other: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployRollup(anvil.url);
  other = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

describe('readings that are brought at the wrong time', () => {
  for (const name of PRESET_NAMES) {
    it(`${name}: a claim at opens for energy until closes is refused, and so takes 0.00`, async () => {
      const session = await bookSession(await presetCharger(market, name), { money: leastMoney(name, 2) });
      const { opens, closes } = session.times;
      const whole = { energyWh: 1, beganAt: opens, endedAt: closes };
      for (const call of [await claimAlone(session, whole), await settleAlone(session, whole)]) {
        expect(await refusalOf(session, call, HOST, opens)).toBe('Reading_OutsideWindow');
        expect(await refusalOf(session, call, HOST, closes - 1)).toBe('Reading_OutsideWindow');
        expect(await refusalOf(session, call, HOST, closes)).not.toBe('Reading_OutsideWindow');
      }
    });
  }

  it('a driver claims an early co-signed reading of 0.06: the final one still pays 1.00', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.closes);
    const early = { seq: 1, energyWh: 25, endedAt: session.times.start + 60 };
    expect(costOf(session.made, early)).toBe(57_916n);
    const shown = await sendCall(session, await claim(session, early), session.fixture.driver);
    const real = { energyWh: 3_500 };
    const owed = costOf(session.made, real);
    expect(owed).toBe(1_000_000n);
    await onSnapshot(market, async () => {
      await sendCall(shown, await settle(shown, real), HOST);
      await expectPaid(session, owed);
    });
    const raise = await raiseTo(session, owed);
    await sendCall(shown, await claimAlone(shown, real, session.made.secret, raise), HOST);
    await expectPaid(session, owed);
  });

  it('a driver signs the challenged reading to save the bond: the disputed 0.52 is forfeited', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.closes);
    const signed = { seq: 3, energyWh: 2_000, endedAt: session.times.start + 720 };
    const shown = await sendCall(session, await claim(session, signed), HOST);
    const real = { energyWh: 4_000, beganAt: session.times.start - 600, endedAt: session.times.start + 720 };
    const claimed = await sendCall(shown, await claimAlone(shown, real), HOST);
    const disputed = await sendCall(claimed, await challenge(claimed));
    const cost = costOf(session.made, real);
    // The ledger pays 1.09 of the claim unless it is co-signed: 0.52 above the co-signed 0.57 is in dispute.
    const forfeit = 520_000n;
    expect(cost).toBe(1_086_666n);
    for (const call of [
      await settle(disputed, real),
      await claimAlone(disputed, real, session.made.secret, await raiseTo(session, cost)),
    ]) {
      await onSnapshot(market, async () => {
        await sendCall(disputed, call, session.fixture.driver);
        const disputedCost = cost - 570_000n;
        await expectPaid(session, cost + (disputedCost < forfeit ? disputedCost : forfeit));
      });
    }
  });
});

describe('a raise of the allowance', () => {
  it('is worth nothing for another booking, generation, market or chain', async () => {
    const charger = await openCharger(market);
    const session = await bookSession(charger);
    const { booking, secret } = session.made;
    const signedFor = (change: Partial<typeof booking>, ref = market.ref) => {
      const bookingId = bookingIdOf(ref, { ...booking, ...change });
      const fixture = { ...session.fixture, market: { ...market, ref } };
      return raiseTo({ ...session, fixture, made: { ...session.made, bookingId } }, 5_000_000n);
    };
    const raises = [
      await signedFor({ firstSlot: booking.firstSlot + 4 }),
      await signedFor({ generation: booking.generation + 1n }),
      await signedFor({}, other.ref),
      await signedFor({}, { ...market.ref, chainId: 1 }),
      { ...(await raiseTo(session, 200_000n)), cost: 5_000_000n },
    ];
    await jumpTo(market, session.times.closes);
    for (const raise of raises) {
      for (const call of [
        await settleAlone(session, {}, raise),
        await claimAlone(session, {}, secret, raise),
      ]) {
        expect(await refusalOf(session, call, HOST)).toBe('Allowance_SignatureInvalid');
      }
    }
    await sendCall(session, await settleAlone(session, {}, await raiseTo(session, 5_000_000n)), HOST);
    await expectPaid(session, costOf(session.made));
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
