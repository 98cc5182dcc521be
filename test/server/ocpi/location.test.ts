import { expect, test } from 'vitest';
import { readRow } from '../../../server/ocpi/location.ts';
import { maxPowerW } from '../../../server/ocpi/power.ts';

const GOOD = {
  ...{ country_code: 'DE', party_id: 'ABC', id: 'LOC1', publish: true, name: 'Market place' },
  ...{ address: 'Market 1', city: 'Bremen', country: 'DEU', time_zone: 'Europe/Berlin' },
  coordinates: { latitude: '53.0758', longitude: '8.8072' },
  operator: { name: 'ABC Charging' },
  evses: [
    {
      ...{ uid: '1', status: 'CHARGING', last_updated: '2026-01-02T03:04:05Z' },
      connectors: [
        {
          ...{ id: '1', standard: 'IEC_62196_T2', format: 'SOCKET', power_type: 'AC_3_PHASE' },
          ...{ max_voltage: 230, max_amperage: 32 },
        },
      ],
    },
    { uid: '2', status: 'AVAILABLE', connectors: [{ standard: 'IEC_62196_T2', power_type: 'AC_3_PHASE' }] },
  ],
  last_updated: '2026-01-02T03:04:05.678Z',
};

const locationOf = (row: unknown) => {
  const read = readRow(JSON.stringify(row));
  if (!('location' in read)) throw new Error(`No location: ${JSON.stringify(read)}`);
  return read.location;
};

test('a location as OCPI has it is read whole', () => {
  expect(locationOf(GOOD)).toEqual({
    ...{ key: 'DE*ABC*LOC1', latitudeE6: 53_075_800, longitudeE6: 8_807_200, name: 'Market place' },
    ...{ operator: 'ABC Charging', address: 'Market 1', city: 'Bremen', country: 'DEU' },
    status: 'AVAILABLE',
    connectors: [
      { standard: 'IEC_62196_T2', powerType: 'AC_3_PHASE', maxPowerW: 22_080, count: 1 },
      { standard: 'IEC_62196_T2', powerType: 'AC_3_PHASE', maxPowerW: null, count: 1 },
    ],
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
  });
});

const evse = (status: unknown, more = {}) => ({ uid: '1', status, connectors: [], ...more });

test.each([
  ['numbers as coordinates', { coordinates: { latitude: 53.0758, longitude: 8.8072 } }, {}],
  ['blanks around coordinates', { coordinates: { latitude: ' 53.0758', longitude: '8.8072 ' } }, {}],
  ['no time zone', { time_zone: undefined }, {}],
  ['a number as id', { id: 7 }, { key: 'DE*ABC*7' }],
  ['no party', { country_code: undefined, party_id: null }, { key: '**LOC1' }],
  ['a status with a blank', { evses: [evse('CHARGING ')] }, { status: 'CHARGING' }],
  ['a status in lower case', { evses: [evse('available')] }, { status: 'AVAILABLE' }],
  ['a status that OCPI has not', { evses: [evse('FREE')] }, { status: 'UNKNOWN' }],
  ['a number as status', { evses: [evse(3)] }, { status: 'UNKNOWN' }],
  ['a removed EVSE', { evses: [evse('REMOVED'), evse('OUTOFORDER')] }, { status: 'OUTOFORDER' }],
  ['no EVSEs', { evses: [] }, { status: 'UNKNOWN', connectors: [] }],
  ['EVSEs missing', { evses: undefined }, { status: 'UNKNOWN' }],
  ['EVSEs without connectors', { evses: [{ status: 'AVAILABLE' }] }, { connectors: [] }],
  ['a local time', { last_updated: '2026-01-02 03:04:05' }, { updatedAt: 1_767_323_045 }],
  ['no time', { last_updated: 'yesterday' }, { updatedAt: null }],
  [
    'names that are no texts',
    { name: 5, operator: 'ABC', city: '' },
    { name: null, operator: null, city: null },
  ],
  ['a name without end', { name: 'a'.repeat(9_999) }, { name: 'a'.repeat(255) }],
])('%s: the location is shown', (_, change, expected) => {
  expect(locationOf({ ...GOOD, ...change })).toMatchObject({ latitudeE6: 53_075_800, ...expected });
});

