import fc from 'fast-check';
import { zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { allowanceAfter, proposedAllowance, secondsFor } from '../../protocol/allowance.ts';
import type { Booking } from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { Reading } from '../../protocol/reading.ts';
import { fromTermsStruct, type Tariff, toTermsStruct } from '../../protocol/terms.ts';
import { allowanceLasts, askedAllowance } from '../../server/web/booking/allowance.ts';
import { raiseAfter } from '../../server/web/charging/signing.ts';
import { pageTerms } from './pageTerms.ts';

const bookingWith = (tariff: Partial<Tariff>, cap: bigint): Booking => ({
  listingId: zeroHash,
  connector: '0x0123456789ab',
  driver: '0x4444444444444444444444444444444444444444',
  purse: 0,
  generation: 0n,
  sessionKey: privateKeyToAccount(generatePrivateKey()).address,
  firstSlot: 2_000_000,
  slotCount: 4,
  money: { cap, unsignedCost: 0n, allowedCost: 25_000n, relayFee: 0n },
  startHash: zeroHash,
  terms: toTermsStruct({ ...pageTerms(), tariff: { ...pageTerms().tariff, ...tariff } }),
});

const readingOf = (energyWh: number, timeSec: number): Reading => ({
  ...{ bookingId: zeroHash, seq: 3, energyWh, beganAt: 1_000_000, endedAt: 1_000_000 + timeSec },
  ...{ overstaySec: 0, isFinal: false, evidenceHash: zeroHash, registersCommitment: zeroHash },
});

const prices = fc.record({
  pricePerKwh: fc.bigInt({ min: 0n, max: 1_000_000n }),
  pricePerHour: fc.bigInt({ min: 0n, max: 1_000_000n }),
  flatFee: fc.bigInt({ min: 0n, max: 1_000_000n }),
});
const caps = fc.bigInt({ min: 1_500_000n, max: 50_000_000n });

describe('what a device allows after a co-signature', () => {
  it('at 0 Wh is what the host asks and the flat fee, so that a charge with one can begin', () => {
    const booking = bookingWith({ flatFee: 70_000n }, 5_000_000n);
    expect(allowanceAfter(booking, readingOf(0, 0), 2_000_000n)).toBe(95_000n);
    expect(allowanceAfter(bookingWith({}, 5_000_000n), readingOf(0, 0), undefined)).toBe(25_000n);
  });

  it('is what the driver chose, never above the cap', () => {
    const booking = bookingWith({}, 1_500_000n);
    expect(allowanceAfter(booking, readingOf(25, 10), 1_200_000n)).toBe(1_200_000n);
    expect(allowanceAfter(booking, readingOf(25, 10), 2_000_000n)).toBe(1_500_000n);
  });

  it('watched, pays the next two intervals at full power, or 100 Wh', () => {
    fc.assert(
      fc.property(prices, caps, fc.nat(20_000), fc.nat(7_200), (tariff, cap, energyWh, timeSec) => {
        const booking = bookingWith(tariff, cap);
        const reading = readingOf(energyWh + 1, timeSec);
        const step = allowanceAfter(booking, reading, undefined);
        const ahead = { ...reading, energyWh: energyWh + 1 + 366, endedAt: reading.endedAt + 120 };
        const { tariff: whole } = fromTermsStruct(booking.terms);
        expect(step).toBe(costRoundedDown(whole, ahead, cap));
        expect(step >= costRoundedDown(whole, reading, cap)).toBe(true);
      }),
    );
  });

  it('is signed only where it is more than before, and never after the final reading', () => {
    const booking = bookingWith({}, 5_000_000n);
    const stored = {
      ...{ bookingId: zeroHash, ref: { chainId: 1, market: zeroHash as never }, booking, secret: zeroHash },
      ...{ sessionPrivateKey: generatePrivateKey(), needWh: 1, createdAt: 1, allow: { upTo: 800_000n } },
    };
    expect(raiseAfter(stored, readingOf(25, 10))).toBe(800_000n);
    const raise = { cost: '800000', signature: '0x' } as const;
    expect(raiseAfter({ ...stored, raise }, readingOf(250, 60))).toBeUndefined();
    expect(raiseAfter({ ...stored, raise, allow: 'STEP' }, readingOf(250, 60))).toBeUndefined();
    expect(raiseAfter({ ...stored, raise, allow: 'STEP' }, readingOf(3_000, 900))).toBe(841_500n);
    expect(raiseAfter(stored, { ...readingOf(25, 10), isFinal: true })).toBeUndefined();
  });
});

describe('the proposed allowance', () => {
  it('is the cost of the need, at most 2.00', () => {
    expect([proposedAllowance(1_500_000n, 6), proposedAllowance(9_000_000n, 6)]).toEqual([
      1_500_000n,
      2_000_000n,
    ]);
  });

  it('holds the flat fee only where no device will be there to add it', () => {
    const terms = { ...pageTerms(), tariff: { ...pageTerms().tariff, flatFee: 70_000n } };
    expect(askedAllowance(terms, 9_000_000n, true)).toBe(terms.metering.allowedCost);
    expect(askedAllowance(terms, 9_000_000n, false)).toBe(terms.metering.allowedCost + 70_000n);
    expect(askedAllowance(terms, 1_000_000n, false)).toBe(1_000_000n);
  });

  it('lasts no longer than it pays for, and a second more costs more', () => {
    fc.assert(
      fc.property(prices, fc.bigInt({ min: 0n, max: 3_000_000n }), (tariff, allowed) => {
        const booking = bookingWith(tariff, 50_000_000n);
        const terms = fromTermsStruct(booking.terms);
        const sec = secondsFor(terms, allowed);
        if (sec === undefined) return;
        const perThousandHours = terms.metering.maxPowerW * tariff.pricePerKwh + tariff.pricePerHour * 1_000n;
        expect(BigInt(sec) * perThousandHours <= allowed * 3_600_000n).toBe(true);
        expect(BigInt(sec + 1) * perThousandHours > allowed * 3_600_000n).toBe(true);
      }),
    );
    expect(allowanceLasts(bookingWith({}, 5_000_000n), readingOf(1_000, 600), 800_000n)).toBe(720);
  });
});
