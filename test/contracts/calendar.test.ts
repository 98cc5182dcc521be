import { zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBookingStruct } from '../../protocol/booking.ts';
import { isWithinHours, packHours, type WeeklyHours } from '../../protocol/hours.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { BookingTerms } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, fundDriver, type TestMarket, testTerms, write } from '../support/market.ts';
import {
  attempt,
  bookArgs,
  booked,
  cancelByHostArgs,
  draftBooking,
  expectRefusal,
  type Fixture,
  jumpTo,
  newFixture,
  nowOf,
  read,
} from './fixture.ts';

const host = localAccount('host');
const WORD_SLOTS = 224;
const RING_SLOTS = 8 * WORD_SLOTS;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const sceneWith = (change: Partial<BookingTerms> = {}, on = market) => {
  const bookingTerms = {
    ...testTerms(host.address, host.address).bookingTerms,
    horizonSlots: 1_568n,
    // Long bookings with a small cap.
    noshowFee: 0n,
    ...change,
  };
  return newFixture(on, { bookingTerms });
};

const withDriver = async (fixture: Fixture): Promise<Fixture> => ({
  ...fixture,
  driver: await fundDriver(fixture.market),
});

/** The slots of the word that holds `slot` that are taken, and the word's epoch. */
async function wordOf(fixture: Fixture, slot: number): Promise<{ epoch: number; taken: number[] }> {
  const word = (await read(fixture.market, 'calendarWordOf', [fixture.listingId, BigInt(slot)])) as bigint;
  const epoch = Number(word >> 224n);
  const bits = Array.from({ length: WORD_SLOTS }, (_, i) => i).filter((i) => (word >> BigInt(i)) & 1n);
  return { epoch, taken: bits.map((bit) => epoch * WORD_SLOTS + bit) };
}

const tryBook = async (fixture: Fixture, firstSlot: number, slotCount: number) =>
  attempt(
    market,
    fixture.driver,
    'bookAsDriver',
    bookArgs(fixture, (await draftBooking(fixture, { firstSlot, slotCount })).booking),
  );

describe('the calendar', () => {
  it('refuses every overlap and names the first slot that is taken', async () => {
    const fixture = await sceneWith();
    const { booking } = await booked(fixture, { slotCount: 4 });
    const other = await withDriver(fixture);
    const first = booking.firstSlot;
    const clashes: [number, number, number][] = [
      [first - 1, 2, first],
      [first, 4, first],
      [first + 1, 1, first + 1],
      [first + 3, 9, first + 3],
      [first - 4, 40, first],
    ];
    for (const [from, count, clash] of clashes) {
      await expectRefusal(tryBook(other, from, count), 'Booking_SlotTaken', [
        fixture.listingId,
        BigInt(clash),
      ]);
    }
    await expect(tryBook(other, first - 2, 2)).resolves.toBeDefined();
    await expect(tryBook(other, first + 4, 2)).resolves.toBeDefined();
  });

  it('holds a booking across the edge of two words, and frees both parts', async () => {
    const fixture = await sceneWith();
    const edge = (Math.floor((await nowOf(market)) / 900 / WORD_SLOTS) + 2) * WORD_SLOTS;
    const made = await booked(fixture, { firstSlot: edge - 2, slotCount: 5 });
    expect((await wordOf(fixture, edge - 1)).taken).toEqual([edge - 2, edge - 1]);
    expect((await wordOf(fixture, edge)).taken).toEqual([edge, edge + 1, edge + 2]);
    const other = await withDriver(fixture);
    await expectRefusal(tryBook(other, edge, 1), 'Booking_SlotTaken', [fixture.listingId, BigInt(edge)]);
    await write(market, fixture.driver, 'cancelByDriver', [toBookingStruct(made.booking), made.state, '0x']);
    expect(await wordOf(fixture, edge - 1)).toEqual({ epoch: edge / WORD_SLOTS - 1, taken: [] });
    expect(await wordOf(fixture, edge)).toEqual({ epoch: edge / WORD_SLOTS, taken: [] });
    await expect(tryBook(other, edge - 2, 5)).resolves.toBeDefined();
  });

  it('never lets the farthest booking overwrite the present word, at any position in it', async () => {
    const fixture = await sceneWith();
    const firstOfWord = (Math.floor((await nowOf(market)) / 900 / WORD_SLOTS) + 1) * WORD_SLOTS;
    await jumpTo(market, (firstOfWord + WORD_SLOTS - 1) * 900);
    const now = firstOfWord + WORD_SLOTS - 1;
    await booked(fixture, { firstSlot: now, slotCount: 1 });
    const far = await withDriver(fixture);
    await booked(far, { firstSlot: now + 1_567, slotCount: 1 });
    expect((await wordOf(fixture, now)).taken).toEqual([now]);
    expect((await wordOf(fixture, now + 1_567)).taken).toEqual([now + 1_567]);
  });

  it('reuses a word of a past epoch, and a late cancel does not change the new one', async () => {
    // The reporting window is longer than the ring: only then can a cancel be so late.
    const windows = { reportSec: 20 * 86_400, challengeSec: 600, proofSec: 600 };
    const fixture = await sceneWith({}, await deployTestMarket(anvil.url, windows));
    const made = await booked(fixture);
    const old = made.booking.firstSlot;
    await jumpTo(fixture.market, (old + RING_SLOTS - 100) * 900);
    const next = await withDriver(fixture);
    await booked(next, { firstSlot: old + RING_SLOTS, slotCount: 2 });
    const word = { epoch: Math.floor(old / WORD_SLOTS) + 8, taken: [old + RING_SLOTS, old + RING_SLOTS + 1] };
    expect(await wordOf(fixture, old)).toEqual(word);
    const message = { bookingId: made.bookingId, overstayedBy: zeroHash };
    const agreement = toCompact(
      await signMessageOf(made.sessionKey, fixture.market.ref, 'CancelByHost', message),
    );
    await write(fixture.market, host, 'cancelByHost', cancelByHostArgs(made, made.state, agreement));
    expect(await wordOf(fixture, old)).toEqual(word);
  });
});

