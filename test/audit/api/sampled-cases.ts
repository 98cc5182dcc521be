import type { Hex } from 'viem';
import { withValue } from './answer-values.ts';
import {
  answering,
  at,
  type Body,
  type Case,
  INVENTED,
  type LieOf,
  type QuoteRow,
  starting,
} from './lies.ts';

const isQuotes = starting('/quotes');

/** Other rows in every answer that has some. */
const quotes = (change: (rows: QuoteRow[], fast: Hex) => object[]): LieOf =>
  at(isQuotes, (body, { chargers }) => ({ ...body, quotes: change(body.quotes, chargers.fast.listingId) }));

const eachQuote = (change: (row: QuoteRow) => object): LieOf => quotes((rows) => rows.map(change));

export const OF_QUOTES: readonly Case[] = [
  ['a quote twice', ['api.extra'], quotes((rows) => [...rows, ...rows])],
  [
    'a quote of no charger',
    ['api.extra'],
    quotes((rows) => [...rows, ...rows.map((row) => ({ ...row, charger: { listingId: INVENTED } }))]),
  ],
  ['another cost', ['api.mismatch'], eachQuote((row) => ({ ...row, cost: '1' }))],
  [
    'another price of a quoted charger',
    ['api.mismatch'],
    eachQuote((row) => ({ ...row, charger: { ...row.charger, pricePerKwh: '1' } })),
  ],
  ['another distance', ['api.mismatch'], eachQuote((row) => ({ ...row, distanceM: row.distanceM + 100 }))],
  ['quotes in another order', ['api.mismatch'], quotes((rows) => rows.toReversed())],
  [
    'another radius',
    ['api.mismatch'],
    at(isQuotes, (body) => ({ ...body, searchedRadiusM: body.searchedRadiusM + 1 })),
  ],
  [
    'no quotes in one order',
    ['api.missing'],
    at(
      (path) => path.startsWith('/quotes') && path.includes('sort=cost'),
      (body) => ({ ...body, quotes: [] }),
    ),
  ],
  [
    'quotes of a charger alone whose agent reports',
    ['api.quote'],
    quotes((rows, fast) => rows.filter(({ charger }) => charger.listingId === fast)),
  ],
];

const isArea = (path: string) => path.startsWith('/chargers?bbox') && !path.includes('bbox=-180,-90');
const isGeoJson = (path: string) => isArea(path) && path.endsWith('#geojson');

export const OF_AREAS: readonly Case[] = [
  [
    'an area without chargers',
    ['api.missing'],
    at(
      (path) => isArea(path) && !isGeoJson(path),
      (list) => ({ ...list, chargers: [] }),
    ),
  ],
  [
    'another point in GeoJSON',
    ['api.mismatch'],
    at(isGeoJson, (list) => ({
      ...list,
      features: list.features.map((each) => ({ ...each, geometry: { ...each.geometry, type: 'X' } })),
    })),
  ],
];

const WORLD = '/tiles/chargers/0/0/0.mvt';
const FOREIGN = '/tiles/foreign/0/0/0.mvt';

export const OF_TILES: readonly Case[] = [
  ['a tile without chargers', ['api.missing'], answering(starting(WORLD), { body: '' })],
  ['what is no tile', ['api.mismatch'], answering(starting(FOREIGN), { body: 'hello' })],
  ['tiles that fail', ['ends: audit.api'], answering(starting(WORLD), { status: 500 })],
  [
    'a foreign location that does not say so',
    ['api.extra'],
    () => (answer, path) =>
      path === FOREIGN
        ? {
            ...answer,
            body: withValue(path, answer.body, ['foreign', '0', 'properties', 'isForeign'], false),
          }
        : answer,
  ],
];

const OCPI = '/ocpi/2.2.1';
const isLocations = starting(`${OCPI}/locations?`);
const isTariffs = starting(`${OCPI}/tariffs?`);
const isConnector = (path: string) => /\/locations\/[^/?]+\/[^/]+\/1$/.test(path);

