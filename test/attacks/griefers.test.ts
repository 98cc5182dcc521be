import { zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateName } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { anyone, attempt, jumpTo, newKey, nowOf, publishArgs, purseOf } from '../contracts/fixture.ts';
import { type TestMarket, testListing, testTerms } from '../support/market.ts';
import {
  arrived,
  type BookedSession,
  bookSession,
  cancelByDriver,
  claim,
  DEPOSIT,
  deadlineOf,
  expectPaid,
  expectReconciled,
  finalise,
  finaliseAtDeadline,
  HOST,
  moneyOf,
  noShow,
  onSnapshot,
  refusalOf,
  sendCall,
  settle,
} from './booked-session.ts';
import {
  deployRollup,
  leastMoney,
  PRESET_NAMES,
  presetCharger,
  presetFee,
  presetTerms,
} from './preset-chargers.ts';

const DAY_SLOTS = 96;
const DAY_SEC = 86_400;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployRollup(anvil.url);
});
afterAll(() => anvil.stop());

/** The page's figures, in token units: the fee of a day of slots, and what is locked for it. */
const DAY = {
  relaxed: { fee: 960_000n, locked: 4_800_000n },
  usual: { fee: 1_920_000n, locked: 9_600_000n },
  strict: { fee: 4_800_000n, locked: 24_000_000n },
} as const;
const inTokens = (units: bigint): string => (Number(units) / 1e6).toFixed(2);

/** Well within the current slot. */
const sixMinutesIntoSlot = async () => {
  const next = (Math.floor((await nowOf(market)) / 900) + 1) * 900;
  await jumpTo(market, next + 360);
};

