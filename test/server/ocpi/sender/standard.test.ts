import fc from 'fast-check';
import type { Hex } from 'viem';
import { describe, expect, test } from 'vitest';
import { ocpiId } from '../../../../protocol/api/ocpi-objects.ts';
import { packHours } from '../../../../protocol/hours.ts';
import { CONNECTOR_STANDARDS, POWER_TYPES, packLocation } from '../../../../protocol/listing.ts';
import { toReadingStruct } from '../../../../protocol/reading.ts';
import { type Terms, toTermsStruct } from '../../../../protocol/terms.ts';
import { areaOf, NOT_PUBLISHED } from '../../../../server/ocpi/sender/area.ts';
import { type Sender, senderOf } from '../../../../server/ocpi/sender/party.ts';
import { type EndedSession, toCdr } from '../../../../server/ocpi/sender/toCdr.ts';
import { type LocationView, toLocation } from '../../../../server/ocpi/sender/toLocation.ts';
import { toTariff } from '../../../../server/ocpi/sender/toTariff.ts';
import { address, bytes, RUNS, reading, terms, uint, weeklyHours } from '../../../protocol/arbitraries.ts';
import { cdr } from '../../../support/ocpi/cdrs.ts';
import { location } from '../../../support/ocpi/locations.ts';
import { tariff } from '../../../support/ocpi/tariffs.ts';

/** As a client reads it. */
const overTheWire = (sent: object): unknown => JSON.parse(JSON.stringify(sent));

