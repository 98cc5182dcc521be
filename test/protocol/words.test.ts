import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBookingStruct, toBookingStruct } from '../../protocol/booking.ts';
import { ALWAYS, packHours, unpackHours } from '../../protocol/hours.ts';
import {
  CONNECTOR_STANDARDS,
  listingIdOf,
  POWER_TYPES,
  packLocation,
  unpackListingWord,
  unpackLocation,
} from '../../protocol/listing.ts';
import { fromReadingStruct, toReadingStruct } from '../../protocol/reading.ts';
import {
  isUnclaimed,
  packClaim,
  packHead,
  reservedState,
  STATE,
  type StateName,
  sinceOf,
  stateName,
  unpackClaim,
  unpackHead,
} from '../../protocol/state.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import { type Field, packWord, unpackField, unpackWord } from '../../protocol/words.ts';
import {
  address,
  bytes,
  forAll,
  RUNS,
  reading,
  terms,
  uint,
  uintNumber,
  weeklyHours,
} from './arbitraries.ts';

const LAYOUT = [
  ['low', 8],
  ['middle', 160],
  ['high', 64],
] as const satisfies Field<string>[];

const booking = fc
  .record({
    connector: bytes(6),
    driver: address,
    purse: uintNumber(32),
    generation: uint(64),
    sessionKey: address,
    firstSlot: uintNumber(32),
    slotCount: uintNumber(16),
    money: fc.record({
      cap: uint(64),
      unsignedCost: uint(64),
      allowedCost: uint(64),
      relayFee: uint(64),
    }),
    startHash: bytes(32),
    terms: terms.map(toTermsStruct),
  })
  .map((fields) => ({ listingId: listingIdOf(fields.terms.agentKey, fields.connector), ...fields }));

const location = fc.record({
  h3Cell: uint(64).map((cell) => cell.toString(16)),
  resolution: fc.integer({ min: 0, max: 255 }),
  connectorStandard: fc.constantFrom(...CONNECTOR_STANDARDS),
  powerType: fc.constantFrom(...POWER_TYPES),
});

describe('a packed word', () => {
  it('returns the fields that were packed', () => {
    const fields = fc.record({ low: uint(8), middle: uint(160), high: uint(64) });
    forAll([fields], (f) => expect(unpackWord(LAYOUT, packWord(LAYOUT, f))).toEqual(f));
  });

  it('holds each field at its position, from bit 0 upwards', () => {
    expect(packWord(LAYOUT, { low: 1n, middle: 2n, high: 3n })).toBe(1n | (2n << 8n) | (3n << 168n));
  });

  it('ignores spare bits when it is read', () => {
    expect(unpackWord(LAYOUT, 7n | (1n << 232n) | (1n << 255n))).toEqual({ low: 7n, middle: 0n, high: 0n });
  });

  it('gives one field as it gives all', () => {
    forAll([uint(256)], (word) => {
      const all = unpackWord(LAYOUT, word);
      for (const [name] of LAYOUT) expect(unpackField(LAYOUT, name, word)).toBe(all[name]);
    });
    expect(() => unpackField(LAYOUT as readonly Field<string>[], 'other', 1n)).toThrow(RangeError);
  });

  it.each([
    ['low', 256n],
    ['low', -1n],
    ['middle', 1n << 160n],
    ['high', 1n << 64n],
  ])('refuses %s = %s rather than cut it', (name, value) => {
    const fields = { low: 0n, middle: 0n, high: 0n, [name]: value };
    expect(() => packWord(LAYOUT, fields)).toThrow(expect.objectContaining({ code: 'word.outOfRange' }));
  });
});

