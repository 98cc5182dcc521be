import { type Hex, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESERVED_STATE, toBookingStruct } from '../../protocol/booking.ts';
import { NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type BookingTimes, bookingTimes } from '../../protocol/slots.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  deployTestMarket,
  type TestBooking,
  type TestMarket,
  TOKEN,
  testTerms,
  write,
} from '../support/market.ts';
import {
  anyone,
  attempt,
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
  stateOf,
} from './fixture.ts';

const host = localAccount('host');
const TERMS = testTerms(host.address, host.address).bookingTerms;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

async function reserved(change: Partial<typeof TERMS> = {}, cap = 5n * TOKEN) {
  const bookingTerms = { ...TERMS, ...change };
  const fixture = await newFixture(market, { bookingTerms });
  const money = { cap, unsignedCost: 1_000_000n, firstUnsignedCost: 100_000n, relayFee: 0n };
  const made = await booked(fixture, { money });
  return { fixture, made, times: bookingTimes(made.booking, bookingTerms, NETWORKS.local.windows) };
}

const byDriver = (made: TestBooking, signature: Hex = '0x') =>
  [toBookingStruct(made.booking), RESERVED_STATE, signature] as const;

const tryByDriver = (fixture: Fixture, made: TestBooking, timeSec: number) =>
  attempt(market, fixture.driver, 'cancelByDriver', byDriver(made), timeSec);

const freeMoney = async (fixture: Fixture) => (await purseOf(market, fixture.driver.address))[0];

const tooLate = (made: TestBooking, until: number) => [made.bookingId, BigInt(until), BigInt(until)];

async function agreed(
  fixture: Fixture,
  made: TestBooking,
  signer = made.sessionKey,
  overstayedBy: Hex = zeroHash,
) {
  const message = { bookingId: made.bookingId, overstayedBy };
  return toCompact(await signMessageOf(signer, fixture.market.ref, 'CancelByHost', message));
}

describe('a cancel by the driver', () => {
  it('before cancelBy refunds all and raises the generation', async () => {
    const { fixture, made, times } = await reserved();
    await jumpTo(market, times.cancelBy - 30);
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    expect(await purseOf(market, fixture.driver.address)).toEqual([20n * TOKEN, 1n]);
    expect(await earningsOf(fixture)).toEqual([0n, 0n, 0n]);
  });

  it('from cancelBy to opens costs the fee, at most a fifth of the cap', async () => {
    const cases = [
      { cap: 5n * TOKEN, fee: 1_000_000n },
      { cap: 4_999_999n, fee: 999_999n },
    ];
    for (const { cap, fee } of cases) {
      const { fixture, made, times } = await reserved({}, cap);
      await jumpTo(market, times.cancelBy);
      await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
      expect(await freeMoney(fixture)).toBe(20n * TOKEN - fee);
      expect(await earningsOf(fixture)).toEqual([fee, 0n, 1n]);
    }
  });

  it('is free in the last second before cancelBy, late at cancelBy, and refused from opens', async () => {
    const { fixture, made, times } = await reserved();
    const fee = async (timeSec: number) => {
      await jumpTo(market, timeSec);
      await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
      return 20n * TOKEN - (await freeMoney(fixture));
    };
    await expect(tryByDriver(fixture, made, times.opens - 1)).resolves.toBeUndefined();
    await expectRefusal(
      tryByDriver(fixture, made, times.opens),
      'Booking_TooLate',
      tooLate(made, times.opens),
    );
    expect(await fee(times.cancelBy)).toBe(1_000_000n);
  });

  it('is never late if the terms allow a cancel until `opens`', async () => {
    const { fixture, made, times } = await reserved({ cancelUntilMin: 0n, earlyStartMin: 20n });
    expect(times.cancelBy).toBe(times.opens);
    await jumpTo(market, times.opens - 30);
    await write(market, fixture.driver, 'cancelByDriver', byDriver(made));
    expect(await freeMoney(fixture)).toBe(20n * TOKEN);
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
    await jumpTo(market, times.cancelBy);
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
    await expectRefusal(call, 'Booking_WrongPhase', [made.bookingId, 2]);
    const byHost = attempt(market, host, 'cancelByHost', cancelByHostArgs(made, state));
    await expectRefusal(byHost, 'Booking_WrongPhase', [made.bookingId, 2]);
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
      [toBookingStruct(made.booking), RESERVED_STATE, overstayedBy, signature, NO_SIGNATURE] as const;
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
      attempt(market, host, 'cancelByHost', cancelByHostArgs(made, RESERVED_STATE, agreement), timeSec);
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
      cancelByHostArgs(made, RESERVED_STATE, await agreed(fixture, made)),
    );
    expect(await purseOf(market, fixture.driver.address)).toEqual([20n * TOKEN, 1n]);
    expect(await earningsOf(fixture)).toEqual([0n, 0n, 0n]);
  });

  it('ends with reportBy', async () => {
    const { fixture, made, times } = await reserved();
    const args = cancelByHostArgs(made, RESERVED_STATE, await agreed(fixture, made));
    await expect(attempt(market, host, 'cancelByHost', args, times.reportBy - 1)).resolves.toBeUndefined();
    const late = attempt(market, host, 'cancelByHost', args, times.reportBy);
    await expectRefusal(late, 'Booking_TooLate', tooLate(made, times.reportBy));
  });
});

/** Claims the booking and returns its state. */
async function claimed(fixture: Fixture, made: TestBooking, times: BookingTimes) {
  await jumpTo(market, times.opens);
  const reading = readingOf(made, { isFinal: false });
  const receipt = await write(market, anyone, 'claim', await reportArgs(fixture, made, reading));
  return stateOf(receipt);
}
