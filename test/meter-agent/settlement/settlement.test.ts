import { expect, test } from 'vitest';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { reservedState, type StateName } from '../../../protocol/state.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import {
  actionAt,
  BOOKED_AT,
  CLOSES,
  claimed,
  END,
  FACT,
  factOf,
  inState,
  REPORT_BY,
  reading,
  START,
  type Standing,
  terms,
  WINDOWS,
} from './booking-states.ts';

test('a co-signed final reading settles at once, until reportBy', () => {
  expect(actionAt(FACT, reading(500, true), START + 700)).toBe('settle');
  expect(actionAt(FACT, reading(500, true), REPORT_BY - 1)).toBe('settle');
  expect(actionAt(FACT, reading(500, true), REPORT_BY)).toBe('expire');
});

test('without one the newest co-signed reading is claimed after a quarter of the reporting window', () => {
  expect(actionAt(FACT, reading(500, false), CLOSES + 149)).toBeUndefined();
  expect(actionAt(FACT, reading(500, false), CLOSES + 150)).toBe('claim');
  expect(actionAt(FACT, reading(500, false), REPORT_BY)).toBe('expire');
});

test('what costs nothing and what nobody co-signed is not claimed', () => {
  expect(actionAt(FACT, reading(0, false), CLOSES + 500)).toBeUndefined();
  expect(actionAt(FACT, undefined, CLOSES + 500)).toBeUndefined();
});

test('a claim is finalised after its challenge window, and still settled by a final reading before', () => {
  const fact = claimed(CLOSES + 450);
  expect(actionAt(fact, reading(500, false), CLOSES + 1_049)).toBeUndefined();
  expect(actionAt(fact, reading(500, true), CLOSES + 1_049)).toBe('settle');
  expect(actionAt(fact, reading(500, false), CLOSES + 1_050)).toBe('finalise');
  expect(actionAt(fact, reading(500, true), CLOSES + 1_050)).toBe('finalise');
});

test('a claim of an older reading, such as the first of a long charge, is replaced by the newest co-signed one', () => {
  const early = claimed(START + 60, 1);
  expect(actionAt(early, reading(500, false), CLOSES - 1)).toBeUndefined();
  expect(actionAt(early, reading(500, false), CLOSES)).toBe('claim');
  expect(actionAt(early, reading(500, false), CLOSES + 599)).toBe('claim');
  expect(actionAt(early, reading(500, false), CLOSES + 600)).toBe('finalise');
});

test('a challenge by somebody else is answered by what is co-signed, and finalised after its window', () => {
  const challenged = inState('CHALLENGED', { since: CLOSES + 20, cosignedSeq: 1, alone: { bestProofWh: 0 } });
  expect(actionAt(challenged, reading(500, true), CLOSES + 619)).toBe('settle');
  expect(actionAt(challenged, reading(500, false), CLOSES + 619)).toBe('claim');
  expect(actionAt(challenged, undefined, CLOSES + 619)).toBeUndefined();
  expect(actionAt(challenged, reading(500, true), CLOSES + 620)).toBe('finalise');
});

test('an ended booking needs nothing', () => {
  expect(actionAt({ ...FACT, ended: 'FULFILLED' }, reading(500, true), START + 700)).toBeUndefined();
});

const OPENS = START - 900;
const CLAIM_FROM = CLOSES + 150;
/** 600 Wh in 600 s at 11 kW: 216,666 token units, of which 100,000 are allowed. */
const FINAL = { ...reading(600, true).reading, seq: 4 };
const ALONE = { final: FINAL };
const COST = 216_666n;

/** 500 Wh and 600 s are co-signed: 191,666 token units. */
const COSIGNED = { cosignedSeq: 3, cosignedWh: 500, cosignedSec: 600 };
const claimedFor = (change: Partial<Standing> = {}, name: StateName = 'CLAIMED'): BookingFact =>
  inState(name, { since: CLAIM_FROM, ...COSIGNED, ...change });
