import { expect, test } from 'vitest';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { nextAction, type UnilateralFacts } from '../../../meter-agent/settlement/next-action.ts';

import { FLAG, PHASE, toBookingStruct } from '../../../protocol/booking.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { testTerms } from '../../support/market.ts';

const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
const START = 2_000_000 * 900;
const END = START + 900;
const CLOSES = END + 900;
const REPORT_BY = CLOSES + 600;

const address = (byte: string) => `0x${byte.repeat(20)}` as const;
const hash = (byte: string) => `0x${byte.repeat(32)}` as const;

const terms = testTerms(address('11'), address('22'));
const factOf = (firstUnsignedCost: bigint): BookingFact => ({
  listingId: hash('01'),
  connector: hash('02'),
  booking: toBookingStruct({
    connector: '0x0123456789ab',
    listingId: hash('01'),
    driver: address('33'),
    purse: 0,
    generation: 0n,
    sessionKey: address('44'),
    firstSlot: 2_000_000,
    slotCount: 1,
    money: { cap: 5_000_000n, unsignedCost: 1_000_000n, firstUnsignedCost, relayFee: 0n },
    startHash: hash('05'),
    terms: toTermsStruct(terms),
  }),
  state: { head: PHASE.RESERVED, claim: 0n },
  ended: null,
  paid: null,
  rawTransaction: null,
  moments: [],
  lostAt: null,
  bookedAt: 0,
});
const FACT = factOf(100_000n);

/** cosignedSeq stands above phase and flags, claimedAt above that, cosignedEnergyWh and cosignedCost. */
const claimed = (claimedAt: number, cosignedSeq = 3): BookingFact => ({
  ...FACT,
  state: { head: PHASE.CLAIMED | (BigInt(cosignedSeq) << 16n) | (BigInt(claimedAt) << 160n), claim: 0n },
});

const reading = (energyWh: number, isFinal: boolean) => ({
  reading: {
    bookingId: hash('09'),
    seq: 3,
    energyWh,
    beganAt: START,
    endedAt: energyWh === 0 ? START : START + 600,
    overstaySec: 0,
    isFinal,
    evidenceHash: hash('00'),
    registersCommitment: hash('00'),
  },
  agentSignature: null,
  sessionSignature: null,
});

const NOTHING: UnilateralFacts = { final: undefined, isAbsent: false, hasProof: false, isRevoked: false };

const due = (
  fact: BookingFact,
  newest: ReturnType<typeof reading> | undefined,
  at: number,
  own: Partial<UnilateralFacts> = {},
  windows = WINDOWS,
) => nextAction(fact, newest, { ...NOTHING, ...own }, { windows }, at);

test('a co-signed final reading settles at once, until reportBy', () => {
  expect(due(FACT, reading(500, true), START + 700)).toBe('settle');
  expect(due(FACT, reading(500, true), REPORT_BY - 1)).toBe('settle');
  expect(due(FACT, reading(500, true), REPORT_BY)).toBe('expire');
});

test('without one the newest co-signed reading is claimed late in the reporting window', () => {
  expect(due(FACT, reading(500, false), CLOSES + 449)).toBeUndefined();
  expect(due(FACT, reading(500, false), CLOSES + 450)).toBe('claim');
  expect(due(FACT, reading(500, false), REPORT_BY)).toBe('expire');
});

test('what costs nothing and what nobody co-signed is not claimed', () => {
  expect(due(FACT, reading(0, false), CLOSES + 500)).toBeUndefined();
  expect(due(FACT, undefined, CLOSES + 500)).toBeUndefined();
});

test('a claim is finalised after its challenge window, and still settled by a final reading before', () => {
  const fact = claimed(CLOSES + 450);
  expect(due(fact, reading(500, false), CLOSES + 1_049)).toBeUndefined();
  expect(due(fact, reading(500, true), CLOSES + 1_049)).toBe('settle');
  expect(due(fact, reading(500, false), CLOSES + 1_050)).toBe('finalise');
  expect(due(fact, reading(500, true), CLOSES + 1_050)).toBe('finalise');
});

test('a claim of an older reading, such as the first of a long charge, is replaced by the newest co-signed one', () => {
  const early = claimed(START + 60, 1);
  expect(due(early, reading(500, false), CLOSES - 1)).toBeUndefined();
  expect(due(early, reading(500, false), CLOSES)).toBe('claim');
  expect(due(early, reading(500, false), CLOSES + 599)).toBe('claim');
  expect(due(early, reading(500, false), CLOSES + 600)).toBe('finalise');
});

