import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../audit/command.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { packHours } from '../../protocol/hours.ts';
import { LISTING_STATUS, placeHash } from '../../protocol/listing.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployFeeMarket } from '../audit/dispute-scenario.ts';
import { anyone, attempt, draftBooking, jumpTo, nowOf, publishArgs, purseOf } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved.ts';
import { fundDriver, type TestMarket, TOKEN, write } from '../support/market.ts';
import {
  ALLOWED,
  bookSession,
  type Charger,
  cancelByDriver,
  challenge,
  claim,
  claimAlone,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  expire,
  finaliseAtDeadline,
  HOST,
  noShow,
  onSnapshot,
  openCharger,
  refusalOf,
  sendCall,
  settle,
} from './booked-session.ts';
import { TIMEOUT } from './search.ts';

/** The guardian of these tests. */
const guardian = anyone;
const DAY_SEC = 86_400;

/** What the driver signed before the claim. */
const COSIGNED = { seq: 3, energyWh: 2_000 };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployFeeMarket(anvil.url);
  // Well within a slot, so that consecutive bookings begin in the same one.
  await jumpTo(market, (Math.floor((await nowOf(market)) / 900) + 1) * 900 + 5);
});
afterAll(() => anvil.stop());

/** A booking by a new driver, not sent. */
async function tries(charger: Charger, change: Parameters<typeof draftBooking>[1], timeSec?: number) {
  const { terms: _, meter: __, windows: ___, ...place } = charger;
  const driver = await fundDriver(market, DEPOSIT);
  const { booking } = await draftBooking({ ...place, driver }, change);
  const args = [toBookingStruct(booking), place.listing.weeklyHours, placeHash(place.listing.place)];
  const outcome = await attempt(market, driver, 'bookAsDriver', args, timeSec).then(
    () => 'booked',
    (error: Error) => /(Booking_\w+|Listing_\w+)/.exec(error.message)?.[1] ?? error.message,
  );
  return outcome;
}

describe('rule 18: spam', () => {
  const MIN_CAP = 250_000n;
  const FEE = 40_000n;
  const HORIZON = 48n;
  const MAX_SLOTS = 8n;

  async function guarded() {
    const plain = await openCharger(market);
    const limits = {
      minCapPerSlot: MIN_CAP,
      noshowFee: FEE,
      horizonSlots: HORIZON,
      maxSlots: MAX_SLOTS,
    };
    return openCharger(market, { bookingTerms: { ...plain.terms.bookingTerms, ...limits } });
  }

  it('a griefer blocks a charger: each slot locks the least cap, no booking is long or far', async () => {
    const charger = await guarded();
    const money = (cap: bigint) => ({
      cap,
      unsignedCost: TOKEN,
      allowedCost: ALLOWED,
      relayFee: 0n,
    });
    for (const slotCount of [1, 2, 8]) {
      const least = MIN_CAP * BigInt(slotCount);
      expect(await tries(charger, { slotCount, money: money(least - 1n) })).toBe('Booking_CapTooLow');
      expect(await tries(charger, { slotCount, money: money(least) })).toBe('booked');
    }
    expect(await tries(charger, { slotCount: 9 })).toBe('Booking_DurationOutOfRange');
    const now = Math.floor((await nowOf(market)) / 900);
    expect(await tries(charger, { firstSlot: now + 47 })).toBe('Booking_TooFar');
    expect(await tries(charger, { firstSlot: now + 45 })).toBe('booked');
  });

  it('a griefer books, blocks the connector and cancels at the last moment: it costs half the fee of each slot', async () => {
    const session = await bookSession(await guarded(), { slotCount: 8 });
    await jumpTo(market, session.times.opens - 60);
    await sendCall(session, cancelByDriver(session), session.fixture.driver);
    await expectPaid(session, (8n * FEE) / 2n);
  });
});

describe('rule 19: the guardian', () => {
  it('pauses while every kind of booking is open: no exit is closed to anybody', TIMEOUT, async () => {
    const charger = await openCharger(market);
    const [settled, claimed, silent, absent, early] = [
      await bookSession(charger),
      await bookSession(await openCharger(market)),
      await bookSession(await openCharger(market)),
      await bookSession(await openCharger(market)),
      await bookSession(await openCharger(market)),
    ];
    const began = await nowOf(market);
    await write(market, guardian, 'pauseNewBookings', [BigInt(began + 7 * DAY_SEC - 60)]);
    expect(await tries(charger, { firstSlot: settled.made.booking.firstSlot + 8 })).toBe('Booking_Paused');
    await sendCall(early, cancelByDriver(early), early.fixture.driver);
    await jumpTo(market, settled.times.start);
    await sendCall(settled, await settle(settled));
    await jumpTo(market, absent.times.noShowFrom);
    const gone = await sendCall(absent, await noShow(absent));
    await jumpTo(market, claimed.times.closes);
    const signed = await sendCall(claimed, await claim(claimed, COSIGNED));
    const alone = await sendCall(signed, await claimAlone(signed));
    await finaliseAtDeadline(await sendCall(alone, await challenge(alone)));
    await finaliseAtDeadline(gone);
    await jumpTo(market, silent.times.reportBy);
    await sendCall(silent, expire(silent));
    for (const session of [early, silent]) await expectPaid(session, 0n);
    const [kept] = await purseOf(market, claimed.fixture.driver.address);
    expect(kept).toBe(DEPOSIT - costOf(claimed.made, COSIGNED));
    await write(market, early.fixture.driver, 'withdraw', [0, DEPOSIT, early.fixture.driver.address]);
    expect((await purseOf(market, early.fixture.driver.address))[0]).toBe(0n);
    const cost = costOf(settled.made);
    expect((await purseOf(market, settled.fixture.driver.address))[0]).toBe(DEPOSIT - cost);
    await jumpTo(market, began + 7 * DAY_SEC);
  });

  it('pauses again the moment he may, for a year: a quarter of the time at most', async () => {
    const { timestamps, pausedSec } = await onSnapshot(market, greedyYear);
    const span = timestamps.at(-1)! - timestamps[0]!;
    expect(pausedSec * 4).toBeLessThanOrEqual(span);
  });

  async function greedyYear() {
    const timestamps: number[] = [];
    let pausedSec = 0;
    for (let round = 0; round < 13; round++) {
      const [, nextPauseFrom] = (await readPauses()) as readonly [bigint, bigint];
      const from = Math.max(Number(nextPauseFrom), (await nowOf(market)) + 1);
      await jumpTo(market, from);
      const now = await nowOf(market);
      const until = BigInt(now + 7 * DAY_SEC);
      await expect(attempt(market, guardian, 'pauseNewBookings', [until + 1n], now)).rejects.toThrow();
      await write(market, guardian, 'pauseNewBookings', [until]);
      await expect(attempt(market, guardian, 'pauseNewBookings', [until], Number(until))).rejects.toThrow();
      pausedSec += Number(until) - now;
      timestamps.push(now);
    }
    const [, end] = (await readPauses()) as readonly [bigint, bigint];
    return { timestamps: [...timestamps, Number(end)], pausedSec };
  }

  const readPauses = () => attempt(market, anyone, 'pauses', []);
});

