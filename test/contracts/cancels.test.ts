import { type Hex, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Booking, toBookingStruct } from '../../protocol/booking.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingTimes, bookingTimes } from '../../protocol/slots.ts';
import { STATE } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, TOKEN, testTerms, write } from '../support/market.ts';
import {
  anyone,
  attempt,
  type Booked,
  booked,
  cancelByHostArgs,
  draftBooking,
  earningsOf,
  expectRefusal,
  type Fixture,
  jumpTo,
  newFixture,
  newKey,
  purseOf,
  readingOf,
  reportArgs,
} from './fixture.ts';
import { stateIn } from './reserved.ts';

const host = localAccount('host');
const TERMS = testTerms(host.address, host.address).bookingTerms;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

async function reserved(change: Partial<typeof TERMS> = {}, slots: Partial<Booking> = {}) {
  const bookingTerms = { ...TERMS, ...change };
  const fixture = await newFixture(market, { bookingTerms });
  const made = await booked(fixture, slots);
  const { bookedAt, booking } = made;
  return {
    fixture,
    made,
    times: bookingTimes({ ...booking, bookedAt }, bookingTerms, NETWORKS.local.windows),
  };
}

const byDriver = (made: Booked, signature: Hex = '0x') =>
  [toBookingStruct(made.booking), made.state, signature] as const;

const tryByDriver = (fixture: Fixture, made: Booked, timeSec: number) =>
  attempt(market, fixture.driver, 'cancelByDriver', byDriver(made), timeSec);

const freeMoney = async (fixture: Fixture) => (await purseOf(market, fixture.driver.address))[0];

const tooLate = (made: Booked, until: number) => [made.bookingId, BigInt(until), BigInt(until)];

async function agreed(
  fixture: Fixture,
  made: Booked,
  signer = made.sessionKey,
  overstayedBy: Hex = zeroHash,
) {
  const message = { bookingId: made.bookingId, overstayedBy };
  return toCompact(await signMessageOf(signer, fixture.market.ref, 'CancelByHost', message));
}

