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
  draft,
  expectRefusal,
  newScene,
  nowOf,
  purseOf,
  read,
  type Scene,
} from './fixture.ts';

const host = localAccount('host');
const MONEY: Money = { cap: 5_000_000n, unsignedCost: 1_000_000n, firstUnsignedCost: 100_000n, relayFee: 0n };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const withTerms = (change: Partial<BookingTerms>) =>
  newScene(market, { bookingTerms: { ...testTerms(host.address, host.address).bookingTerms, ...change } });

const tryBook = (scene: Scene, booking: Booking, timeSec?: number) =>
  attempt(market, scene.driver, 'bookAsDriver', bookArgs(scene, booking), timeSec);

const idOf = (booking: Booking) => read(market, 'bookingIdOf', [toBookingStruct(booking)]);

describe('bookAsDriver', () => {
  it('locks cap and bond, leaves the rest free, and names the booking as bookingIdOf does', async () => {
    const scene = await newScene(market);
    const made = await booked(scene);
    const [free, tail] = await purseOf(market, scene.driver.address);
    expect(free).toBe(20n * TOKEN - MONEY.cap - MONEY.unsignedCost);
    expect(tail >> 191n).toBe(1n);
    expect(await idOf(made.booking)).toBe(made.bookingId);
  });

  it("locks no bond beyond the market's largest", async () => {
    const scene = await newScene(market);
    await booked(scene, { money: { ...MONEY, unsignedCost: 12n * TOKEN } });
    expect((await purseOf(market, scene.driver.address))[0]).toBe(20n * TOKEN - MONEY.cap - 10n * TOKEN);
  });

  it('needs the money in the purse, to the unit', async () => {
    const scene = await newScene(market);
    const exact = await draft(scene, { money: { ...MONEY, cap: 19n * TOKEN } });
    const over = await draft(scene, { money: { ...MONEY, cap: 19n * TOKEN + 1n } });
    await expect(tryBook(scene, exact.booking)).resolves.toBe(exact.bookingId);
    await expectRefusal(tryBook(scene, over.booking), 'Account_InsufficientBalance', [
      20n * TOKEN,
      20n * TOKEN + 1n,
    ]);
  });

  it('refuses a listing that is unknown, closed, or was changed', async () => {
    const scene = await newScene(market);
    const made = await draft(scene);
    const connector = '0x0123456789ab';
    const unknown = listingIdOf(scene.agent.address, connector);
    await expectRefusal(tryBook(scene, { ...made.booking, connector }), 'Listing_NotOpen', [unknown, 0]);
    const terms = { ...scene.listing.terms, tariff: 0n };
    await expectRefusal(tryBook(scene, { ...made.booking, terms }), 'Listing_TermsMismatch', [
      scene.listingId,
    ]);
    const otherHours = { ...scene, listing: { ...scene.listing, weeklyHours: 1n } };
    await expectRefusal(tryBook(otherHours, made.booking), 'Listing_TermsMismatch', [scene.listingId]);
    await write(market, host, 'setListingStatus', [scene.listing, LISTING_STATUS.CLOSED, '0x']);
    await expectRefusal(tryBook(scene, made.booking), 'Listing_NotOpen', [scene.listingId, 2]);
  });

  it("takes one booking per purse and the purse's own generation only", async () => {
    const scene = await newScene(market);
    const wrong = await draft(scene, { generation: 1n });
    await expectRefusal(tryBook(scene, wrong.booking), 'Booking_WrongGeneration', [1n, 0n]);
    const made = await booked(scene);
    const second = await draft(scene, { firstSlot: made.booking.firstSlot + 8, generation: 0n });
    await expectRefusal(tryBook(scene, second.booking), 'Booking_PurseBusy', [scene.driver.address, 0]);
  });

  it('keeps driver, host, agent and session key apart', async () => {
    const scene = await newScene(market);
    const driver = scene.driver.address;
    for (const sessionKey of [zeroAddress, driver, host.address, scene.agent.address] as Address[]) {
      const { booking } = await draft(scene, { sessionKey });
      await expectRefusal(tryBook(scene, booking), 'Booking_KeysNotDistinct', [driver, sessionKey]);
    }
    for (const self of [host, scene.agent]) {
      const { booking } = await draft(scene, { driver: self.address });
      const call = attempt(market, self, 'bookAsDriver', bookArgs(scene, booking));
      await expectRefusal(call, 'Booking_KeysNotDistinct', [self.address, booking.sessionKey]);
    }
    const { booking } = await draft(scene, { driver: zeroAddress });
    const nobody = attempt(market, zeroAddress, 'bookAsDriver', bookArgs(scene, booking));
    await expectRefusal(nobody, 'Booking_KeysNotDistinct', [zeroAddress, booking.sessionKey]);
  });

  it('wants a start hash', async () => {
    const scene = await newScene(market);
    const { booking } = await draft(scene, { startHash: zeroHash });
    await expectRefusal(tryBook(scene, booking), 'Booking_StartHashMissing');
  });

  it('wants the duration that the terms allow', async () => {
    const scene = await withTerms({ minSlots: 2n, maxSlots: 4n });
    const tries: [number, boolean][] = [
      [1, false],
      [2, true],
      [4, true],
      [5, false],
    ];
    for (const [slotCount, allowed] of tries) {
      const { booking, bookingId } = await draft(scene, { slotCount });
      if (allowed) await expect(tryBook(scene, booking)).resolves.toBe(bookingId);
      else
        await expectRefusal(tryBook(scene, booking), 'Booking_DurationOutOfRange', [
          BigInt(slotCount),
          2n,
          4n,
        ]);
    }
  });

  it('is the driver only: nobody else calls for him', async () => {
    const scene = await newScene(market);
    const { booking } = await draft(scene);
    const call = attempt(market, anyone, 'bookAsDriver', bookArgs(scene, booking));
    await expectRefusal(call, 'Account_InvalidSignature', [scene.driver.address]);
  });

  it("wants a cap of at least the terms' per slot, and above zero", async () => {
    const scene = await newScene(market);
    const low = await draft(scene, { money: { ...MONEY, cap: 19_999n } });
    await expectRefusal(tryBook(scene, low.booking), 'Booking_CapTooLow', [19_999n, 20_000n]);
    const enough = await draft(scene, { money: { ...MONEY, cap: 20_000n } });
    await expect(tryBook(scene, enough.booking)).resolves.toBe(enough.bookingId);
    const free = await withTerms({ minCapPerSlot: 0n });
    const none = await draft(free, { money: { ...MONEY, cap: 0n } });
    await expectRefusal(tryBook(free, none.booking), 'Booking_CapTooLow', [0n, 1n]);
  });

  it('wants the trust that the host asks for, and first no more than later', async () => {
    const scene = await newScene(market);
    const refused = async (change: Partial<Money>, args: readonly bigint[]) => {
      const { booking } = await draft(scene, { money: { ...MONEY, ...change } });
      await expectRefusal(tryBook(scene, booking), 'Booking_TrustTooLow', args);
    };
    await refused({ unsignedCost: 999_999n }, [999_999n, 1_000_000n]);
    await refused({ firstUnsignedCost: 99_999n }, [99_999n, 100_000n]);
    await refused({ firstUnsignedCost: 1_000_001n }, [1_000_000n, 1_000_001n]);
  });
});