const challengedAlone = (bestProofWh = 0): BookingFact =>
  inState('CHALLENGED', { since: CLAIM_FROM + 60, alone: { bestProofWh } });

test('what the driver allowed settles alone, ten minutes after the end, from every state of a charge', () => {
  const allowed = factOf(COST);
  expect(actionAt(allowed, undefined, END + 599, ALONE)).toBeUndefined();
  expect(actionAt(allowed, undefined, END + 600, ALONE)).toBe('settleAlone');
  expect(actionAt(allowed, reading(500, false), END + 600, ALONE)).toBe('settleAlone');
  expect(actionAt(allowed, undefined, REPORT_BY - 1, ALONE)).toBe('settleAlone');
  const { state } = claimedFor();
  expect(actionAt({ ...allowed, state }, undefined, CLAIM_FROM + 10, ALONE)).toBe('settleAlone');
  expect(actionAt({ ...allowed, state: challengedAlone().state }, undefined, CLAIM_FROM + 61, ALONE)).toBe(
    'settleAlone',
  );
  const noShow = inState('NO_SHOW_CLAIMED', { since: END });
  expect(actionAt({ ...allowed, state: noShow.state }, undefined, END + 600, ALONE)).toBeUndefined();
});

test('a raise counts as what is allowed, up to the cap; a unit less does not settle', () => {
  expect(actionAt(FACT, undefined, END + 600, { ...ALONE, raisedCost: COST - 1n })).toBeUndefined();
  expect(actionAt(FACT, undefined, END + 600, { ...ALONE, raisedCost: COST })).toBe('settleAlone');
  // The key's revocation takes nothing away from what is allowed.
  expect(actionAt(FACT, undefined, END + 600, { ...ALONE, raisedCost: COST, isRevoked: true })).toBe(
    'settleAlone',
  );
});