describe('a cancel by the driver', () => {
  it('before freeUntil refunds all and raises the generation', async () => {
    const { fixture, made, times } = await reserved();
    await jumpTo(market, times.freeUntil - 30);
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    expect(await purseOf(market, fixture.driver.address)).toEqual([20n * TOKEN, 1n]);
    expect(await earningsOf(fixture)).toEqual([0n, 0n, 0n]);
  });

  it('from freeUntil to opens costs half of the no-show fee of its slots, rounded down', async () => {
    const cases = [
      { noshowFee: 250_000n, slotCount: 2, fee: 250_000n },
      { noshowFee: 250_000n, slotCount: 3, fee: 375_000n },
      { noshowFee: 333_333n, slotCount: 3, fee: 499_999n },
    ];
    for (const { noshowFee, slotCount, fee } of cases) {
      const { fixture, made, times } = await reserved({ noshowFee }, { slotCount });
      await jumpTo(market, times.freeUntil);
      await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
      expect(await freeMoney(fixture)).toBe(20n * TOKEN - fee);
      expect(await earningsOf(fixture)).toEqual([fee, 0n, 1n]);
    }
  });

  it('costs nothing where the terms have no fee', async () => {
    const { fixture, made, times } = await reserved({ noshowFee: 0n });
    await jumpTo(market, times.freeUntil);
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    expect(await freeMoney(fixture)).toBe(20n * TOKEN);
    expect(await earningsOf(fixture)).toEqual([0n, 0n, 0n]);
  });

  it('is late from freeUntil on, to the second, and refused from opens', async () => {
    const { fixture, made, times } = await reserved();
    const message = (paysLateFee: boolean) => ({ bookingId: made.bookingId, paysLateFee });
    const signed = async (paysLateFee: boolean, timeSec: number) => {
      const signature = await signMessageOf(
        fixture.driver,
        market.ref,
        'CancelByDriver',
        message(paysLateFee),
      );
      return attempt(market, anyone, 'cancelByDriver', byDriver(made, signature), timeSec);
    };
    const wrong = [fixture.driver.address];
    await expect(signed(false, times.freeUntil - 1)).resolves.toBeUndefined();
    await expectRefusal(signed(true, times.freeUntil - 1), 'Account_InvalidSignature', wrong);
    await expect(signed(true, times.freeUntil)).resolves.toBeUndefined();
    await expectRefusal(signed(false, times.freeUntil), 'Account_InvalidSignature', wrong);
    await expect(tryByDriver(fixture, made, times.opens - 1)).resolves.toBeUndefined();
    await expectRefusal(
      tryByDriver(fixture, made, times.opens),
      'Booking_TooLate',
      tooLate(made, times.opens),
    );
  });

  it('is never late if the terms allow a cancel until `opens`', async () => {
    const { fixture, made, times } = await reserved({ cancelUntilMin: 0n, earlyStartMin: 20n });
    expect(times.freeUntil).toBe(times.opens);
    await jumpTo(market, times.opens - 30);
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    expect(await freeMoney(fixture)).toBe(20n * TOKEN);
  });

  it('made after the last free moment is free for ten minutes, unless the last hour has begun', async () => {
    const { fixture, made, times } = await reserved({ cancelUntilMin: 720n });
    expect(times.freeUntil).toBe(made.bookedAt + 600);
    const fee = async (timeSec: number) => {
      await jumpTo(market, timeSec);
      await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
      return 20n * TOKEN - (await freeMoney(fixture));
    };
    expect(await fee(times.freeUntil - 5)).toBe(0n);
    const firstSlot = Math.ceil((made.bookedAt + 4_500) / 900);
    const late = await reserved({ cancelUntilMin: 720n }, { firstSlot });
    expect(late.times.freeUntil).toBe(late.times.opens - 3_600);
    expect(late.times.freeUntil).toBeLessThan(late.made.bookedAt);
    await write(market, late.fixture.driver, 'cancelByDriver', byDriver(late.made));
    expect(20n * TOKEN - (await freeMoney(late.fixture))).toBe(250_000n);
  });

  it("can be sent by anyone with the driver's signature for this booking", async () => {
    const { fixture, made } = await reserved();
    const sign = (signer = fixture.driver, bookingId = made.bookingId, paysLateFee = false) =>
      signMessageOf(signer, market.ref, 'CancelByDriver', { bookingId, paysLateFee });
    const another = [await sign(newKey()), await sign(fixture.driver, zeroHash)];
    for (const signature of ['0x', ...another, await sign(fixture.driver, made.bookingId, true)] as const) {
      const call = attempt(market, anyone, 'cancelByDriver', byDriver(made, signature));
      await expectRefusal(call, 'Account_InvalidSignature', [fixture.driver.address]);
    }
    await write(market, anyone, 'cancelByDriver', byDriver(made, await sign()));
    expect(await freeMoney(fixture)).toBe(20n * TOKEN);
  });

  it('costs no late fee that the driver did not sign, however late a relayer sends it', async () => {
    const { fixture, made, times } = await reserved();
    const { bookingId } = made;
    const free = await signMessageOf(fixture.driver, market.ref, 'CancelByDriver', {
      bookingId,
      paysLateFee: false,
    });
    const late = await signMessageOf(fixture.driver, market.ref, 'CancelByDriver', {
      bookingId,
      paysLateFee: true,
    });
    await jumpTo(market, times.freeUntil);
    const call = attempt(market, anyone, 'cancelByDriver', byDriver(made, free));
    await expectRefusal(call, 'Account_InvalidSignature', [fixture.driver.address]);
    await write(market, anyone, 'cancelByDriver', byDriver(made, late));
    expect(await freeMoney(fixture)).toBeLessThan(20n * TOKEN);
  });

  it('ends the booking once, and another booking has another id', async () => {
    const { fixture, made } = await reserved();
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    const again = attempt(market, fixture.driver, 'cancelByDriver', byDriver(made));
    await expectRefusal(again, 'Booking_StateMismatch', [made.bookingId]);
    const next = await draftBooking(fixture, { firstSlot: made.booking.firstSlot });
    expect(next.bookingId).not.toBe(made.bookingId);
  });

  it('is refused for a booking that is claimed', async () => {
    const { fixture, made, times } = await reserved({ cancelUntilMin: 0n });
    const state = await claimed(fixture, made, times);
    const call = attempt(market, fixture.driver, 'cancelByDriver', [
      toBookingStruct(made.booking),
      state,
      '0x',
    ]);
    await expectRefusal(call, 'Booking_WrongState', [made.bookingId, STATE.CLAIMED]);
    const byHost = attempt(market, host, 'cancelByHost', cancelByHostArgs(made, state));
    await expectRefusal(byHost, 'Booking_WrongState', [made.bookingId, STATE.CLAIMED]);
  });
});

