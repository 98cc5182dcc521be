import fc from 'fast-check';
import { cellToLatLng, latLngToCell } from 'h3-js';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import { locationDifferences, tariffDifferences } from '../../../audit/api/compare-ocpi.ts';
import type { ChargerFacts } from '../../../audit/api/expected-charger.ts';
import type { AnyObject } from '../../../audit/api/source.ts';
import { LISTING_STATUS } from '../../../audit/rules/listing.ts';
import { packHours } from '../../../protocol/hours.ts';
import { CONNECTOR_STANDARDS, POWER_TYPES, packLocation } from '../../../protocol/listing.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { type Sender, senderOf } from '../../../server/ocpi/sender/party.ts';
import { type LocationView, toLocation } from '../../../server/ocpi/sender/toLocation.ts';
import { toTariff } from '../../../server/ocpi/sender/toTariff.ts';
import { bytes, RUNS, terms, uint, weeklyHours } from '../../protocol/arbitraries.ts';
import { changed, isOfTheLedger, leavesOf, withValue } from './answer-values.ts';

const hex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
const overTheWire = (sent: object): AnyObject => JSON.parse(JSON.stringify(sent));

const PRICES = ['pricePerKwh', 'pricePerHour', 'overstayPerHour', 'flatFee'] as const;
/** None, below what four decimals hold, held by them, and not. */
const price = fc.constantFrom(0n, 7n, 300_000n, 490_001n);

const listing = fc
  .record({
    ...{ listingId: bytes(32), drawn: terms, prices: fc.array(price, { minLength: 5, maxLength: 5 }) },
    ...{ hours: weeklyHours, days: fc.constantFrom('none', 'all', 'weekend', 'some') },
    connectorStandard: fc.constantFrom(...CONNECTOR_STANDARDS),
    powerType: fc.constantFrom(...POWER_TYPES),
    latitude: fc.integer({ min: -89, max: 89 }),
    longitude: fc.integer({ min: -179, max: 179 }),
  })
  .map(({ drawn, prices, hours, days, connectorStandard, powerType, ...rest }) => {
    const masks = { none: 0n, all: (1n << 168n) - 1n, weekend: ((1n << 48n) - 1n) << 120n, some: hours.mask };
    const h3Cell = latLngToCell(rest.latitude, rest.longitude, 8);
    const struct = toTermsStruct({
      ...drawn,
      tariff: { ...drawn.tariff, ...Object.fromEntries(PRICES.map((name, i) => [name, prices[i]])) },
      bookingTerms: { ...drawn.bookingTerms, noshowFee: prices[4]! },
      metering: { ...drawn.metering, maxPowerW: drawn.metering.maxPowerW | 1n },
    });
    return {
      ...{ listingId: rest.listingId, h3Cell, terms: struct },
      weeklyHours: packHours({ ...hours, mask: masks[days] }),
      location: packLocation({ h3Cell, resolution: 8, connectorStandard, powerType }),
    };
  });

const drawnCase = fc.record({
  listing,
  isOpen: fc.boolean(),
  updatedAt: uint(32).map(Number),
  symbol: fc.constantFrom('DUSD', 'A\nB', 'USD2', '5'),
  decimals: fc.constantFrom(0, 4, 6, 18),
});

type Case = typeof drawnCase extends fc.Arbitrary<infer C> ? C : never;

/** A charger as the audit has it. */
function factsOf({ listing: one, isOpen, updatedAt }: Case): ChargerFacts {
  const { listingId, location, weeklyHours: hours, terms: struct } = one;
  const status = isOpen ? LISTING_STATUS.OPEN : LISTING_STATUS.CLOSED;
  const account = { listingId, status, listing: { terms: struct, weeklyHours: hours, place: { location } } };
  return { listing: account, bookings: [], canceledByHost: new Set(), updatedAt } as unknown as ChargerFacts;
}

/** What the server sends of it. */
function sentOf({ listing: one, isOpen, updatedAt, symbol, decimals }: Case) {
  const { tariff, bookingTerms, metering, ...parties } = one.terms;
  const words = { tariff: hex(tariff), bookingTerms: hex(bookingTerms), metering: hex(metering) };
  const [latitudeE6, longitudeE6] = cellToLatLng(one.h3Cell).map((degrees) => Math.round(degrees * 1e6));
  const row = {
    ...{ ...parties, ...words, listingId: one.listingId, latitudeE6, longitudeE6 },
    ...{ weeklyHours: hex(one.weeklyHours), location: hex(one.location) },
  };
  const ocpi = { countryCode: 'NL', partyId: 'ABC', operatorName: 'Somebody', currency: 'EUR', tokens: [] };
  const token = { address: '0x', symbol, decimals };
  const sender: Sender = senderOf({ ocpi }, { token } as never, () => Promise.reject(new Error('none')));
  const area = { city: 'Berlin', country: 'DEU', timeZone: 'Europe/Berlin' };
  const view = { row, area, status: isOpen ? 'AVAILABLE' : 'REMOVED', updatedAt };
  return {
    locations: overTheWire(toLocation(sender, view as unknown as LocationView)),
    tariffs: overTheWire(toTariff(sender, row as never, updatedAt)),
  };
}

const differencesOf = (one: Case, sent: { locations: AnyObject; tariffs: AnyObject }) => ({
  locations: locationDifferences(factsOf(one), sent.locations),
  tariffs: tariffDifferences(factsOf(one), sent.tariffs, { token: one } as never),
});

test('what the server sends of a charger is what the audit expects, by other code, and each changed value is named', () =>
  fc.assert(
    fc.property(drawnCase, fc.nat(), (one, random) => {
      const sent = sentOf(one);
      expect(differencesOf(one, sent)).toEqual({ locations: [], tariffs: [] });
      for (const module of ['locations', 'tariffs'] as const) {
        const of = `/ocpi/2.2.1/${module}`;
        const leaves = leavesOf({ data: sent[module] }).filter((leaf) => isOfTheLedger(of, leaf.path));
        const { path, value } = leaves[random % leaves.length]!;
        const body = withValue(of, JSON.stringify({ data: sent[module] }), path, changed(value, random));
        const lied = differencesOf(one, { ...sent, [module]: JSON.parse(body).data });
        expect(lied[module].length, path.join('.')).toBeGreaterThan(0);
      }
    }),
    RUNS,
  ));

test('a member is named that the ledger leaves out', () =>
  fc.assert(
    fc.property(drawnCase, (one) => {
      const sent = sentOf(one);
      const { locations } = sent;
      const wrong = [
        { ...locations, opening_times: { twentyfourseven: false, regular_hours: [] } },
        { ...locations, charging_when_closed: true },
      ];
      const [evse] = locations.evses as { connectors: object[] }[];
      const connectors = evse?.connectors.map((each) => ({ ...each, tariff_ids: ['another'] }));
      if (evse !== undefined) wrong.push({ ...locations, evses: [{ ...evse, connectors }] } as never);
      for (const lied of wrong)
        expect(differencesOf(one, { ...sent, locations: lied }).locations.length).toBeGreaterThan(0);
    }),
    RUNS,
  ));
