import { zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import { toTermsStruct } from '../../protocol/terms.ts';
import { feesOf } from '../../server/web/booking/fees.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { timesOf } from '../../server/web/booking/times.ts';
import { pageTerms } from './pageTerms.ts';

const WINDOWS = { reportSec: 3_600, challengeSec: 3_600, proofSec: 7_200 };
const FIRST_SLOT = 2_000_000;
const START = FIRST_SLOT * 900;
const BOOKED_AT = START - 86_400;

const stored = (change: Partial<StoredBooking> = {}): StoredBooking => ({
  ...{ bookingId: zeroHash, ref: { chainId: 1, market: '0x3333333333333333333333333333333333333333' } },
  ...{ sessionPrivateKey: zeroHash, secret: zeroHash, needWh: 1, createdAt: BOOKED_AT },
  booking: {
    ...{ listingId: zeroHash, connector: '0x0123456789ab', purse: 0, generation: 0n, slotCount: 4 },
    driver: '0x4444444444444444444444444444444444444444',
    sessionKey: '0x5555555555555555555555555555555555555555',
    ...{ firstSlot: FIRST_SLOT, startHash: zeroHash, terms: toTermsStruct(pageTerms()) },
    money: { cap: 5_000_000n, unsignedCost: 0n, allowedCost: 0n, relayFee: 0n },
  },
  ...change,
});

describe('the fees and times of a booking', () => {
  it('count slots; a late cancel costs half of not coming', () => {
    const terms = { ...pageTerms().bookingTerms, noshowFee: 20_001n };
    expect(feesOf(terms, 3)).toEqual({ late: 30_001n, noShow: 60_003n });
  });

  it('give ten minutes after booking for a free cancel, but not in the last hour', () => {
    const freeUntil = (createdAt: number, bookedAt?: number) =>
      timesOf(stored({ createdAt, ...(bookedAt && { bookedAt }) }), WINDOWS).freeUntil;
    // The terms of this charger: free until an hour before the start.
    expect(freeUntil(BOOKED_AT)).toBe(START - 3_600);
    expect(freeUntil(START - 4_000)).toBe(START - 3_600);
    const long = { ...pageTerms(), bookingTerms: { ...pageTerms().bookingTerms, cancelUntilMin: 720n } };
    const { booking } = stored();
    const strict = { booking: { ...booking, terms: toTermsStruct(long) }, createdAt: START - 20_000 };
    expect(timesOf(strict, WINDOWS).freeUntil).toBe(START - 20_000 + 600);
    expect(timesOf({ ...strict, bookedAt: START - 19_990 }, WINDOWS).freeUntil).toBe(START - 19_990 + 600);
  });
});
