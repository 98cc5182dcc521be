import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { mergeBookings } from '../../server/web/vault/mergeBookings.ts';
import { contentsText, fittingContents, parseContents } from '../../server/web/vault/vaultContents.ts';
import { RUNS } from '../protocol/arbitraries.ts';
import { BOOKED, copyOf, DRIVER, device, FIRST_SLOT, REF } from './vaultBookings.ts';

const textOf = (bookings: Iterable<StoredBooking>) => contentsText({ bookings: [...bookings], others: [] });
const merge = (a: readonly StoredBooking[], b: readonly StoredBooking[]) => [...mergeBookings(a, b).values()];
const NOW = FIRST_SLOT * 900;

describe('the copies of two devices', () => {
  it('become the same by either device, in any order and any number of times', () => {
    fc.assert(
      fc.property(device, device, device, (a, b, c) => {
        const both = textOf(merge(a, b));
        expect(textOf(merge(b, a))).toBe(both);
        expect(textOf(merge(merge(a, b), b))).toBe(both);
        expect(textOf(merge(merge(a, b), c))).toBe(textOf(merge(a, merge(b, c))));
      }),
      RUNS,
    );
  });

  it('lose no session key, no start secret and no raise, and no number is left that could be signed twice', () => {
    fc.assert(
      fc.property(device, device, (a, b) => {
        const merged = mergeBookings(a, b);
        for (const { bookingId, sessionPrivateKey, secret, raise, cosigned } of [...a, ...b]) {
          const one = merged.get(bookingId)!;
          expect([one.sessionPrivateKey, one.secret]).toEqual([sessionPrivateKey, secret]);
          expect(BigInt(one.raise?.cost ?? -1)).toBeGreaterThanOrEqual(BigInt(raise?.cost ?? -1));
          if (cosigned === undefined) continue;
          const { reading } = one.cosigned!;
          expect(reading.isFinal || reading.seq >= cosigned.reading.seq).toBe(true);
          if (cosigned.reading.isFinal) expect(reading.isFinal).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('hold the later choice, and the earliest start', () => {
    const [base] = BOOKED as [StoredBooking];
    const chosen = { ...base, allow: { upTo: 9n }, allowAt: 5, startedAt: 20 };
    const later = { ...base, allow: 'STEP' as const, allowAt: 6, startedAt: 30 };
    expect(merge([chosen], [later])).toMatchObject([{ allow: 'STEP', allowAt: 6, startedAt: 20 }]);
    expect(merge([{ ...later, allowAt: 4 }], [chosen])).toMatchObject([{ allow: { upTo: 9n } }]);
  });

  it('have no exact location any more once either knows that the booking has ended', () => {
    const [base] = BOOKED as [StoredBooking];
    const outcome = { reservationStatus: 'CANCELED', settlementStatus: 'NONE', endedAt: 3 } as never;
    const merged = merge([{ ...base, sealedLocation: '0x12', locationAt: 1 }], [{ ...base, outcome }]);
    expect(merged).toEqual([{ ...base, outcome }]);
  });
});

describe('what is sealed', () => {
  it('is read back as it was, big integers included', () => {
    fc.assert(
      fc.property(device, (bookings) => {
        const text = textOf(bookings);
        const read = parseContents(text, REF, DRIVER);
        expect(contentsText(read)).toBe(text);
        expect(read.bookings).toHaveLength(bookings.length);
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  it('is taken in only where market, driver, id and keys are one booking’s', () => {
    const [base, other] = BOOKED as [StoredBooking, StoredBooking];
    const wrong: StoredBooking[] = [
      { ...base, ref: { ...REF, chainId: 1 } },
      { ...base, sessionPrivateKey: other.sessionPrivateKey },
      { ...base, secret: other.secret },
      { ...base, bookingId: other.bookingId },
      { ...base, booking: { ...base.booking, driver: other.booking.sessionKey } },
      { ...base, needWh: -1 },
    ];
    for (const one of wrong) expect(parseContents(textOf([one]), REF, DRIVER).bookings).toEqual([]);
    expect(parseContents(textOf([base]), REF, DRIVER).bookings).toEqual([base]);
  });

  it('keeps entries of a newer page as they came, and refuses what is no list', () => {
    const newer = { version: 99, something: 'else' };
    const text = contentsText({ bookings: [BOOKED[0]!], others: [newer] });
    const read = parseContents(text, REF, DRIVER);
    expect(read.others).toEqual([newer]);
    expect(contentsText(read)).toBe(text);
    for (const broken of ['', '{}', '{"bookings":7}', 'null'])
      expect(() => parseContents(broken, REF, DRIVER)).toThrow(
        expect.objectContaining({ code: 'vault.broken' }),
      );
  });

  it('fits: ended bookings fall out first, the oldest of them before; open ones never', () => {
    const outcome = { reservationStatus: 'FULFILLED', settlementStatus: 'SETTLED' } as never;
    const bookings = BOOKED.map((base, i) => (i < 3 ? { ...base, outcome } : base));
    const openOnly = textOf(bookings.slice(3)).length;
    const all = { bookings, others: [] };
    const ids = (most: number) =>
      fittingContents(all, most, NOW)
        .bookings.map(({ bookingId }) => bookings.findIndex((one) => one.bookingId === bookingId))
        .sort();
    expect(ids(1_000_000)).toEqual([0, 1, 2, 3, 4]);
    expect(ids(textOf(bookings).length - 1)).toEqual([1, 2, 3, 4]);
    expect(ids(openOnly)).toEqual([3, 4]);
    expect(() => ids(openOnly - 1)).toThrow(expect.objectContaining({ code: 'vault.full' }));
  });

  it('has a thinned energy curve, with its first and last point', () => {
    const curve = Array.from({ length: 600 }, (_, i) => [i, 3 * i] as [number, number]);
    const [thin] = fittingContents(
      { bookings: [{ ...BOOKED[0]!, curve }], others: [] },
      60_000,
      NOW,
    ).bookings;
    expect(thin!.curve).toHaveLength(40);
    expect([thin!.curve![0], thin!.curve!.at(-1)]).toEqual([curve[0], curve.at(-1)]);
  });

  it('draws copies that differ', () => {
    const drawn = fc.sample(copyOf(BOOKED[0]!), { numRuns: 20, seed: 1 });
    expect(new Set(drawn.map((one) => textOf([one]))).size).toBeGreaterThan(15);
  });
});
