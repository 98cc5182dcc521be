import { latLngToCell } from 'h3-js';
import { zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { ChargerDetail } from '../../protocol/api.ts';
import { packHours, unpackHours } from '../../protocol/hours.ts';
import { unpackLocation } from '../../protocol/listing.ts';
import { presetBookingTerms } from '../../protocol/presets.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { fieldsOf, handoverOf } from '../../server/web/listing/draft.ts';
import {
  changedListing,
  draftOf,
  nextHandover,
  privateOf,
  publishedOf,
} from '../../server/web/listing/edit.ts';
import { testListing, testTerms } from '../support/market.ts';

const HOST = '0x1111111111111111111111111111111111111111';
const AGENT = '0x2222222222222222222222222222222222222222';
const handover = {
  ...{ listingId: zeroHash, salt: zeroHash, place: '52.520000,13.400000' },
  ...{ instructions: 'Gate code 4711', contact: '' },
};

/** A listing whose hours are of a place that is not this device's. */
const current = {
  ...testListing(testTerms(HOST, AGENT)),
  weeklyHours: packHours({ mask: 0xffffn, utcOffset: 23, offsetChangesAt: 0, utcOffsetAfter: 23 }),
};

describe('editing a published listing', () => {
  it('reads the listing from the API, and publishes the same where nothing changed', () => {
    const { terms, place } = current;
    const hex = (word: bigint) => `0x${word.toString(16).padStart(64, '0')}` as const;
    const detail = {
      terms: {
        ...terms,
        tariff: hex(terms.tariff),
        bookingTerms: hex(terms.bookingTerms),
        metering: hex(terms.metering),
      },
      place: { ...place, location: hex(place.location) },
      ...{ weeklyHours: hex(current.weeklyHours), meterKey: current.meterKey },
    } as unknown as ChargerDetail;
    expect(publishedOf(detail)).toEqual(current);
    expect(changedListing(current, draftOf(current, undefined, 6), undefined, 6)).toEqual(current);
  });

  it('changes the fields of the form and keeps all others: what guests must trust follows the price', () => {
    const draft = { ...draftOf(current, undefined, 6), pricePerKwh: '0.5' };
    const before = fromTermsStruct(current.terms);
    const after = fromTermsStruct(changedListing(current, draft, undefined, 6).terms);
    expect(after).toEqual({
      ...before,
      tariff: { ...before.tariff, pricePerKwh: 500_000n },
      // 100 Wh and 5 minutes at these prices, and the reserve for overstay.
      metering: { ...before.metering, allowedCost: 58_333n + before.tariff.overstayReserve },
    });
    const strict = changedListing(current, { ...draft, ...fieldsOf('strict') }, undefined, 6).terms;
    expect(fromTermsStruct(strict).bookingTerms).toEqual(presetBookingTerms('strict', 6));
    expect(fromTermsStruct(strict).metering.unsignedCost).toBe(0n);
    const weekend = { ...draft, hours: { ...draft.hours, mask: 1n } };
    const { weeklyHours } = changedListing(current, weekend, undefined, 6);
    expect(unpackHours(weeklyHours)).toMatchObject({ mask: 1n, utcOffset: 23 });
  });

  it('moves the place and commits to what drivers will be handover; the connector stays', () => {
    const draft = { ...draftOf(current, handover, 6), location: { latitude: 50.7753, longitude: 6.0839 } };
    const now = nextHandover(zeroHash, draft, handover);
    const { place } = changedListing(current, draft, now, 6);
    expect(place.connector).toBe(current.place.connector);
    expect(unpackLocation(place.location)).toMatchObject({
      ...{ h3Cell: latLngToCell(50.7753, 6.0839, 8), resolution: 8, connectorStandard: 'IEC_62196_T2' },
    });
    expect(privateOf({ ...current, place }, [handover, now])).toBe(now);
    expect(privateOf(current, [handover, now])).toBeUndefined();
  });

  it('keeps the handover and its salt where nothing in it changed', () => {
    const draft = { ...draftOf(current, handover, 6), location: { latitude: 52.52, longitude: 13.4 } };
    expect(nextHandover(zeroHash, draft, handover)).toBe(handover);
    const moved = nextHandover(zeroHash, { ...draft, contact: '+49' }, handover);
    expect(moved).toMatchObject({ place: handover.place, contact: '+49' });
    expect(moved.salt).not.toBe(handoverOf(zeroHash, draft).salt);
  });
});
