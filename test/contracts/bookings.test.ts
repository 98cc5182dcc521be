import { type Address, zeroAddress, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Booking, type Money, toBookingStruct } from '../../protocol/booking.ts';
import { LISTING_STATUS, listingIdOf } from '../../protocol/listing.ts';
import type { BookingTerms } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, TOKEN, testTerms, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  bookArgs,
  booked,
  draftBooking,
  expectRefusal,
  type Fixture,
  newFixture,
  nowOf,
  purseOf,
  read,
} from './fixture.ts';

const host = localAccount('host');
const MONEY: Money = { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const withTerms = (change: Partial<BookingTerms>) =>
  newFixture(market, { bookingTerms: { ...testTerms(host.address, host.address).bookingTerms, ...change } });

const tryBook = (fixture: Fixture, booking: Booking, timeSec?: number) =>
  attempt(market, fixture.driver, 'bookAsDriver', bookArgs(fixture, booking), timeSec);

const idOf = (booking: Booking) => read(market, 'bookingIdOf', [toBookingStruct(booking)]);

describe('bookAsDriver', () => {
  it('locks cap and bond, leaves the rest free, and has the id of bookingIdOf', async () => {
    const fixture = await newFixture(market);
    const made = await booked(fixture);
    const [free, tail] = await purseOf(market, fixture.driver.address);
    expect(free).toBe(20n * TOKEN - MONEY.cap - MONEY.unsignedCost);
    expect(tail >> 191n).toBe(1n);
    expect(await idOf(made.booking)).toBe(made.bookingId);
  });

  it("locks no bond beyond the market's largest", async () => {
    const fixture = await newFixture(market);
    await booked(fixture, { money: { ...MONEY, unsignedCost: 12n * TOKEN } });
    expect((await purseOf(market, fixture.driver.address))[0]).toBe(20n * TOKEN - MONEY.cap - 10n * TOKEN);
  });

  it('needs the money in the purse, to the unit', async () => {
    const fixture = await newFixture(market);
    const exact = await draftBooking(fixture, { money: { ...MONEY, cap: 19n * TOKEN } });
    const over = await draftBooking(fixture, { money: { ...MONEY, cap: 19n * TOKEN + 1n } });
    await expect(tryBook(fixture, exact.booking)).resolves.toBe(exact.bookingId);
    await expectRefusal(tryBook(fixture, over.booking), 'Account_InsufficientBalance', [
      20n * TOKEN,
      20n * TOKEN + 1n,
    ]);
  });

  it('refuses a listing that is unknown, closed, or was changed', async () => {
    const fixture = await newFixture(market);
    const made = await draftBooking(fixture);
    const connector = '0x0123456789ab';
    const unknown = listingIdOf(fixture.agent.address, connector);
    await expectRefusal(tryBook(fixture, { ...made.booking, connector }), 'Listing_NotOpen', [unknown, 0]);
    const terms = { ...fixture.listing.terms, tariff: 0n };
    await expectRefusal(tryBook(fixture, { ...made.booking, terms }), 'Listing_TermsMismatch', [
      fixture.listingId,
    ]);
    const otherHours = { ...fixture, listing: { ...fixture.listing, weeklyHours: 1n } };
    await expectRefusal(tryBook(otherHours, made.booking), 'Listing_TermsMismatch', [fixture.listingId]);
    await write(market, host, 'setListingStatus', [fixture.listing, LISTING_STATUS.CLOSED, '0x']);
    await expectRefusal(tryBook(fixture, made.booking), 'Listing_NotOpen', [fixture.listingId, 2]);
  });

  it("accepts one booking per purse and only the purse's generation", async () => {
    const fixture = await newFixture(market);
    const wrong = await draftBooking(fixture, { generation: 1n });
    await expectRefusal(tryBook(fixture, wrong.booking), 'Booking_WrongGeneration', [1n, 0n]);
    const made = await booked(fixture);
    const second = await draftBooking(fixture, { firstSlot: made.booking.firstSlot + 8, generation: 0n });
    await expectRefusal(tryBook(fixture, second.booking), 'Booking_PurseBusy', [fixture.driver.address, 0]);
  });

  it('requires different driver, host, agent and session key', async () => {
    const fixture = await newFixture(market);
    const driver = fixture.driver.address;
    for (const sessionKey of [zeroAddress, driver, host.address, fixture.agent.address] as Address[]) {
      const { booking } = await draftBooking(fixture, { sessionKey });
      await expectRefusal(tryBook(fixture, booking), 'Booking_KeysNotDistinct', [driver, sessionKey]);
    }
    for (const self of [host, fixture.agent]) {
      const { booking } = await draftBooking(fixture, { driver: self.address });
      const call = attempt(market, self, 'bookAsDriver', bookArgs(fixture, booking));
      await expectRefusal(call, 'Booking_KeysNotDistinct', [self.address, booking.sessionKey]);
    }
    const { booking } = await draftBooking(fixture, { driver: zeroAddress });
    const nobody = attempt(market, zeroAddress, 'bookAsDriver', bookArgs(fixture, booking));
    await expectRefusal(nobody, 'Booking_KeysNotDistinct', [zeroAddress, booking.sessionKey]);
  });

  it('requires a start hash', async () => {
    const fixture = await newFixture(market);
    const { booking } = await draftBooking(fixture, { startHash: zeroHash });
    await expectRefusal(tryBook(fixture, booking), 'Booking_StartHashMissing');
  });

  it('requires a duration that the terms allow', async () => {
    const fixture = await withTerms({ minSlots: 2n, maxSlots: 4n });
    const tries: [number, boolean][] = [
      [1, false],
      [2, true],
      [4, true],
      [5, false],
    ];
    for (const [slotCount, allowed] of tries) {
      const { booking, bookingId } = await draftBooking(fixture, { slotCount });
      if (allowed) await expect(tryBook(fixture, booking)).resolves.toBe(bookingId);
      else
        await expectRefusal(tryBook(fixture, booking), 'Booking_DurationOutOfRange', [
          BigInt(slotCount),
          2n,
          4n,
        ]);
    }
  });

  it('is the driver only: nobody else calls for him', async () => {
    const fixture = await newFixture(market);
    const { booking } = await draftBooking(fixture);
    const call = attempt(market, anyone, 'bookAsDriver', bookArgs(fixture, booking));
    await expectRefusal(call, 'Account_InvalidSignature', [fixture.driver.address]);
  });

  it.each([
    ["of the terms' least per slot", { minCapPerSlot: 10_000n, noshowFee: 0n }, 20_000n],
    ['of five no-show fees', { minCapPerSlot: 10_000n, noshowFee: 250_000n }, 2_500_000n],
    ['of five no-show fees, by a unit', { minCapPerSlot: 4_999n, noshowFee: 1_000n }, 10_000n],
    ['above zero', { minCapPerSlot: 0n, noshowFee: 0n }, 1n],
  ])('requires a cap %s', async (_, terms, least) => {
    const fixture = await withTerms(terms);
    const low = await draftBooking(fixture, { money: { ...MONEY, cap: least - 1n } });
    await expectRefusal(tryBook(fixture, low.booking), 'Booking_CapTooLow', [least - 1n, least]);
    const enough = await draftBooking(fixture, { money: { ...MONEY, cap: least } });
    await expect(tryBook(fixture, enough.booking)).resolves.toBe(enough.bookingId);
  });

  it('requires the trust that the host asks for, and takes any more', async () => {
    const fixture = await newFixture(market);
    const refused = async (change: Partial<Money>, args: readonly bigint[]) => {
      const { booking } = await draftBooking(fixture, { money: { ...MONEY, ...change } });
      await expectRefusal(tryBook(fixture, booking), 'Booking_TrustTooLow', args);
    };
    await refused({ unsignedCost: 999_999n }, [999_999n, 1_000_000n]);
    await refused({ allowedCost: 99_999n }, [99_999n, 100_000n]);
    const more = { ...MONEY, unsignedCost: 9_000_000n, allowedCost: 2n ** 64n - 1n };
    const { booking, bookingId } = await draftBooking(fixture, { money: more });
    await expect(tryBook(fixture, booking)).resolves.toBe(bookingId);
  });
});

describe('the time of a booking', () => {
  it('may begin in the present slot without a lead time, not in the one before', async () => {
    const fixture = await newFixture(market);
    const firstSlot = Math.floor((await nowOf(market)) / 900) + 1;
    const { booking, bookingId } = await draftBooking(fixture, { firstSlot });
    await expect(tryBook(fixture, booking, firstSlot * 900 + 899)).resolves.toBe(bookingId);
    await expectRefusal(tryBook(fixture, booking, (firstSlot + 1) * 900), 'Booking_TooSoon', [
      BigInt(firstSlot),
      BigInt(firstSlot + 1),
    ]);
  });

  it('begins no sooner than the whole lead time from now', async () => {
    const fixture = await withTerms({ leadTimeMin: 10n });
    const { booking, bookingId } = await draftBooking(fixture);
    const start = booking.firstSlot * 900;
    await expect(tryBook(fixture, booking, start - 600)).resolves.toBe(bookingId);
    await expectRefusal(tryBook(fixture, booking, start - 599), 'Booking_TooSoon', [
      BigInt(booking.firstSlot),
      BigInt(booking.firstSlot + 1),
    ]);
  });

  it("ends at the terms' horizon at the latest", async () => {
    const fixture = await withTerms({ horizonSlots: 100n });
    const now = await nowOf(market);
    const latestEnd = Math.floor(now / 900) + 100;
    const fits = await draftBooking(fixture, { firstSlot: latestEnd - 2 });
    const far = await draftBooking(fixture, { firstSlot: latestEnd - 1 });
    await expect(tryBook(fixture, fits.booking, now)).resolves.toBe(fits.bookingId);
    await expectRefusal(tryBook(fixture, far.booking, now), 'Booking_TooFar', [
      BigInt(latestEnd + 1),
      BigInt(latestEnd),
    ]);
  });
});