describe('a cancel by the host', () => {
  it('before opens refunds all, by call or by signature', async () => {
    const direct = await reserved();
    await write(market, host, 'cancelByHost', cancelByHostArgs(direct.made));
    expect(await purseOf(market, direct.fixture.driver.address)).toEqual([20n * TOKEN, 1n]);
    const { fixture, made } = await reserved();
    const signature = await signMessageOf(host, market.ref, 'CancelByHost', {
      bookingId: made.bookingId,
      overstayedBy: direct.made.bookingId,
    });
    const relayed = (overstayedBy: Hex) =>
      [toBookingStruct(made.booking), made.state, overstayedBy, signature, NO_SIGNATURE] as const;
    await expectRefusal(
      attempt(market, anyone, 'cancelByHost', relayed(zeroHash)),
      'Account_InvalidSignature',
      [host.address],
    );
    await write(market, anyone, 'cancelByHost', relayed(direct.made.bookingId));
    expect(await freeMoney(fixture)).toBe(20n * TOKEN);
  });

  it('is refused to anyone else', async () => {
    const { fixture, made } = await reserved();
    for (const account of [fixture.driver, anyone]) {
      const call = attempt(market, account, 'cancelByHost', cancelByHostArgs(made));
      await expectRefusal(call, 'Account_InvalidSignature', [host.address]);
    }
  });

  it("needs the session key's agreement from opens on", async () => {
    const { fixture, made, times } = await reserved();
    const cancel = (timeSec: number, agreement = NO_SIGNATURE) =>
      attempt(market, host, 'cancelByHost', cancelByHostArgs(made, made.state, agreement), timeSec);
    await expect(cancel(times.opens - 1)).resolves.toBeUndefined();
    const missing = [made.booking.sessionKey];
    await expectRefusal(cancel(times.opens), 'Account_InvalidSignature', missing);
    const wrong = [
      await agreed(fixture, made, newKey()),
      await agreed(fixture, made, made.sessionKey, `0x${'22'.repeat(32)}`),
    ];
    for (const agreement of wrong) {
      await expectRefusal(cancel(times.opens, agreement), 'Account_InvalidSignature', missing);
    }
    await jumpTo(market, times.closes);
    await write(
      market,
      host,
      'cancelByHost',
      cancelByHostArgs(made, made.state, await agreed(fixture, made)),
    );
    expect(await purseOf(market, fixture.driver.address)).toEqual([20n * TOKEN, 1n]);
    expect(await earningsOf(fixture)).toEqual([0n, 0n, 0n]);
  });

  it('ends with reportBy', async () => {
    const { fixture, made, times } = await reserved();
    const args = cancelByHostArgs(made, made.state, await agreed(fixture, made));
    await expect(attempt(market, host, 'cancelByHost', args, times.reportBy - 1)).resolves.toBeUndefined();
    const late = attempt(market, host, 'cancelByHost', args, times.reportBy);
    await expectRefusal(late, 'Booking_TooLate', tooLate(made, times.reportBy));
  });
});

/** Claims the booking and returns its state. */
async function claimed(fixture: Fixture, made: Booked, times: BookingTimes) {
  await jumpTo(market, times.opens);
  const reading = readingOf(made, { isFinal: false });
  const receipt = await write(market, anyone, 'claim', await reportArgs(fixture, made, reading));
  return stateIn(receipt, 'Claimed');
}