test('names in camel case are read like OCPI names', () => {
  const { last_updated, ...rest } = GOOD;
  const connectors = [{ standard: 'CHADEMO', powerType: 'DC', voltage: 400, amperage: 125 }];
  const row = { ...rest, lastUpdated: last_updated, evses: [{ status: 'AVAILABLE', connectors }] };
  expect(locationOf(row)).toMatchObject({
    connectors: [{ standard: 'CHADEMO', powerType: 'DC', maxPowerW: 50_000, count: 1 }],
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000,
  });
});

test('a location whose longitude is a copy of its latitude is where its EVSE is', () => {
  const coordinates = { latitude: 47.746575, longitude: 47.746575 };
  const there = evse('AVAILABLE', { coordinates: { latitude: 47.746575, longitude: 26.665509 } });
  expect(locationOf({ ...GOOD, coordinates, evses: [there] })).toMatchObject({ longitudeE6: 26_665_509 });
  expect(readRow(JSON.stringify({ ...GOOD, coordinates }))).toEqual({
    refused: { row: 'LOC1', rule: expect.stringContaining('coordinates') },
  });
});

test.each([
  ['not published', { publish: false }],
  ['all EVSEs removed', { evses: [evse('REMOVED')] }],
])('%s: the location is hidden', (_, change) => {
  expect(readRow(JSON.stringify({ ...GOOD, ...change }))).toEqual({ hidden: true });
});

test.each([
  ['no id', { id: undefined }, 'unknown', 'id: '],
  ['an empty id', { id: ' ' }, ' ', 'id: '],
  ['no coordinates', { coordinates: undefined }, 'LOC1', 'coordinates: '],
  ['empty coordinates', { coordinates: { latitude: '', longitude: '' } }, 'LOC1', 'coordinates.latitude: '],
  ['a comma', { coordinates: { latitude: '53,07', longitude: '8.8' } }, 'LOC1', 'coordinates.latitude: '],
  ['a latitude of 91', { coordinates: { latitude: 91, longitude: 8 } }, 'LOC1', 'coordinates.latitude: '],
  ['zero and zero', { coordinates: { latitude: '0.0', longitude: 0 } }, 'LOC1', 'coordinates: '],
  ['EVSEs that are no list', { evses: { uid: '1' } }, 'LOC1', 'evses: '],
])('%s: the row is refused by its name', (_, change, row, rule) => {
  expect(readRow(JSON.stringify({ ...GOOD, ...change }))).toEqual({
    refused: { row, rule: expect.stringContaining(rule) },
  });
});

test.each(['nothing', 'null', '[]', '"LOC1"', '{', undefined])('%s is refused as a row', (text) => {
  expect(readRow(text)).toEqual({ refused: { row: 'unknown', rule: expect.any(String) } });
});

test.each([
  ['stated', { powerType: 'DC', max_electric_power: 150_000, max_voltage: 400, max_amperage: 32 }, 150_000],
  ['one phase', { powerType: 'AC_1_PHASE', max_voltage: 230, max_amperage: 16 }, 3_680],
  ['three phases to neutral', { powerType: 'AC_3_PHASE', max_voltage: 230, max_amperage: 16 }, 11_040],
  ['three phases, line to line', { powerType: 'AC_3_PHASE', max_voltage: 400, max_amperage: 16 }, 11_085],
  ['names of 2.1.1', { powerType: 'DC', voltage: 400, amperage: 125 }, 50_000],
  ['kW as volts, no amperes', { powerType: 'AC_3_PHASE', voltage: 22, amperage: 0 }, null],
  ['kW as volts', { powerType: 'AC_3_PHASE', voltage: 22, amperage: 32 }, null],
  ['kW as power', { powerType: 'DC', max_electric_power: 50 }, null],
  ['too much', { powerType: 'DC', voltage: 1_000, amperage: 100_000 }, null],
  ['nothing', { powerType: null }, null],
])('power of a connector, %s', (_, electric, watts) => {
  expect(maxPowerW(electric)).toBe(watts);
});