describe('weekly hours', () => {
  const hour = (weekday: number, at: number) => 1n << BigInt(weekday * 24 + at);

  /** Lists the hours and compares the ledger with protocol/hours.ts around the given times. */
  async function agree(hours: WeeklyHours, slots: readonly number[]) {
    const base = await sceneWith();
    const listing = { ...base.listing, weeklyHours: packHours(hours) };
    await write(market, host, 'updateListing', [base.listing, listing, '0x']);
    const fixture = { ...base, listing };
    const open: boolean[] = [];
    for (const slot of slots) {
      const call = tryBook(fixture, slot, 1);
      open.push(isWithinHours(hours, slot));
      if (isWithinHours(hours, slot)) await expect(call).resolves.toBeDefined();
      else await expectRefusal(call, 'Booking_OutsideHours', [fixture.listingId, BigInt(slot)]);
    }
    return { fixture, open };
  }

  it('name the first slot outside of them', async () => {
    const midnight = (Math.floor((await nowOf(market)) / 86_400) + 2) * 96;
    const weekday = (midnight / 96 + 3) % 7;
    const hours = { mask: hour(weekday, 0), utcOffset: 0, offsetChangesAt: 0, utcOffsetAfter: 0 };
    const { fixture } = await agree(hours, [midnight - 1, midnight, midnight + 3, midnight + 4]);
    await expectRefusal(tryBook(fixture, midnight + 2, 4), 'Booking_OutsideHours', [
      fixture.listingId,
      BigInt(midnight + 4),
    ]);
  });

  it('follow +05:45 to the quarter hour', async () => {
    const midnight = (Math.floor((await nowOf(market)) / 86_400) + 2) * 96;
    const local = midnight - 23;
    const weekday = (midnight / 96 + 3) % 7;
    const hours = { mask: hour(weekday, 0), utcOffset: 23, offsetChangesAt: 0, utcOffsetAfter: 0 };
    const { open } = await agree(hours, [local - 1, local, local + 3, local + 4]);
    expect(open).toEqual([false, true, true, false]);
  });

  it.each([
    ['forward', 4, 8],
    ['back', 8, 4],
  ])('follow the clocks going %s', async (_, utcOffset, utcOffsetAfter) => {
    const midnight = (Math.floor((await nowOf(market)) / 86_400) + 2) * 96;
    const change = midnight + 4;
    const weekday = (midnight / 96 + 3) % 7;
    // Clocks go forward at 02:00 (to 03:00), back at 03:00 (to 02:00): the hour from 02:00 is skipped or repeated.
    const hours = { mask: hour(weekday, 2), utcOffset, offsetChangesAt: change * 900, utcOffsetAfter };
    const around = Array.from({ length: 12 }, (__, i) => change - 6 + i);
    const { open } = await agree(hours, around);
    expect(open.filter(Boolean)).toHaveLength(utcOffset < utcOffsetAfter ? 0 : 8);
  });
});
