import { zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { BookingResponse } from '../../protocol/api.ts';
import { packHead, STATE, type StateName } from '../../protocol/state.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { exitActionOf, noShowClaimOf, windowEnd } from '../../server/web/booking/endBooking.ts';
import { feesOf } from '../../server/web/booking/fees.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { timesOf } from '../../server/web/booking/times.ts';
import { pageTerms } from './pageTerms.ts';

const WINDOWS = { reportSec: 3_600, challengeSec: 3_600, proofSec: 7_200 };
const FIRST_SLOT = 2_000_000;
const START = FIRST_SLOT * 900;
const CLOSES = START + 4 * 900 + 900;
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

const response = (name: StateName, since: number): BookingResponse => {
  const head = packHead({
    ...{ name: STATE[name], since: BigInt(since), cosignedSeq: 0n, cosignedWh: 0n, cosignedSec: 0n },
    ...{ cosignedOverstaySec: 0n, raisedCost: 0n },
  });
  const state = { head: `0x${head.toString(16).padStart(64, '0')}` as const, claim: zeroHash };
  return { state, bookedAt: BOOKED_AT, endedTx: null } as unknown as BookingResponse;
};

const exitAt = (nowSec: number, name: StateName, since = CLOSES + 60) =>
  exitActionOf(stored(), response(name, since), WINDOWS, nowSec);

describe('how a driver can end a booking', () => {
  it('is a cancel before it opens, and a refund when nobody reported', () => {
    expect(exitAt(START - 1, 'RESERVED')).toBe('cancelByDriver');
    expect(exitAt(START, 'RESERVED')).toBeUndefined();
    expect(exitAt(CLOSES + 3_599, 'RESERVED')).toBeUndefined();
    expect(exitAt(CLOSES + 3_600, 'ARRIVED')).toBe('expire');
  });

  it.each(['CLAIMED', 'CLAIMED_ALONE', 'NO_SHOW_CLAIMED', 'CONTESTED'] as const)(
    'is the end of the window after %s',
    (name) => {
      const end = CLOSES + 60 + 3_600;
      expect(windowEnd(stored(), response(name, CLOSES + 60), WINDOWS)).toBe(end);
      expect([exitAt(end - 1, name), exitAt(end, name)]).toEqual([undefined, 'finalise']);
    },
  );

  it('is the end of the proof window after a challenge', () => {
    const end = CLOSES + 60 + 7_200;
    expect([exitAt(end - 1, 'CHALLENGED'), exitAt(end, 'CHALLENGED')]).toEqual([undefined, 'finalise']);
  });
});

describe('a no-show claim', () => {
  it('can be contradicted while it is open, and says when it was', () => {
    expect(noShowClaimOf(response('NO_SHOW_CLAIMED', CLOSES))).toBe('CLAIMED');
    expect(noShowClaimOf(response('CONTESTED', CLOSES))).toBe('CONTESTED');
    expect(noShowClaimOf(response('ARRIVED', CLOSES))).toBeUndefined();
    const ended = { ...response('CONTESTED', CLOSES), endedTx: zeroHash };
    expect(noShowClaimOf(ended)).toBeUndefined();
  });
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