test('a challenge by somebody else is answered by what is co-signed, and finalised after its window', () => {
  const head = PHASE.CHALLENGED | (1n << 16n) | (BigInt(CLOSES + 10) << 160n) | (BigInt(CLOSES + 20) << 200n);
  const challenged = { ...FACT, state: { head, claim: 0n } };
  expect(due(challenged, reading(500, true), CLOSES + 619)).toBe('settle');
  expect(due(challenged, reading(500, false), CLOSES + 619)).toBe('claim');
  expect(due(challenged, undefined, CLOSES + 619)).toBeUndefined();
  expect(due(challenged, reading(500, true), CLOSES + 620)).toBe('finalise');
});

test('an ended booking needs nothing', () => {
  expect(due({ ...FACT, ended: 'FULFILLED' }, reading(500, true), START + 700)).toBeUndefined();
});

const OPENS = START - 900;
const CLAIM_FROM = CLOSES + 450;
/** 600 Wh in 600 s at 11 kW: 216,666 token units, of which the first trust lets 100,000 be claimed. */
const FINAL = { ...reading(600, true).reading, seq: 4 };
const ALONE = { final: FINAL };
const RESERVED = PHASE.RESERVED;

const withHead = (head: bigint, claim = 0n): BookingFact => ({ ...FACT, state: { head, claim } });
/** Cost and energy that both signed stand above cosignedSeq. */
const claimedFor = (cosignedCost: bigint, flags = 0n): BookingFact =>
  withHead(
    PHASE.CLAIMED |
      (flags << 8n) |
      (3n << 16n) |
      (500n << 48n) |
      (cosignedCost << 96n) |
      (BigInt(CLAIM_FROM) << 160n),
  );
/** Measure, claimed alone, challenged at CLAIM_FROM + 60; bestProofWh stands on top of the claim. */
const challengedAlone = (bestProofWh = 0n, flags: bigint = FLAG.AGENT_ALONE): BookingFact =>
  withHead(
    PHASE.CHALLENGED | (flags << 8n) | (BigInt(CLAIM_FROM) << 160n) | (BigInt(CLAIM_FROM + 60) << 200n),
    bestProofWh << 192n,
  );