describe('the structs of the ledger', () => {
  it('return terms, bookings, readings, hours and locations as packed', () => {
    forAll([terms], (t) => expect(fromTermsStruct(toTermsStruct(t))).toEqual(t));
    forAll([booking], (b) => expect(fromBookingStruct(toBookingStruct(b))).toEqual(b));
    forAll([reading], (r) => expect(fromReadingStruct(r.bookingId, toReadingStruct(r))).toEqual(r));
    forAll([weeklyHours], (h) => expect(unpackHours(packHours(h))).toEqual(h));
    forAll([location], (l) => expect(unpackLocation(packLocation(l))).toEqual(l));
  });

  it.each([-129, 128, 0.5, Number.NaN])('refuse an offset of %s quarter hours', (quarters) => {
    const refusal = expect.objectContaining({ code: 'hours.offsetOutOfRange' });
    expect(() => packHours({ ...ALWAYS, utcOffset: quarters })).toThrow(refusal);
    expect(() => packHours({ ...ALWAYS, utcOffsetAfter: quarters })).toThrow(refusal);
  });

  it('carry the time of the booking beside a reading, not in it', () => {
    forAll([reading, uintNumber(40)], (r, bookedAt) => {
      const struct = toReadingStruct(r, bookedAt);
      expect(struct.measure >> 200n).toBe(BigInt(bookedAt));
      expect(struct.measure & ((1n << 200n) - 1n)).toBe(toReadingStruct(r).measure);
      expect(fromReadingStruct(r.bookingId, struct)).toEqual(r);
    });
  });

  it('name every state, and no number that is none', () => {
    for (const [name, number] of Object.entries(STATE) as [StateName, bigint][]) {
      const state = { head: number | (99n << 8n), claim: 0n };
      expect([stateName(state), sinceOf(state)]).toEqual([name, 99]);
      expect(isUnclaimed(state)).toBe(name === 'RESERVED' || name === 'ARRIVED');
    }
    expect(reservedState(99)).toEqual({ head: STATE.RESERVED | (99n << 8n), claim: 0n });
    for (const head of [0n, 8n, 255n]) expect(() => stateName({ head })).toThrow();
  });

  it('refuse a value that does not fit in any field', () => {
    const refusal = expect.objectContaining({ code: 'word.outOfRange' });
    const [one] = fc.sample(booking, { ...RUNS, numRuns: 1 });
    const [some] = fc.sample(reading, { ...RUNS, numRuns: 1 });
    if (!one || !some) throw new Error('fast-check gave no sample');
    expect(() => toBookingStruct({ ...one, slotCount: 65_536 })).toThrow(refusal);
    expect(() => toBookingStruct({ ...one, money: { ...one.money, cap: 1n << 64n } })).toThrow(refusal);
    expect(() => toReadingStruct({ ...some, energyWh: 2 ** 48 })).toThrow(refusal);
    expect(() => toReadingStruct({ ...some, seq: -1 })).toThrow(refusal);
  });

  it('are read from head, claim and listing word as the ledger lays them out', () => {
    const head = 2n | (8n << 8n) | (3n << 48n) | (4n << 80n) | (5n << 128n) | (6n << 160n) | (7n << 192n);
    const fields = {
      name: 2n,
      since: 8n,
      cosignedSeq: 3n,
      cosignedWh: 4n,
      cosignedSec: 5n,
      cosignedOverstaySec: 6n,
      raisedCost: 7n,
    };
    expect(unpackHead(head)).toEqual(fields);
    expect(packHead(fields)).toBe(head);
    const claim = 1n | (2n << 32n) | (3n << 80n) | (4n << 120n) | (5n << 160n) | (6n << 192n);
    expect(packClaim(unpackClaim(claim))).toBe(claim);
    expect(unpackClaim(claim)).toEqual({
      seq: 1n,
      energyWh: 2n,
      beganAt: 3n,
      endedAt: 4n,
      overstaySec: 5n,
      bestProofWh: 6n,
    });
    expect(unpackListingWord(9n | (2n << 192n) | (1n << 224n))).toEqual({
      commitment: 9n,
      version: 2n,
      status: 1n,
    });
  });
});