describe('rule 21: a stolen agent key', () => {
  it('before the host knows: the allowance; after he revoked it: no more than that', async () => {
    const thief = await fundDriver(market, TOKEN);
    const early = await bookSession(await openCharger(market));
    const late = await bookSession(await openCharger(market));
    await jumpTo(market, early.times.closes);
    await onSnapshot(market, async () => {
      await finaliseAtDeadline(await sendCall(early, await claimAlone(early), thief));
      expect((await purseOf(market, early.fixture.driver.address))[0]).toBe(DEPOSIT - ALLOWED);
    });
    await write(market, HOST, 'setListingStatus', [late.fixture.listing, LISTING_STATUS.REVOKED, '0x']);
    for (const call of [await claimAlone(late), await noShow(late)]) {
      expect(await refusalOf(late, call, thief)).toBe('Claim_AgentKeyRevoked');
    }
    const listedAgain = await publishArgs(late.fixture, late.fixture.listing);
    await expect(attempt(market, HOST, 'publishListing', listedAgain)).rejects.toThrow(
      'Listing_AlreadyPublished',
    );
    const shown = await sendCall(late, await claim(late, { seq: 2, energyWh: 2_000 }));
    expect(await refusalOf(shown, await claimAlone(shown), thief)).toBe('Claim_AgentKeyRevoked');
    await finaliseAtDeadline(shown);
    await sendCall(early, expire(early));
    const paid = costOf(late.made, { energyWh: 2_000 });
    expect((await purseOf(market, late.fixture.driver.address))[0]).toBe(DEPOSIT - paid);
  });
});

describe('rule 25: local hours', () => {
  /** Weekdays from 8 to 18 in Berlin, listed for both sides of the change of the clocks. */
  const weekdays = Array.from({ length: 5 * 10 }, (_, i) => Math.floor(i / 10) * 24 + 8 + (i % 10));
  const mask = weekdays.reduce((bits, hour) => bits | (1n << BigInt(hour)), 0n);
  const berlin = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  });

  function isOpenInBerlin(slot: number): boolean {
    const parts = Object.fromEntries(
      berlin.formatToParts(slot * 900_000).map(({ type, value }) => [type, value]),
    );
    const isWeekday = !['Sat', 'Sun'].includes(parts.weekday as string);
    return isWeekday && Number(parts.hour) >= 8 && Number(parts.hour) < 18;
  }

  const changes = {
    spring: [Date.UTC(2029, 2, 25, 1), 4, 8],
    autumn: [Date.UTC(2029, 9, 28, 1), 8, 4],
  } as const;
  for (const [season, [changesAtMs, utcOffset, utcOffsetAfter]] of Object.entries(changes)) {
    it(
      `a driver comes an hour early or late when the clocks change in ${season}: search`,
      TIMEOUT,
      async () => {
        const offsetChangesAt = changesAtMs / 1000;
        await jumpTo(market, offsetChangesAt - 3 * DAY_SEC);
        const charger = await openCharger(market);
        const hours = { mask, utcOffset, offsetChangesAt, utcOffsetAfter };
        const listing = { ...charger.listing, weeklyHours: packHours(hours) };
        await write(market, HOST, 'updateListing', [charger.listing, listing, '0x']);
        const first = Math.floor((await nowOf(market)) / 900);
        const slots = fc.integer({ min: first + 12, max: first + 600 });
        const property = fc.asyncProperty(slots, async (firstSlot) => {
          const outcome = await tries({ ...charger, listing }, { firstSlot, slotCount: 1 });
          expect(outcome).toBe(isOpenInBerlin(firstSlot) ? 'booked' : 'Booking_OutsideHours');
        });
        await fc.assert(property, { numRuns: 25, seed: 20_261_122 });
      },
    );
  }
});

describe('rule 26: events', () => {
  it('an auditor who was not there recomputes every attack of this file from logs alone', async () => {
    const { bookings } = await auditLedger({ rpcUrl: market.rpcUrl, market: market.market });
    expect(bookings).not.toEqual([]);
    for (const { end, paid, refunded, forfeited, booking } of bookings) {
      const { cap, unsignedCost } = booking.money;
      expect(end).toBeDefined();
      expect(paid + refunded + forfeited).toBe(cap + unsignedCost);
    }
    await expectReconciled(market);
  });
});