test('a final reading that nobody co-signed is claimed alone late in the reporting window', () => {
  expect(due(FACT, undefined, CLAIM_FROM - 1, ALONE)).toBeUndefined();
  expect(due(FACT, undefined, CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(due(FACT, reading(0, false), CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(due(FACT, undefined, REPORT_BY - 1, ALONE)).toBe('claimAlone');
  expect(due(FACT, undefined, REPORT_BY, ALONE)).toBe('expire');
});

test('what both signed is claimed first, then raised once by the final reading until reportBy', () => {
  expect(due(FACT, reading(500, false), CLAIM_FROM, ALONE)).toBe('claim');
  const before = claimedFor(180_000n);
  expect(due(before, reading(500, false), CLAIM_FROM - 1, ALONE)).toBeUndefined();
  expect(due(before, reading(500, false), CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(due(before, reading(500, false), REPORT_BY - 1, ALONE)).toBe('claimAlone');
  expect(due(before, reading(500, false), REPORT_BY, ALONE)).toBeUndefined();
  for (const flag of [FLAG.AGENT_ALONE, FLAG.RAISED, FLAG.NO_SHOW]) {
    expect(due(claimedFor(180_000n, flag), reading(500, false), CLAIM_FROM, ALONE)).toBeUndefined();
  }
});

test('an early claim whose window is shorter than the reporting window is still raised in time', () => {
  const windows = { ...WINDOWS, challengeSec: 200 };
  const early = withHead(PHASE.CLAIMED | (3n << 16n) | (1n << 96n) | (BigInt(START + 60) << 160n));
  expect(due(early, reading(500, false), CLOSES + 149, ALONE, windows)).toBeUndefined();
  expect(due(early, reading(500, false), CLOSES + 150, ALONE, windows)).toBe('claimAlone');
  expect(due(early, reading(500, false), CLOSES + 200, ALONE, windows)).toBe('finalise');
});

test('a raise that costs no more than what both signed, or is no newer, is left out', () => {
  const cost = 216_666n;
  expect(due(claimedFor(cost - 1n), reading(500, false), CLAIM_FROM, ALONE)).toBe('claimAlone');
  expect(due(claimedFor(cost), reading(500, false), CLAIM_FROM, ALONE)).toBeUndefined();
  const older = { final: { ...FINAL, seq: 3 } };
  expect(due(claimedFor(180_000n), reading(500, false), CLAIM_FROM, older)).toBeUndefined();
});

test('the agent alone claims nothing that the ledger would refuse', () => {
  const at = (change: object, headSec = CLAIM_FROM) =>
    due(FACT, undefined, headSec, { final: { ...FINAL, ...change } });
  expect(at({ beganAt: OPENS, endedAt: CLOSES })).toBe('claimAlone');
  expect(at({ beganAt: OPENS - 1 })).toBeUndefined();
  expect(at({ endedAt: CLOSES + 1 })).toBeUndefined();
  // 11 kW in 600 s are 1,833.3 Wh.
  expect(at({ energyWh: 1_833 })).toBe('claimAlone');
  expect(at({ energyWh: 1_834 })).toBeUndefined();
  expect(at({ overstaySec: 450 })).toBe('claimAlone');
  expect(at({ overstaySec: 451 })).toBeUndefined();
  expect(at({ energyWh: 0, endedAt: START })).toBeUndefined();
  // A driver who signed for no trust owes nothing on the agent's word.
  expect(due(factOf(0n), undefined, CLAIM_FROM, ALONE)).toBeUndefined();
});

test('the word of a revoked agent key is not sent: neither a claim alone nor a no-show', () => {
  expect(due(FACT, undefined, CLAIM_FROM, { ...ALONE, isRevoked: true })).toBeUndefined();
  expect(
    due(claimedFor(180_000n), reading(500, false), CLAIM_FROM, { ...ALONE, isRevoked: true }),
  ).toBeUndefined();
  expect(due(FACT, undefined, CLAIM_FROM, { isAbsent: true, isRevoked: true })).toBeUndefined();
});

test('a no-show is claimed after time-out and slot, until reportBy', () => {
  const noShowFrom = START + 1_800;
  const absent = { isAbsent: true };
  expect(due(FACT, undefined, noShowFrom - 1, absent)).toBeUndefined();
  expect(due(FACT, undefined, noShowFrom, absent)).toBe('claimNoShow');
  const { session } = FACT.booking;
  const hour = { ...FACT, booking: { ...FACT.booking, session: session + (3n << 192n) } };
  expect(due(hour, undefined, START + 3_599, absent)).toBeUndefined();
  expect(due(hour, undefined, START + 3_600, absent)).toBe('claimNoShow');
  expect(due(FACT, undefined, REPORT_BY - 1, absent)).toBe('claimNoShow');
  expect(due(FACT, undefined, REPORT_BY, absent)).toBe('expire');
});

test('no fee is claimed of who said to be there, has a reading, or where the listing asks none', () => {
  const absent = { isAbsent: true };
  expect(due(withHead(RESERVED | (FLAG.ARRIVED << 8n)), undefined, CLOSES, absent)).toBeUndefined();
  expect(due(FACT, reading(0, false), CLOSES, absent)).toBeUndefined();
  expect(due(FACT, undefined, CLOSES, { ...absent, ...ALONE })).toBeUndefined();
  expect(due(FACT, undefined, CLOSES, { isAbsent: false })).toBeUndefined();
  const free = { ...terms, bookingTerms: { ...terms.bookingTerms, noshowFee: 0n } };
  const booking = { ...FACT.booking, terms: toTermsStruct(free) };
  expect(due({ ...FACT, booking }, undefined, CLOSES, absent)).toBeUndefined();
});

test('a challenged claim of the agent alone is proven while its window lasts, once', () => {
  const until = CLAIM_FROM + 60 + 600;
  const proof = { hasProof: true };
  expect(due(challengedAlone(), undefined, CLAIM_FROM + 61, proof)).toBe('prove');
  expect(due(challengedAlone(), undefined, until - 1, proof)).toBe('prove');
  expect(due(challengedAlone(), undefined, until, proof)).toBe('finalise');
  expect(due(challengedAlone(), undefined, until - 1)).toBeUndefined();
  expect(due(challengedAlone(400n), undefined, until - 1, proof)).toBeUndefined();
  expect(due(challengedAlone(0n, 0n), undefined, until - 1, proof)).toBeUndefined();
});

test('what both signed comes before the proof, for it raises what a proof can win', () => {
  expect(due(challengedAlone(), reading(500, false), CLAIM_FROM + 61, { hasProof: true })).toBe('claim');
  expect(due(challengedAlone(), reading(500, true), CLAIM_FROM + 61, { hasProof: true })).toBe('settle');
});

test('what nobody could report gives the driver everything back from reportBy on, whatever happened to it', () => {
  expect(due(FACT, undefined, REPORT_BY - 1)).toBeUndefined();
  expect(due(FACT, undefined, REPORT_BY)).toBe('expire');
  expect(due(FACT, undefined, REPORT_BY + 10 ** 8, { isRevoked: true })).toBe('expire');
  expect(due(withHead(RESERVED | (FLAG.ARRIVED << 8n)), undefined, REPORT_BY)).toBe('expire');
  expect(due({ ...FACT, ended: 'CANCELED' }, undefined, REPORT_BY)).toBeUndefined();
});

test('a booking that was claimed never expires: before its window ends it waits, then it is finalised', () => {
  const claim = claimed(CLOSES + 590);
  expect(due(claim, undefined, REPORT_BY + 1)).toBeUndefined();
  expect(due(claim, undefined, CLOSES + 590 + 600)).toBe('finalise');
});
