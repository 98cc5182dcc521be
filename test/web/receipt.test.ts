import fc from 'fast-check';
import { concatHex, type Hex, hexToBytes, keccak256, sha256, stringToHex, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import { costOfParts, costPartsOf } from '../../protocol/cost.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { type BookingStateStruct, packClaim, packHead, STATE } from '../../protocol/state.ts';
import { fromTermsStruct, toTermsStruct } from '../../protocol/terms.ts';
import { makePdf, printable } from '../../server/web/app/pdf.ts';
import { deadlineOf, type OpenBooking, outlookOf } from '../../server/web/settlement/acts.ts';
import { courseOf } from '../../server/web/settlement/course.ts';
import { type RecordCase, verifyMeterRecord } from '../../server/web/settlement/meterRecord.ts';
import { partsOfPaid, usageOfClaim } from '../../server/web/settlement/receiptFacts.ts';
import { basisPointsOf, vatIncluded } from '../../server/web/settlement/vat.ts';
import { meterTime, newMeter, ocmf } from '../contracts/test-meter.ts';
import { pdfText } from '../support/pdf-text.ts';
import { pageTerms } from './pageTerms.ts';

const runs = { seed: 20_261_130, numRuns: 300 };
const price = fc.bigInt({ min: 0n, max: 5_000_000n });
const anyTariff = fc.record({
  ...{ pricePerKwh: price, pricePerHour: price, overstayPerHour: price, flatFee: price },
  ...{ overstayReserve: price, discountBp: fc.constant(0n) },
});
const anyUsage = fc.record({
  energyWh: fc.bigInt({ min: 0n, max: 200_000n }),
  timeSec: fc.bigInt({ min: 0n, max: 90_000n }),
  overstaySec: fc.bigInt({ min: 0n, max: 20_000n }),
});
const anyCap = fc.bigInt({ min: 1n, max: 60_000_000n });

describe('the parts of a price', () => {
  it('add up to it to the unit, and none is a unit away from what it is alone', () => {
    fc.assert(
      fc.property(anyTariff, anyUsage, anyCap, (tariff, { energyWh, timeSec, overstaySec }, cap) => {
        const parts = costPartsOf(tariff, energyWh, timeSec, overstaySec, cap);
        const { energy, time, flat, overstay, limited } = parts;
        const cost = costOfParts(tariff, energyWh, timeSec, overstaySec, cap);
        expect(energy + time + flat + overstay + limited).toBe(cost);
        expect(limited <= 0n).toBe(true);
        const alone = [
          [energy, (energyWh * tariff.pricePerKwh) / 1_000n],
          [time, (timeSec * tariff.pricePerHour) / 3_600n],
          [flat, energyWh + timeSec > 0n ? tariff.flatFee : 0n],
          [overstay, (overstaySec * tariff.overstayPerHour) / 3_600n],
        ] as const;
        for (const [part, exact] of alone) expect(part === exact || part === exact + 1n).toBe(true);
      }),
      runs,
    );
  });
});

describe('the tax in a price', () => {
  it('is the nearest unit to its exact value, and never more than the price', () => {
    const gross = fc.bigInt({ min: 0n, max: 2n ** 63n });
    fc.assert(
      fc.property(gross, fc.integer({ min: 1, max: 5_000 }), (paid, basisPoints) => {
        const vat = vatIncluded(paid, { basisPoints });
        // |vat - paid × r / (1 + r)| ≤ 1/2, without fractions.
        const off = 2n * (vat * (10_000n + BigInt(basisPoints)) - paid * BigInt(basisPoints));
        expect(off <= 10_000n + BigInt(basisPoints) && off >= -(10_000n + BigInt(basisPoints))).toBe(true);
        expect(vat <= paid).toBe(true);
      }),
      runs,
    );
  });

  it.each([
    ['19', 1_900],
    ['7,5 %', 750],
    ['0.01', 1],
    ['50', 5_000],
    ['0', undefined],
    ['51', undefined],
    ['1e1', undefined],
    ['19,999', undefined],
  ])('has a rate that a person writes: %s', (text, basisPoints) => {
    expect(basisPointsOf(text)).toBe(basisPoints);
  });
});

const START = 2_000_000 * 900;
const booking = {
  ...({ listingId: zeroHash, connector: '0x0123456789ab', purse: 0, generation: 0n, slotCount: 4 } as const),
  driver: '0x4444444444444444444444444444444444444444',
  sessionKey: '0x5555555555555555555555555555555555555555',
  ...{ firstSlot: 2_000_000, startHash: zeroHash as Hex, terms: toTermsStruct(pageTerms()) },
  money: { cap: 5_000_000n, unsignedCost: 1_250_000n, allowedCost: 500_000n, relayFee: 0n },
} as const;

/** What both signed, and what the agent claims. */
const stateOf = (
  name: 'CLAIMED' | 'CLAIMED_ALONE' | 'CHALLENGED',
  [cosignedWh, claimedWh, bestProofWh]: readonly [bigint, bigint, bigint],
): BookingStateStruct => ({
  head: packHead({
    ...{ name: STATE[name], since: BigInt(START), cosignedSeq: 3n, cosignedWh, cosignedSec: 600n },
    ...{ cosignedOverstaySec: 0n, raisedCost: 0n },
  }),
  claim: packClaim({
    ...{ seq: 9n, energyWh: claimedWh, beganAt: BigInt(START), endedAt: BigInt(START + 3_000) },
    ...{ overstaySec: 60n, bestProofWh },
  }),
});

describe('the receipt of a claim', () => {
  it('has parts that add up to what was paid, whichever rule decided', () => {
    const wh = fc.bigInt({ min: 0n, max: 12_000n });
    const name = fc.constantFrom('CLAIMED' as const, 'CLAIMED_ALONE' as const, 'CHALLENGED' as const);
    fc.assert(
      fc.property(name, wh, wh, wh, (kind, cosignedWh, moreWh, proofWh) => {
        const state = stateOf(kind, [cosignedWh, cosignedWh + moreWh, kind === 'CHALLENGED' ? proofWh : 0n]);
        const windows = { reportSec: 3_600, challengeSec: 3_600, proofSec: 7_200 };
        const money = { bondMax: 10_000_000n, forfeitMin: 50_000n };
        const open: OpenBooking = { booking, state, bookedAt: START, windows, money };
        const { paid } = outlookOf(open);
        const usage = usageOfClaim(booking, state, paid)!;
        const parts = partsOfPaid(booking, usage, paid);
        expect(parts.energy + parts.time + parts.flat + parts.overstay + parts.limited).toBe(paid);
        expect(parts.limited <= 0n).toBe(true);
        const lines = courseOf(open, [], START);
        expect(lines.filter(({ isClock }) => isClock).map(({ at }) => at)).toEqual([deadlineOf(open)]);
      }),
      runs,
    );
  });
});

describe('a course of a booking', () => {
  it('counts down to the next time that comes, and to no other', () => {
    const head = packHead({
      ...{ name: STATE.RESERVED, since: BigInt(START - 86_400), cosignedSeq: 0n, cosignedWh: 0n },
      ...{ cosignedSec: 0n, cosignedOverstaySec: 0n, raisedCost: 0n },
    });
    const open: OpenBooking = {
      ...{ booking, state: { head, claim: 0n }, bookedAt: START - 86_400 },
      windows: { reportSec: 3_600, challengeSec: 3_600, proofSec: 7_200 },
      money: { bondMax: 0n, forfeitMin: 0n },
    };
    const story = [{ name: 'Booked' as const, at: START - 86_400, transactionHash: zeroHash as Hex }];
    const clockAt = (nowSec: number) =>
      courseOf(open, story, nowSec).flatMap(({ isClock, name }) => (isClock ? [name] : []));
    expect(clockAt(START - 80_000)).toEqual(['freeUntil']);
    expect(clockAt(START - 3_600)).toEqual(['opens']);
    expect(clockAt(START)).toEqual(['end']);
    expect(clockAt(START + 3_600)).toEqual(['reportBy']);
    expect(clockAt(START + 90_000)).toEqual([]);
    expect(courseOf(open, story, START).map(({ name }) => name)).toEqual([
      'Booked',
      'freeUntil',
      'opens',
      'end',
      'reportBy',
    ]);
  });
});

describe('the meter’s record on this device', () => {
  const ref = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;
  const bookingId = keccak256('0x01');
  const secret = keccak256('0x02');
  const tag = idTagOf(ref, bookingId, secret);
  const meter = newMeter();
  const window = { from: START, until: START + 4_500 };

  const recordOf = (id: string, endKwh: string): string => {
    const payload = ocmf(id, 7, [
      { TM: meterTime(START + 60), TX: 'B', RV: '1000.0000' },
      { TM: meterTime(START + 3_000), TX: 'E', RV: endKwh },
    ]);
    const { r, s } = meter.sign(payload);
    const part = (word: Hex) => concatHex(['0x0221', '0x00', word]);
    const SD = concatHex(['0x3046', part(r), part(s)]).slice(2);
    return `OCMF|${payload}|${JSON.stringify({ SA: 'ECDSA-secp256r1-SHA256', SD })}`;
  };

  const caseOf = (records: readonly string[], change: Partial<RecordCase> = {}): RecordCase => {
    const lines = [
      { format: 'plugpact-evidence/2', bookingId },
      ...records.map((record) => ({ at: START, record })),
      { at: START, startSecret: secret },
    ];
    const bundle = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const bytes = hexToBytes(concatHex([zeroHash, stringToHex(bundle)]));
    return {
      ...{ bytes, evidenceHash: sha256(bytes), bookingId, ref, startHash: keccak256(secret) },
      metering: { ...fromTermsStruct(booking.terms).metering, meterAlgorithm: 'ECDSA-secp256r1-SHA256' },
      ...{ meterKeyHash: keccak256(meter.key), meterKey: meter.key, window, billedWh: 9_000 },
      ...change,
    };
  };

  it('is verified by the pinned key, and proves the energy by the rules of the ledger', async () => {
    const verdict = await verifyMeterRecord(caseOf([recordOf(tag, '1009.0000')]));
    expect(verdict).toEqual({ tier: 'VERIFIED', provenWh: 9_000n, records: 1 });
  });

  it.each([
    ['hash', [recordOf(tag, '1009.0000')], { evidenceHash: zeroHash }],
    ['format', [recordOf(tag, '1009.0000')], { bookingId: zeroHash }],
    ['secret', [recordOf(tag, '1009.0000')], { startHash: zeroHash }],
    ['signature', [recordOf(tag, '1009.0000').replace('1009.0', '1099.0')], {}],
    ['signature', [recordOf(tag, '1009.0000'), 'no record'], {}],
    ['notBound', [recordOf('AAAABBBBCCCCDDDDEEEE', '1009.0000')], {}],
    ['energy', [recordOf(tag, '1008.9980')], {}],
    ['unreadable', [recordOf(tag, '999.0000')], { window: { from: 0, until: 1 } }],
  ] as const)('does not hold: %s', async (fault, records, change) => {
    const verdict = await verifyMeterRecord(caseOf(records, change));
    expect(verdict).toEqual({ tier: 'NOT_VERIFIED', faults: [fault] });
  });

  it('is not there without a pinned key, with another key, or without records', async () => {
    const missing = (why: string) => ({ tier: 'NOT_THERE', why });
    const none = { ...caseOf([]).metering, meterAlgorithm: 'none' as const };
    expect(await verifyMeterRecord(caseOf([], { metering: none }))).toEqual(missing('noKey'));
    expect(await verifyMeterRecord(caseOf([], { meterKey: newMeter().key }))).toEqual(missing('noKey'));
    expect(await verifyMeterRecord(caseOf([]))).toEqual(missing('noRecords'));
  });
});

describe('a document on paper', () => {
  it('has umlauts and typographic signs, and names what no font has', async () => {
    expect(printable('Größe „100 €“ – 1\u202f000 × ½…')).toBe('Größe „100 €“ – 1\u00a0000 × ½…');
    expect(printable('Łódź 充電')).toBe('?ód? ??');
    const rows = [{ name: 'An den Gastgeber', value: '2,50 €', isStrong: true }];
    const blocks = [
      { kind: 'title' as const, text: 'Quittung über Größe' },
      { kind: 'rows' as const, rows },
      ...Array.from({ length: 80 }, (_, i) => ({ kind: 'text' as const, text: `Zeile ${i}` })),
    ];
    const file = Buffer.from(
      await (await makePdf({ title: 'Quittung', language: 'de', blocks })).arrayBuffer(),
    );
    expect(file.subarray(0, 5).toString()).toBe('%PDF-');
    const text = pdfText(file);
    expect(text).toContain('Quittung über Größe');
    expect(text).toContain('2,50 \x80');
    expect(text).toContain('Zeile 79');
    expect(file.toString('latin1')).toMatch(/\/Lang \(de\)/);
  });
});
