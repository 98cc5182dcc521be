import { cellToBoundary, getResolution } from 'h3-js';
import { concatHex, keccak256, stringToHex, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { PairingResponse } from '../../protocol/api.ts';
import { unpackHours } from '../../protocol/hours.ts';
import { unpackLocation } from '../../protocol/listing.ts';
import { presetBookingTerms } from '../../protocol/presets.ts';
import { startCodeOf } from '../../protocol/startCode.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { commitmentOf } from '../../server/web/booking/charger.ts';
import {
  defaultDraft,
  fieldsOf,
  handoverOf,
  listingOf,
  nextOffsetChange,
} from '../../server/web/listing/draft.ts';
import { requireRanges } from '../../server/web/listing/ranges.ts';

const HOST = '0x1111111111111111111111111111111111111111';
const AACHEN = { latitude: 50.7753, longitude: 6.0839 };

const pairing = (meterAlgorithm: 'none' | 'ECDSA-secp256r1-SHA256'): PairingResponse => ({
  agentKey: '0x2222222222222222222222222222222222222222',
  listingId: zeroHash,
  consentValidUntil: 1_800_000_000,
  agentConsent: '0x',
  offer: {
    code: 'ABCDEFGH',
    connector: `0x${'cc'.repeat(6)}`,
    chargePointVendor: 'V',
    chargePointModel: 'M',
    maxPowerW: 11_000,
    connectorStandard: 'IEC_62196_T2',
    powerType: 'AC_3_PHASE',
    meterKey: meterAlgorithm === 'none' ? '0x' : `0x${'ee'.repeat(64)}`,
    meterAlgorithm,
  },
});

const make = (algorithm: 'none' | 'ECDSA-secp256r1-SHA256' = 'none', change = {}) => {
  const draft = {
    ...defaultDraft(),
    location: AACHEN,
    instructions: ' Gate code 4711 ',
    contact: '',
    ...change,
  };
  const handover = handoverOf(zeroHash, draft);
  return { handover, listing: listingOf(draft, pairing(algorithm), HOST, 6, handover) };
};

describe('a listing made from the form', () => {
  it('publishes the coarse cell that contains the location, and nothing finer', () => {
    const { listing } = make('none', { resolution: 7 });
    const location = unpackLocation(listing.place.location);
    expect([location.resolution, getResolution(location.h3Cell)]).toEqual([7, 7]);
    const latitudes = cellToBoundary(location.h3Cell).map(([latitude]) => latitude);
    expect(Math.min(...latitudes) < AACHEN.latitude && AACHEN.latitude < Math.max(...latitudes)).toBe(true);
  });

  it('commits to location, instructions and contact with a new salt, so that equal locations look different', () => {
    const { handover, listing } = make();
    const text = '["50.775300,6.083900","Gate code 4711",""]';
    expect(listing.place.placeCommitment).toBe(keccak256(concatHex([handover.salt, stringToHex(text)])));
    expect(make().listing.place.placeCommitment).not.toBe(listing.place.placeCommitment);
  });

  it('turns prices into token units without losing a digit', () => {
    const { listing } = make('none', { pricePerKwh: '0.123456' });
    expect(fromTermsStruct(listing.terms).tariff.pricePerKwh).toBe(123_456n);
    expect(() => make('none', { pricePerKwh: '0.1234567' })).toThrow(
      expect.objectContaining({ code: 'units.tooPrecise' }),
    );
    expect(() => make('none', { flatFee: '-1' })).toThrow(
      expect.objectContaining({ code: 'units.notDecimal' }),
    );
  });

  it('has the terms of its preset, and asks guests to trust 0.1 kWh and the overstay reserve', () => {
    const { metering, bookingTerms } = fromTermsStruct(make().listing.terms);
    expect([metering.unsignedCost, metering.allowedCost]).toEqual([0n, 2_025_000n]);
    expect(bookingTerms).toEqual(presetBookingTerms('usual', 6));
    const strict = make('none', { ...fieldsOf('strict'), noshowFee: '0.3' }).listing.terms;
    expect(fromTermsStruct(strict).bookingTerms).toEqual({
      ...presetBookingTerms('strict', 6),
      noshowFee: 300_000n,
    });
  });

  it('is refused before it is signed where the ledger would refuse it', () => {
    const limits = {
      windows: { reportSec: 3_600, challengeSec: 3_600, proofSec: 3_600 },
      firstTrustMax: '500000',
    };
    const terms = (change: object) => fromTermsStruct(make('none', change).listing.terms);
    expect(() => requireRanges(terms({}), limits)).not.toThrow();
    for (const change of [{ cancelUntilMin: 10_081 }, { lateStopMin: 361 }]) {
      expect(() => requireRanges(terms(change), limits)).toThrow(
        expect.objectContaining({ code: 'listing.termOutOfRange' }),
      );
    }
    const hasty = { ...limits, windows: { ...limits.windows, reportSec: 2_700 } };
    expect(() => requireRanges(terms(fieldsOf('relaxed')), hasty)).toThrow(/45/);
    const poor = { ...limits, firstTrustMax: '24999' };
    expect(() => requireRanges(terms({}), poor)).toThrow(expect.objectContaining({ value: '2025000' }));
  });

  it('pins the meter key where there is one', () => {
    expect(make().listing).toMatchObject({ meterKey: '0x', terms: { meterKeyHash: zeroHash } });
    const key = `0x${'ee'.repeat(64)}` as const;
    const signed = make('ECDSA-secp256r1-SHA256').listing;
    expect(signed).toMatchObject({ meterKey: key, terms: { meterKeyHash: keccak256(key) } });
  });

  it('keeps the hours in the charger’s local time', () => {
    expect(unpackHours(make().listing.weeklyHours).mask).toBe((1n << 168n) - 1n);
  });
});

describe('the next change of the clocks', () => {
  const change = Date.UTC(2027, 2, 28, 1);
  const berlin = (ms: number) => (ms < change ? 60 : 120);

  it('is found to the quarter hour', () => {
    const found = nextOffsetChange(Date.UTC(2026, 10, 22), berlin);
    expect(found).toEqual({ offsetChangesAt: change / 1_000, utcOffsetAfter: 8 });
  });

  it('does not exist where clocks never change', () => {
    expect(nextOffsetChange(Date.UTC(2026, 10, 22), () => 345)).toEqual({
      offsetChangesAt: 0,
      utcOffsetAfter: 0,
    });
  });
});

describe('what the page checks against the ledger', () => {
  it('differs as soon as one term differs', () => {
    const { terms, weeklyHours } = make().listing;
    const commitment = commitmentOf(terms, weeklyHours, zeroHash);
    expect(commitmentOf({ ...terms, tariff: terms.tariff + 1n }, weeklyHours, zeroHash)).not.toBe(commitment);
    expect(commitment >> 192n).toBe(0n);
  });
});

describe('the start code', () => {
  it('is the secret in base32, in groups of four', () => {
    expect(startCodeOf('0x666f6f626172')).toBe('MZXW 6YTB OI');
    expect(startCodeOf(`0x${'ff'.repeat(32)}`).replaceAll(' ', '')).toHaveLength(52);
  });
});