/** A token's contract may call itself anything. */
const anyText = fc.oneof(
  fc.constantFrom('DUSD', 'EUR', 'A\nB', '\u0000'),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

const sender: fc.Arbitrary<Sender> = fc
  .record({
    symbol: anyText,
    decimals: fc.constantFrom(0, 2, 4, 6, 18, 77),
    operatorName: anyText,
    currency: fc.constantFrom('USD', undefined),
  })
  .map(({ symbol, decimals, operatorName, currency }) =>
    senderOf(
      { ocpi: { countryCode: 'NL', partyId: 'ABC', operatorName, currency, tokens: [] } },
      { token: { address: '0x', symbol, decimals } } as never,
      () => Promise.reject(new Error('no basemap')),
    ),
  );

/** Unix seconds from 1970 to 2242. */
const time = uint(33).map(Number);
const hex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
const area = fc.record({
  city: fc.constantFrom('Berlin', NOT_PUBLISHED),
  country: fc.constantFrom('DEU', 'XXX'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Asia/Kathmandu', 'Etc/GMT+3'),
});

/** Free ones often; drawn prices never are. */
const anyTerms: fc.Arbitrary<Terms> = fc
  .tuple(terms, fc.boolean(), fc.boolean())
  .map(([drawn, isFree, hasNoFee]) => ({
    ...drawn,
    tariff: isFree
      ? { ...drawn.tariff, pricePerKwh: 0n, pricePerHour: 0n, overstayPerHour: 0n, flatFee: 0n }
      : drawn.tariff,
    bookingTerms: { ...drawn.bookingTerms, ...(hasNoFee && { noshowFee: 0n }) },
  }));

const termsRow = (one: Terms) => {
  const { tariff: prices, bookingTerms, metering, ...parties } = toTermsStruct(one);
  return { ...parties, tariff: hex(prices), bookingTerms: hex(bookingTerms), metering: hex(metering) };
};

const listing = fc
  .record({
    ...{
      listingId: bytes(32),
      terms: anyTerms,
      hours: weeklyHours,
      isAlways: fc.boolean(),
      never: fc.boolean(),
    },
    connectorStandard: fc.constantFrom(...CONNECTOR_STANDARDS),
    powerType: fc.constantFrom(...POWER_TYPES),
    latitudeE6: fc.integer({ min: -90_000_000, max: 90_000_000 }),
    longitudeE6: fc.integer({ min: -180_000_000, max: 180_000_000 }),
  })
  .map(({ hours, isAlways, never, connectorStandard, powerType, ...rest }) => {
    const mask = isAlways ? (1n << 168n) - 1n : never ? 0n : hours.mask;
    const place = { h3Cell: '881f1d4887fffff', resolution: 8, connectorStandard, powerType };
    return {
      ...{ ...rest, ...termsRow(rest.terms) },
      weeklyHours: hex(packHours({ ...hours, mask })),
      location: hex(packLocation(place)),
    };
  });

const STATUSES = ['AVAILABLE', 'CHARGING', 'RESERVED', 'UNKNOWN', 'INOPERATIVE', 'REMOVED'] as const;

const session = fc
  .record({
    ...{ charger: listing, area, bookingId: bytes(32), driver: address, bookedAt: time, endedAt: time },
    ...{ firstSlot: uint(23).map(Number), slotCount: fc.integer({ min: 1, max: 672 }), paid: uint(64) },
    ...{ drawn: reading, beganAt: time, chargedSec: uint(20).map(Number), overstaySec: uint(20).map(Number) },
    end: fc.constantFrom('READING', 'NO_READING', 'NO_SHOW'),
    agentPublicKey: fc.option(bytes(65)),
    /** Of a key, and of an account that is a contract. */
    signature: fc.oneof(bytes(65), bytes(900)),
  })
  .map(({ drawn, beganAt, chargedSec, overstaySec, ...rest }) => {
    const { bookingId, charger, end } = rest;
    const final = { ...drawn, bookingId, beganAt, endedAt: beganAt + chargedSec, overstaySec, isFinal: true };
    const struct = toReadingStruct(final);
    const hasReading = end === 'READING';
    const booking = {
      ...{ ...rest, ...termsRow(charger.terms), listingId: charger.listingId },
      paid: String(rest.paid),
      energyWh: hasReading ? final.energyWh : 0,
      reservationStatus: end === 'NO_SHOW' ? 'NO_SHOW' : 'FULFILLED',
      readingMeasure: hasReading ? hex(struct.measure) : null,
      readingEvidenceHash: hasReading ? final.evidenceHash : null,
      readingRegistersCommitment: hasReading ? final.registersCommitment : null,
    };
    const signed = { reading: final, agentSignature: rest.signature, sessionSignature: rest.signature };
    return {
      ...{ booking, charger, area: rest.area, agentPublicKey: rest.agentPublicKey },
      signed: hasReading ? signed : undefined,
      marketRef: { chainId: 1, market: `0x${'12'.repeat(20)}` },
    } as unknown as EndedSession;
  });

const isOfTheStandard = <T>(values: fc.Arbitrary<T>, check: (value: T) => void): void =>
  fc.assert(
    fc.property(values, (value) => check(value)),
    RUNS,
  );

describe('whatever the ledger has', () => {
  test('a location is one of OCPI 2.2.1, 8.3.1', () =>
    isOfTheStandard(
      fc.tuple(
        sender,
        fc.record({ row: listing, area, status: fc.constantFrom(...STATUSES), updatedAt: time }),
      ),
      ([by, view]) => {
        const sent = overTheWire(toLocation(by, view as unknown as LocationView));
        const read = location.parse(sent);
        // 8.2.1: no connector names a tariff that the list of tariffs has not.
        const named = (read.evses ?? []).flatMap((evse) =>
          evse.connectors.flatMap((one) => one.tariff_ids ?? []),
        );
        expect(named.length > 0).toBe(view.status !== 'REMOVED' && read.evses!.length > 0);
      },
    ));

  test('a tariff is one of 11.3.1, and its text has no price that its elements have', () =>
    isOfTheStandard(fc.tuple(sender, listing, time), ([by, row, at]) => {
      const read = tariff.parse(overTheWire(toTariff(by, row as never, at)));
      const [said] = read.tariff_alt_text ?? [];
      const isRounded = Object.values({
        ...{ a: row.terms.tariff.pricePerKwh, b: row.terms.tariff.pricePerHour, c: row.terms.tariff.flatFee },
        ...{ d: row.terms.tariff.overstayPerHour, e: row.terms.bookingTerms.noshowFee * 4n },
      }).some((units) => (units * 10_000n) % 10n ** BigInt(by.token.decimals) !== 0n);
      if (!isRounded) expect(said!.text).not.toContain('Before rounding');
      else expect(said!.text.length === 512 || said!.text.includes('Before rounding')).toBe(true);
    }));

  test('a session and a no-show are records of 10.3.1', () =>
    isOfTheStandard(fc.tuple(sender, session), ([by, ended]) => {
      const read = cdr.parse(overTheWire(toCdr(by, ended)));
      expect(read.tariffs![0]!.id).toBe(ocpiId(ended.charger.listingId));
    }));
});

type Changed = Record<string, unknown>;
const at = '2026-01-02T03:04:05Z';
const nl = { country_code: 'NL', party_id: 'ABC' };
const priced = (type: string, price: number, restrictions?: object) => ({
  ...{ price_components: [{ type, price, step_size: 1 }], ...(restrictions && { restrictions }) },
});
const TARIFF = { ...nl, id: '1', currency: 'XXX', elements: [priced('ENERGY', 0.25)], last_updated: at };
const [PLACE] = fc.sample(fc.record({ row: listing, area }), { seed: 1, numRuns: 1 });
const [BY] = fc.sample(sender, { seed: 1, numRuns: 1 });
const view = { ...PLACE, status: 'AVAILABLE', updatedAt: 0 } as unknown as LocationView;
const LOCATION = overTheWire(toLocation(BY!, view)) as Changed;
const open = (period_end: string) => ({
  opening_times: {
    twentyfourseven: false,
    regular_hours: [{ weekday: 1, period_begin: '20:00', period_end }],
  },
});
const expires = { reservation: 'RESERVATION_EXPIRES' };
const [ENDED] = fc.sample(
  session.filter(({ booking }) => booking.readingMeasure !== null),
  { seed: 3, numRuns: 1 },
);
const CDR = overTheWire(toCdr(BY!, ENDED!)) as Changed & { charging_periods: Changed[] };

test.each([
  ['a record whose id has 39 characters', cdr, CDR, { id: '0'.repeat(39) }],
  [
    'a period that names no tariff',
    cdr,
    CDR,
    { charging_periods: [{ ...CDR.charging_periods[0], tariff_id: undefined }] },
  ],
  ['a session without its id', cdr, CDR, { session_id: undefined }],
  ['a remark of two lines', cdr, CDR, { remark: 'a\nb' }],
  ['a total that its periods do not have', cdr, CDR, { total_energy: 0.5 }],
  ['a time with an offset', cdr, CDR, { last_updated: '2026-01-02T03:04:05+00:00' }],
  ['hours to 24:00', location, LOCATION, open('24:00')],
  ['hours to 00:00', location, LOCATION, open('00:00')],
  [
    'no hours and not always',
    location,
    LOCATION,
    { opening_times: { twentyfourseven: false, regular_hours: [] } },
  ],
  ['a member that the standard has not', location, LOCATION, { capability: [] }],
  ['what is free by energy', tariff, TARIFF, { elements: [priced('ENERGY', 0)] }],
  [
    'an element behind one that takes its place',
    tariff,
    TARIFF,
    { elements: [priced('TIME', 1), priced('TIME', 2, expires)] },
  ],
  ['a reservation by energy', tariff, TARIFF, { elements: [priced('ENERGY', 1, expires)] }],
  ['five decimals', tariff, TARIFF, { elements: [priced('ENERGY', 0.123_45)] }],
])('the standard refuses %s', (_, schema, good, change) => {
  expect(schema.safeParse(good).error).toBeUndefined();
  expect(schema.safeParse(overTheWire({ ...good, ...change })).success).toBe(false);
});

test('the area of a position without a basemap has the words of the standard', async () => {
  const { city, country } = await areaOf(() => Promise.reject(new Error('none')), {
    latitudeE6: 52_000_000,
    longitudeE6: 13_000_000,
  });
  expect([city, country]).toEqual([NOT_PUBLISHED, 'XXX']);
});
