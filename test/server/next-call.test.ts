import { type Hex, zeroAddress, zeroHash } from 'viem';
import { describe, expect, test } from 'vitest';
import type { Booking } from '../../protocol/booking.ts';
import { packHead, reservedState, STATE, type StateName } from '../../protocol/state.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { nextCall, silentSec } from '../../server/watcher/next-call.ts';
import type { WatchedBooking } from '../../server/watcher/store.ts';
import { testTerms } from '../support/market.ts';

const HOUR_SEC = 3_600;
const windows = { reportSec: 48 * HOUR_SEC, challengeSec: 48 * HOUR_SEC, proofSec: 48 * HOUR_SEC };
const SIGNATURE = `0x${'11'.repeat(32)}${'22'.repeat(32)}1b` as Hex;

const booking: Booking = {
  ...{ listingId: zeroHash, connector: '0x0123456789ab', driver: zeroAddress, purse: 0, generation: 0n },
  ...{ sessionKey: zeroAddress, firstSlot: 2_000_000, slotCount: 4, startHash: zeroHash },
  money: { cap: 5_000_000n, unsignedCost: 0n, allowedCost: 25_000n, relayFee: 0n },
  terms: toTermsStruct(testTerms(zeroAddress, zeroAddress)),
};
const START = booking.firstSlot * 900;
const CLOSES = START + 4 * 900 + 900;
const REPORT_BY = CLOSES + windows.reportSec;

const stateOf = (name: StateName, since: number, cosignedSeq = 0n) => ({
  head: packHead({
    ...{ name: STATE[name], since: BigInt(since), cosignedSeq, cosignedWh: 0n, cosignedSec: 0n },
    ...{ cosignedOverstaySec: 0n, raisedCost: 0n },
  }),
  claim: 0n,
});

const watched = (change: Partial<WatchedBooking> = {}, isFinal = false): WatchedBooking => ({
  ...{ bookingId: zeroHash, booking, bookedAt: START, state: reservedState(START) },
  cosigned: {
    reading: {
      ...{ bookingId: zeroHash, seq: 4, energyWh: 1_000, beganAt: START, endedAt: START + 600 },
      ...{ overstaySec: 0, isFinal, evidenceHash: zeroHash, registersCommitment: zeroHash },
    },
    ...{ agentSignature: SIGNATURE, sessionSignature: SIGNATURE },
  },
  ...change,
});

const nameAt = (nowSec: number, isSilent: boolean, what = watched()) =>
  nextCall(what, { nowSec, isSilent, windows })?.functionName;

test('an agent is silent after 12 hours, or a quarter of a shorter time to report', () => {
  expect(silentSec(windows)).toBe(12 * HOUR_SEC);
  expect(silentSec({ ...windows, reportSec: HOUR_SEC })).toBe(900);
});

describe('what both signed', () => {
  test('is reported at once for a silent agent, from the opening of the booking on', () => {
    const opens = START - 900;
    expect([nameAt(opens - 1, true), nameAt(opens, true)]).toEqual([undefined, 'claim']);
    expect(nameAt(opens, true, watched({}, true))).toBe('settle');
    expect(nameAt(REPORT_BY - 1, true, watched({ state: stateOf('ARRIVED', START) }, true))).toBe('settle');
  });

  test('is left to an agent that is online, until its last quarter', () => {
    const last = REPORT_BY - silentSec(windows);
    expect([nameAt(last - 1, false), nameAt(last, false)]).toEqual([undefined, 'claim']);
  });

  test('replaces a claim only where it is newer, and settles from every state', () => {
    const claimed = (name: StateName, seq: bigint) => watched({ state: stateOf(name, CLOSES, seq) });
    expect(nameAt(CLOSES, true, claimed('CLAIMED', 4n))).toBeUndefined();
    expect(nameAt(CLOSES, true, claimed('CLAIMED', 3n))).toBe('claim');
    for (const name of ['CLAIMED', 'CLAIMED_ALONE', 'NO_SHOW_CLAIMED', 'CONTESTED', 'CHALLENGED'] as const) {
      const settled = watched({ state: stateOf(name, CLOSES, 4n) }, true);
      expect(nameAt(CLOSES, true, settled)).toBe('settleFrom');
    }
  });

  test('is not needed where it pays nothing, or where nothing was signed', () => {
    const { cosigned } = watched();
    const reading = { ...cosigned!.reading, energyWh: 0, endedAt: START };
    expect(
      nameAt(CLOSES, true, watched({ cosigned: { ...cosigned!, reading: { ...reading, beganAt: START } } })),
    ).toBeUndefined();
    expect(nameAt(CLOSES, true, watched({ cosigned: undefined }))).toBeUndefined();
  });
});

describe('time alone', () => {
  test('refunds what nobody reported, a while later where the agent is online', () => {
    expect([nameAt(REPORT_BY - 1, true), nameAt(REPORT_BY, true)]).toEqual(['claim', 'expire']);
    const later = REPORT_BY + silentSec(windows);
    expect([nameAt(later - 1, false), nameAt(later, false)]).toEqual([undefined, 'expire']);
  });

  test.each(['CLAIMED', 'CLAIMED_ALONE', 'NO_SHOW_CLAIMED', 'CONTESTED', 'CHALLENGED'] as const)(
    'finalises %s when its window has ended',
    (name) => {
      const what = watched({ state: stateOf(name, CLOSES + 60, 9n) });
      const end = CLOSES + 60 + 48 * HOUR_SEC;
      expect([nameAt(end - 1, true, what), nameAt(end, true, what)]).toEqual([undefined, 'finalise']);
    },
  );
});