/** Another list of locations, of which the count beside it is right. */
const locations =
  (change: (rows: Body['data']) => object[]): LieOf =>
  () =>
  (answer, path) => {
    if (!path.startsWith(`${OCPI}/locations?`)) return answer;
    const body = JSON.parse(answer.body) as Body;
    const data = change(body.data);
    const headers = { ...answer.headers, 'x-total-count': String(data.length) };
    return { ...answer, headers, body: JSON.stringify({ ...body, data }) };
  };

const tariffs = (change: (row: Body['data'][number]) => object): LieOf =>
  at(isTariffs, (body) => ({ ...body, data: body.data.map(change) }));

export const OF_OCPI: readonly Case[] = [
  [
    'another address of a location',
    ['api.mismatch'],
    locations((rows) => rows.map((row) => ({ ...row, address: 'Main Street' }))),
  ],
  [
    'open chargers that are removed',
    ['api.mismatch'],
    locations((rows) =>
      rows.map((row) => ({ ...row, evses: row.evses.map((evse) => ({ ...evse, status: 'REMOVED' })) })),
    ),
  ],
  ['a list without a location', ['api.missing'], locations((rows) => rows.slice(1))],
  ['a location twice', ['api.extra'], locations((rows) => [...rows, rows[0]!])],
  ['a location of no charger', ['api.extra'], locations((rows) => [...rows, { ...rows[0], id: 'X' }])],
  ['another count', ['api.mismatch'], answering(isLocations, { headers: { 'x-total-count': '1' } })],
  ['another price of a tariff', ['api.mismatch'], tariffs((row) => ({ ...row, elements: [] }))],
  [
    'another amount in words',
    ['api.mismatch'],
    tariffs((row) => ({
      ...row,
      tariff_alt_text: row.tariff_alt_text.map((text) => ({ ...text, text: '' })),
    })),
  ],
  ['no connector', ['api.missing'], answering(isConnector, { status: 404 })],
  [
    'another connector',
    ['api.mismatch'],
    at(isConnector, (body) => ({ ...body, data: { ...body.data, max_voltage: 1 } })),
  ],
];

const daily = (change: (rows: Body['daily']) => object[]): LieOf =>
  at(starting('/statistics'), (body) => ({ ...body, daily: change(body.daily) }));

export const OF_STATISTICS: readonly Case[] = [
  [
    'more chargers than there are',
    ['api.mismatch'],
    at(starting('/statistics'), (body) => ({ ...body, chargers: 99 })),
  ],
  [
    'more that report than there are',
    ['api.mismatch'],
    at(starting('/statistics'), (body) => ({ ...body, liveChargers: 99 })),
  ],
  ['a day too few', ['api.missing'], daily((rows) => rows.slice(0, -1))],
  ['a day too many', ['api.extra'], daily((rows) => [...rows, { day: '2000-01-01' }])],
  [
    'another count of sessions',
    ['api.mismatch'],
    daily((rows) => rows.map((row) => ({ ...row, completedSessions: row.completedSessions + 9 }))),
  ],
];

/** The ratings of a charger with a settled booking. */
const ratings =
  (change: (right: { bookingId: Hex; driver: Hex; ratedAt: number }) => object[]): LieOf =>
  (compared) => {
    const account = compared.report.bookings.find(({ end }) => end?.outcome === 'FULFILLED')!;
    const { bookingId, booking, end } = account;
    const right = { bookingId, driver: booking.driver, ratedAt: end!.stamp.at };
    return at(starting(`/chargers/${booking.listingId}/ratings`), (body) => ({
      ...body,
      ratings: change(right),
    }))(compared);
  };

export const OF_RATINGS: readonly Case[] = [
  ['a rating of a session', [], ratings((right) => [right])],
  ['a rating of no session', ['api.extra'], ratings((right) => [{ ...right, bookingId: INVENTED }])],
  ['a rating twice', ['api.extra'], ratings((right) => [right, right])],
  ['a rating by another driver', ['api.mismatch'], ratings((right) => [{ ...right, driver: INVENTED }])],
  [
    'a rating before the end',
    ['api.mismatch'],
    ratings((right) => [{ ...right, ratedAt: right.ratedAt - 1 }]),
  ],
];