describe('the time of a booking', () => {
  it('may begin in the present slot without a lead time, not in the one before', async () => {
    const scene = await newScene(market);
    const firstSlot = Math.floor((await nowOf(market)) / 900) + 1;
    const { booking, bookingId } = await draft(scene, { firstSlot });
    await expect(tryBook(scene, booking, firstSlot * 900 + 899)).resolves.toBe(bookingId);
    await expectRefusal(tryBook(scene, booking, (firstSlot + 1) * 900), 'Booking_TooSoon', [
      BigInt(firstSlot),
      BigInt(firstSlot + 1),
    ]);
  });

  it('begins no sooner than the whole lead time from now', async () => {
    const scene = await withTerms({ leadTimeMin: 10n });
    const { booking, bookingId } = await draft(scene);
    const start = booking.firstSlot * 900;
    await expect(tryBook(scene, booking, start - 600)).resolves.toBe(bookingId);
    await expectRefusal(tryBook(scene, booking, start - 599), 'Booking_TooSoon', [
      BigInt(booking.firstSlot),
      BigInt(booking.firstSlot + 1),
    ]);
  });

  it("ends at the terms' horizon at the latest", async () => {
    const scene = await withTerms({ horizonSlots: 100n });
    const now = await nowOf(market);
    const latestEnd = Math.floor(now / 900) + 100;
    const fits = await draft(scene, { firstSlot: latestEnd - 2 });
    const far = await draft(scene, { firstSlot: latestEnd - 1 });
    await expect(tryBook(scene, fits.booking, now)).resolves.toBe(fits.bookingId);
    await expectRefusal(tryBook(scene, far.booking, now), 'Booking_TooFar', [
      BigInt(latestEnd + 1),
      BigInt(latestEnd),
    ]);
  });
});
