import { expect, test } from 'vitest';
import type { BookingFact } from '../../meter-agent/ledger.ts';
import { dueCall } from '../../meter-agent/publish.ts';
import { PHASE, toBookingStruct } from '../../protocol/booking.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { testTerms } from '../support/market.ts';

const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
const START = 2_000_000 * 900;
const END = START + 900;
const CLOSES = END + 900;
const REPORT_BY = CLOSES + 600;

const address = (byte: string) => `0x${byte.repeat(20)}` as const;
const hash = (byte: string) => `0x${byte.repeat(32)}` as const;

const terms = testTerms(address('11'), address('22'));
const FACT: BookingFact = {
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
    money: { cap: 5_000_000n, unsignedCost: 1_000_000n, firstUnsignedCost: 100_000n, relayFee: 0n },
    startHash: hash('05'),
    terms: toTermsStruct(terms),
  }),
  state: { head: PHASE.RESERVED, claim: 0n },
  ended: null,
  rawTransaction: null,
};

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

const due = (fact: BookingFact, newest: ReturnType<typeof reading> | undefined, at: number) =>
  dueCall(fact, newest, { windows: WINDOWS }, at);

test('a co-signed final reading settles at once, until reportBy', () => {
  expect(due(FACT, reading(500, true), START + 700)).toBe('settle');
  expect(due(FACT, reading(500, true), REPORT_BY - 1)).toBe('settle');
  expect(due(FACT, reading(500, true), REPORT_BY)).toBeUndefined();
});

test('without one the newest co-signed reading is claimed late in the reporting window', () => {
  expect(due(FACT, reading(500, false), CLOSES + 449)).toBeUndefined();
  expect(due(FACT, reading(500, false), CLOSES + 450)).toBe('claim');
  expect(due(FACT, reading(500, false), REPORT_BY)).toBeUndefined();
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