for (const name of PRESET_NAMES) {
  describe(`a charger by the preset ${name}`, () => {
    const money = leastMoney(name, 2);
    const fee = presetFee(name, 2);
    const twoSlots = inTokens(fee);

    it('a walk-up booking six minutes into its slot keeps its defence until reportBy: 0.00 is lost', async () => {
      await sixMinutesIntoSlot();
      const firstSlot = Math.floor((await nowOf(market)) / 900);
      const session = await bookSession(await presetCharger(market, name), { firstSlot, money });
      const { noShowFrom, reportBy } = session.times;
      const timeoutSec = Number(presetTerms(name).bookingTerms.noshowTimeoutMin) * 60;
      expect(noShowFrom).toBe(session.made.bookedAt + timeoutSec);
      expect(await refusalOf(session, await noShow(session), HOST, noShowFrom - 1)).toBe('Booking_TooEarly');
      const here = await arrived(session);
      for (const timeSec of [noShowFrom - 1, noShowFrom, reportBy - 1]) {
        expect(await refusalOf(session, here, session.fixture.driver, timeSec)).toBeUndefined();
      }
      await jumpTo(market, noShowFrom);
      const denied = await sendCall(session, await noShow(session), HOST);
      const contested = await sendCall(denied, await arrived(denied), session.fixture.driver);
      const plugged = { energyWh: 0, endedAt: session.times.start };
      await sendCall(contested, await settle(contested, plugged), session.fixture.driver);
      await expectPaid(session, 0n);
    });

    it(`lying \`arrived\` costs ${twoSlots}, as silence does, and denying a guest wins the host 0.00`, async () => {
      const charger = await presetCharger(market, name);
      const silent = await bookSession(charger, { money });
      const lying = await bookSession(charger, { money, firstSlot: silent.made.booking.firstSlot + 4 });
      await jumpTo(market, lying.times.noShowFrom);
      const [sunk] = await purseOf(market, zeroAddress);
      const claimed = await sendCall(silent, await noShow(silent), HOST);
      const lie = await sendCall(lying, await arrived(lying), lying.fixture.driver);
      const contested = await sendCall(lie, await noShow(lie), HOST);
      await finaliseAtDeadline(claimed);
      expect(await moneyOf(silent)).toEqual({ driver: DEPOSIT - fee, host: fee });
      await finaliseAtDeadline(contested);
      expect(await moneyOf(lying)).toEqual({ driver: DEPOSIT - fee, host: fee });
      expect(await purseOf(market, zeroAddress)).toEqual([sunk + fee, 0n]);
    });

    it('`arrived` in the last block before reportBy voids no pending call', async () => {
      const session = await bookSession(await presetCharger(market, name), { money });
      const plugged = { energyWh: 0, endedAt: session.times.start };
      const pending = [await noShow(session), await settle(session, plugged), await claim(session, plugged)];
      await jumpTo(market, session.times.reportBy - 20);
      await sendCall(session, await arrived(session), session.fixture.driver);
      for (const call of pending) {
        await onSnapshot(market, async () => {
          const next = await sendCall(session, call, HOST);
          if (call.name === 'claimNoShow') expect(stateName(next.state)).toBe('CONTESTED');
        });
      }
    });

    it(`a griefer takes 24 hours: ${inTokens(DAY[name].fee)} are paid and ${inTokens(DAY[name].locked)} locked; 16 days are sixteen times that`, async () => {
      const { bookingTerms } = presetTerms(name);
      const longest = Number(bookingTerms.maxSlots);
      const charger = await presetCharger(market, name);
      let [lost, locked] = [0n, 0n];
      const first = Math.floor((await nowOf(market)) / 900) + 4;
      const taken: BookedSession[] = [];
      for (let slot = 0; slot < DAY_SLOTS; slot += longest) {
        const change = { firstSlot: first + slot, slotCount: longest, money: leastMoney(name, longest) };
        taken.push(await bookSession(charger, change));
      }
      for (const session of taken) locked += DEPOSIT - (await moneyOf(session)).driver;
      await jumpTo(market, taken.at(-1)!.times.noShowFrom);
      const absent: BookedSession[] = [];
      for (const session of taken) absent.push(await sendCall(session, await noShow(session), HOST));
      await jumpTo(market, deadlineOf(absent.at(-1)!));
      for (const session of absent) await sendCall(session, finalise(session));
      for (const session of absent) lost += DEPOSIT - (await moneyOf(session)).driver;
      expect({ fee: lost, locked }).toEqual(DAY[name]);
      const sixteenDays = presetFee(name, 16 * DAY_SLOTS);
      expect(sixteenDays).toBe(16n * DAY[name].fee);
      const far = { firstSlot: Math.floor((await nowOf(market)) / 900) + Number(bookingTerms.horizonSlots) };
      await expect(bookSession(charger, { ...far, money })).rejects.toThrow('Booking_TooFar');
    });

    it('free cancelling ends at the latest seven days before the slot: a listing cannot ask for more', async () => {
      const { bookingTerms, metering } = presetTerms(name);
      const longHorizon = { ...bookingTerms, horizonSlots: 14n * BigInt(DAY_SLOTS) };
      const published = async (cancelUntilMin: bigint) => {
        const agent = newKey();
        const change = { metering, bookingTerms: { ...longHorizon, cancelUntilMin } };
        const listing = testListing(testTerms(HOST.address, agent.address, change));
        const args = await publishArgs({ market, agent, host: HOST, listing, listingId: '0x' }, listing);
        return attempt(market, HOST, 'publishListing', args);
      };
      await expect(published(10_081n)).rejects.toThrow('Listing_TermOutOfRange');
      await expect(published(10_080n)).resolves.toBeDefined();
      const weekBefore = { ...longHorizon, cancelUntilMin: 10_080n };
      const charger = await presetCharger(market, name, { bookingTerms: weekBefore });
      const far = Math.floor((await nowOf(market)) / 900) + 13 * DAY_SLOTS;
      const session = await bookSession(charger, { firstSlot: far, money });
      expect(session.times.freeUntil).toBe(session.times.start - 7 * DAY_SEC);
      const { driver } = session.fixture;
      const free = cancelByDriver(session);
      await onSnapshot(market, async () => {
        await jumpTo(market, session.times.freeUntil - 30);
        await sendCall(session, free, driver);
        await expectPaid(session, 0n);
      });
      await jumpTo(market, session.times.freeUntil);
      await sendCall(session, free, driver);
      await expectPaid(session, fee / 2n);
    });
  });
}

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
  it('nobody empties the sink', async () => {
    const [sunk] = await purseOf(market, zeroAddress);
    expect(sunk).toBeGreaterThan(0n);
    await expect(attempt(market, anyone, 'deposit', [zeroAddress, 0, 1n])).rejects.toThrow(
      'Account_ZeroAddress',
    );
  });
});