test('a final reading above what is allowed is claimed alone after a quarter of the reporting window', () => {
  expect(actionAt(FACT, undefined, CLAIM_FROM - 1, ALONE)).toBeUndefined();
  expect(actionAt(FACT, undefined, CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(actionAt(FACT, reading(0, false), CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(actionAt(FACT, undefined, REPORT_BY - 1, ALONE)).toBe('claimAlone');
  expect(actionAt(FACT, undefined, REPORT_BY, ALONE)).toBe('expire');
});

test('what both signed is claimed first, then raised once by the final reading until reportBy', () => {
  expect(actionAt(FACT, reading(500, false), CLAIM_FROM, ALONE)).toBe('claim');
  const before = claimedFor();
  expect(actionAt(before, reading(500, false), CLAIM_FROM - 1, ALONE)).toBeUndefined();
  expect(actionAt(before, reading(500, false), CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(actionAt(before, reading(500, false), REPORT_BY - 1, ALONE)).toBe('claimAlone');
  expect(actionAt(before, reading(500, false), REPORT_BY, ALONE)).toBeUndefined();
  const raised = claimedFor({ alone: { bestProofWh: 0 } }, 'CLAIMED_ALONE');
  expect(actionAt(raised, reading(500, false), CLAIM_FROM, ALONE)).toBeUndefined();
  // A newer co-signed reading replaced the claim: the agent alone claims once.
  expect(
    actionAt(claimedFor({ alone: { bestProofWh: 0 } }), reading(500, false), CLAIM_FROM, ALONE),
  ).toBeUndefined();
});

test('an early claim whose window is shorter than the reporting window is still raised in time', () => {
  const windows = { ...WINDOWS, challengeSec: 200 };
  const early = claimedFor({ since: START + 60 });
  expect(actionAt(early, reading(500, false), CLOSES + 49, ALONE, windows)).toBeUndefined();
  expect(actionAt(early, reading(500, false), CLOSES + 50, ALONE, windows)).toBe('claimAlone');
  expect(actionAt(early, reading(500, false), CLOSES + 200, ALONE, windows)).toBe('finalise');
});

test('a raise that pays no more than what both signed, is below it in any part, or no newer, is left out', () => {
  const at = (change: Partial<Standing>, final: object = {}) =>
    actionAt(claimedFor(change), reading(500, false), CLAIM_FROM, { final: { ...FINAL, ...final } });
  expect(at({})).toBe('claimAlone');
  expect(at({ cosignedWh: 600 })).toBeUndefined();
  expect(at({ cosignedWh: 601 })).toBeUndefined();
  expect(at({ cosignedSec: 601 })).toBeUndefined();
  expect(at({}, { seq: 3 })).toBeUndefined();
});

test('the agent alone claims nothing that the ledger would refuse', () => {
  const at = (change: object, headSec = CLAIM_FROM) =>
    actionAt(FACT, undefined, headSec, { final: { ...FINAL, ...change } });
  expect(at({ beganAt: OPENS, endedAt: CLOSES })).toBe('claimAlone');
  expect(at({ beganAt: OPENS - 1 })).toBeUndefined();
  expect(at({ endedAt: CLOSES + 1 })).toBeUndefined();
  // 11 kW in 600 s are 1,833.3 Wh.
  expect(at({ energyWh: 1_833 })).toBe('claimAlone');
  expect(at({ energyWh: 1_834 })).toBeUndefined();
  expect(at({ overstaySec: 150 })).toBe('claimAlone');
  expect(at({ overstaySec: 151 })).toBeUndefined();
  expect(at({ energyWh: 0, endedAt: START })).toBe('settleAlone');
  // Of the future, by the ledger's clock.
  const early = { ...ALONE, raisedCost: COST, endedSince: START };
  expect(
    actionAt(FACT, undefined, START + 599, { ...early, final: { ...FINAL, endedAt: START + 600 } }),
  ).toBeUndefined();
  // A driver who allowed nothing, and signed nothing, owes nothing on the agent's word.
  expect(actionAt(factOf(0n), undefined, CLAIM_FROM, ALONE)).toBeUndefined();
});

test('the word of a revoked agent key is not sent: neither a claim alone nor a no-show', () => {
  expect(actionAt(FACT, undefined, CLAIM_FROM, { ...ALONE, isRevoked: true })).toBeUndefined();
  expect(
    actionAt(claimedFor(), reading(500, false), CLAIM_FROM, { ...ALONE, isRevoked: true }),
  ).toBeUndefined();
  expect(actionAt(FACT, undefined, CLAIM_FROM, { isAbsent: true, isRevoked: true })).toBeUndefined();
});

test('a no-show is claimed after time-out and slot, until reportBy', () => {
  const noShowFrom = START + 1_800;
  const absent = { isAbsent: true };
  expect(actionAt(FACT, undefined, noShowFrom - 1, absent)).toBeUndefined();
  expect(actionAt(FACT, undefined, noShowFrom, absent)).toBe('claimNoShow');
  const { session } = FACT.booking;
  const hour = { ...FACT, booking: { ...FACT.booking, session: session + (3n << 192n) } };
  expect(actionAt(hour, undefined, START + 3_599, absent)).toBeUndefined();
  expect(actionAt(hour, undefined, START + 3_600, absent)).toBe('claimNoShow');
  expect(actionAt(FACT, undefined, REPORT_BY - 1, absent)).toBe('claimNoShow');
  expect(actionAt(FACT, undefined, REPORT_BY, absent)).toBe('expire');
});

test('of who said to be there the fee is claimed too: then nobody gets it', () => {
  const arrived = inState('ARRIVED', { since: BOOKED_AT });
  expect(actionAt(arrived, undefined, CLOSES, { isAbsent: true })).toBe('claimNoShow');
  expect(actionAt(arrived, undefined, CLOSES, { isAbsent: false })).toBeUndefined();
});

test('the time of a no-show counts from the booking where that was later than the slot', () => {
  const bookedAt = START + 300;
  const late = { ...FACT, bookedAt, state: reservedState(bookedAt) };
  expect(actionAt(late, undefined, END + 1_199, { isAbsent: true })).toBeUndefined();
  expect(actionAt(late, undefined, END + 1_200, { isAbsent: true })).toBe('claimNoShow');
});

test('no-show claims are answered by what both signed, and finalised after their window', () => {
  for (const name of ['NO_SHOW_CLAIMED', 'CONTESTED'] as const) {
    const fact = inState(name, { since: END });
    expect(actionAt(fact, reading(0, false), CLOSES)).toBe('claim');
    expect(actionAt(fact, reading(500, true), CLOSES)).toBe('settle');
    expect(actionAt(fact, undefined, CLOSES + 599)).toBeUndefined();
    expect(actionAt(fact, undefined, CLOSES + 600)).toBe('finalise');
  }
});

test('no fee is claimed of who has a reading, or where the listing asks none', () => {
  const absent = { isAbsent: true };
  expect(actionAt(FACT, reading(0, false), CLOSES, absent)).toBeUndefined();
  expect(actionAt(FACT, undefined, CLOSES, { ...absent, ...ALONE })).toBeUndefined();
  expect(actionAt(FACT, undefined, CLOSES, { isAbsent: false })).toBeUndefined();
  const free = { ...terms, bookingTerms: { ...terms.bookingTerms, noshowFee: 0n } };
  const booking = { ...FACT.booking, terms: toTermsStruct(free) };
  expect(actionAt({ ...FACT, booking }, undefined, CLOSES, absent)).toBeUndefined();
});

test('a challenged claim of the agent alone is proven while its window lasts, once', () => {
  const until = CLAIM_FROM + 60 + 600;
  const proof = { hasProof: true };
  expect(actionAt(challengedAlone(), undefined, CLAIM_FROM + 61, proof)).toBe('prove');
  expect(actionAt(challengedAlone(), undefined, until - 1, proof)).toBe('prove');
  expect(actionAt(challengedAlone(), undefined, until, proof)).toBe('finalise');
  expect(actionAt(challengedAlone(), undefined, until - 1)).toBeUndefined();
  expect(actionAt(challengedAlone(400), undefined, until - 1, proof)).toBeUndefined();
  const covered = inState('CHALLENGED', {
    since: CLAIM_FROM + 60,
    cosignedSeq: 3,
    cosignedWh: 600,
    alone: { bestProofWh: 0 },
  });
  expect(actionAt(covered, undefined, until - 1, proof)).toBeUndefined();
});

test('what both signed comes before the proof, for it raises what a proof can win', () => {
  expect(actionAt(challengedAlone(), reading(500, false), CLAIM_FROM + 61, { hasProof: true })).toBe('claim');
  expect(actionAt(challengedAlone(), reading(500, true), CLAIM_FROM + 61, { hasProof: true })).toBe('settle');
});

test('what nobody could report gives the driver everything back from reportBy on, whatever happened to it', () => {
  expect(actionAt(FACT, undefined, REPORT_BY - 1)).toBeUndefined();
  expect(actionAt(FACT, undefined, REPORT_BY)).toBe('expire');
  expect(actionAt(FACT, undefined, REPORT_BY + 10 ** 8, { isRevoked: true })).toBe('expire');
  expect(actionAt(inState('ARRIVED', { since: BOOKED_AT }), undefined, REPORT_BY)).toBe('expire');
  expect(actionAt({ ...FACT, ended: 'CANCELED' }, undefined, REPORT_BY)).toBeUndefined();
});

test('a booking that was claimed never expires: before its window ends it waits, then it is finalised', () => {
  const claim = claimed(CLOSES + 590);
  expect(actionAt(claim, undefined, REPORT_BY + 1)).toBeUndefined();
  expect(actionAt(claim, undefined, CLOSES + 590 + 600)).toBe('finalise');
});
