import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cdrOf, partyOf } from '../../../meter-agent/cli/cdr.ts';
import { csvHead, csvLine } from '../../../meter-agent/cli/csv.ts';
import { jsonEntry } from '../../../meter-agent/cli/json-entry.ts';
import type { HistoryEntry } from '../../../meter-agent/status/history.ts';
import { decimalQuotient } from '../../../protocol/units.ts';
import { cdr } from '../../support/ocpi/cdrs.ts';

const RECORD = 'OCMF|{"PG":"T1","RD":[{"TX":"B","RV":0.1},{"TX":"E","RV":2.345}]}|{"SD":"3045"}';

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const hexOf = (base64url = '') => Buffer.from(base64url, 'base64url').toString('hex').padStart(64, '0');
const base64 = (text: string) => Buffer.from(text).toString('base64');

const ENTRY: HistoryEntry = {
  bookingId: `0x${'ab'.repeat(32)}`,
  listingId: `0x${'cd'.repeat(32)}`,
  chargePointId: 'a "box", mine',
  connectorId: 1,
  idTag: 'ABCDEFGHIJKLMNOPQRST',
  phase: 'ENDED',
  reservationStatus: 'FULFILLED',
  assuranceLevel: 'meter-signed',
  stopCause: 'driver',
  startsAt: 1_800_000_000,
  endsAt: 1_800_003_600,
  reading: {
    bookingId: `0x${'ab'.repeat(32)}`,
    seq: 3,
    energyWh: 12_345,
    beganAt: 1_800_000_060,
    endedAt: 1_800_003_060,
    overstaySec: 60,
    isFinal: true,
    evidenceHash: `0x${'11'.repeat(32)}`,
    registersCommitment: `0x${'22'.repeat(32)}`,
  },
  isCosigned: true,
  cost: 3_203_125n,
  paid: 3_203_125n,
  token: { symbol: 'DUSD', decimals: 6 },
  maxPowerW: 11_000,
  connectorStandard: 'IEC_62196_T2',
  powerType: 'AC_3_PHASE',
  h3Cell: '881f1d4887fffff',
  meterKey: `0x${hexOf(KEY.x)}${hexOf(KEY.y)}`,
  meterAlgorithm: 'ECDSA-secp256r1-SHA256',
  records: [RECORD],
};

const PARTY = partyOf({
  'country-code': 'NL',
  'party-id': 'PLP',
  country: 'NLD',
  city: 'not published',
  address: 'not published',
});

test('a CDR is one of OCPI 2.2.1, with the meter’s record and its key', () => {
  const json = JSON.stringify(cdrOf(ENTRY, PARTY, 1_800_010_000));
  const { signed_data, ...parsed } = cdr.parse(JSON.parse(json));
  expect(json).toContain('"total_energy":12.345,');
  expect(json).toContain('"total_cost":{"excl_vat":3.2031}');
  // With the 60 s of overstay: as long as it says from start to end.
  expect(json).toContain('"total_time":0.85,');
  expect(json).toContain('"total_parking_time":0.0167,');
  expect(parsed.remark).toContain('exactly 3.203125 DUSD');
  expect(parsed.charging_periods.map(({ dimensions }) => dimensions.map(({ type }) => type))).toEqual([
    ['ENERGY', 'TIME'],
    ['PARKING_TIME'],
  ]);
  expect(parsed.currency).toBe('XXX');
  const spki = Buffer.from(signed_data?.public_key ?? '', 'base64');
  const { x, y } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  expect([x, y]).toEqual([KEY.x, KEY.y]);
  expect(signed_data?.signed_values).toEqual([
    { nature: 'End', plain_data: RECORD.split('|')[1], signed_data: base64(RECORD) },
  ]);
});

test('a record that OCPI has no room for stands uncut in signed_data', () => {
  const long = RECORD.replace('"PG"', `"CI":"${'x'.repeat(600)}","PG"`);
  const { signed_data } = cdr.parse(
    JSON.parse(JSON.stringify(cdrOf({ ...ENTRY, records: [long] }, PARTY, 1_800_010_000))),
  );
  expect(signed_data?.signed_values).toEqual([{ nature: 'End', plain_data: '', signed_data: base64(long) }]);
});

// OCPI 2.2.1, 10.4.8, and types, string.
test.each([
  ['longer than its signed_data may be is left out', { pad: 'x'.repeat(4_000), room: [] }],
  ['with a line break has no plain_data', { pad: '","GS":\n"', room: [''] }],
])('a record %s', (_, { pad, room }) => {
  const record = RECORD.replace('"PG"', `"CI":"${pad}","PG"`);
  const entry = { ...ENTRY, records: [record] };
  const { signed_data } = cdr.parse(JSON.parse(JSON.stringify(cdrOf(entry, PARTY, 1_800_010_000))));
  expect((signed_data?.signed_values ?? []).map(({ plain_data }) => plain_data)).toEqual(room);
});

// OCPI 2.2.1, 10.3.1: 39 characters are for credit records. 10.4.6: a period without a tariff's id has no tariff.
test('a CDR has the id, the connector and the tariff that the server has for the booking', () => {
  const entry = { ...ENTRY, connectorId: 2 };
  expect(JSON.parse(JSON.stringify(cdrOf(entry, PARTY, 1_800_010_000)))).toMatchObject({
    ...{ id: 'ab'.repeat(18), session_id: 'ab'.repeat(18) },
    cdr_location: { id: 'cd'.repeat(18), evse_uid: 'cd'.repeat(18), connector_id: '1' },
    charging_periods: [{ tariff_id: 'cd'.repeat(18) }, { tariff_id: 'cd'.repeat(18) }],
  });
});

test.each([
  ['still charges', { ...ENTRY.reading!, isFinal: false }],
  ['was never measured', null],
])('a session that %s has no CDR', (_name, reading) => {
  expect(cdrOf({ ...ENTRY, reading }, PARTY, 1)).toBeUndefined();
});

test('a CDR of a listing that is not known any more is still one', () => {
  const bare = {
    h3Cell: null,
    connectorStandard: 'UNKNOWN',
    powerType: 'UNKNOWN',
    meterKey: '0x',
    idTag: null,
  };
  const token = null;
  const json = JSON.stringify(cdrOf({ ...ENTRY, ...bare, token, meterKey: '0x' }, PARTY, 1));
  expect(cdr.safeParse(JSON.parse(json)).error).toBeUndefined();
});

test.each([
  [{ 'country-code': 'nl' }, '--country-code'],
  [{ currency: 'EURO' }, '--currency'],
  [{ city: 'x'.repeat(46) }, '--city'],
])('a party word against OCPI is named: %o', (change, flag) => {
  const good = { 'country-code': 'NL', 'party-id': 'PLP', country: 'NLD', city: 'A', address: 'B' };
  expect(() => partyOf({ ...good, ...change })).toThrow(flag);
});

/** A reader of RFC 4180. */
function fieldsOf(record: string): string[] {
  const fields = record.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g);
  return [...fields].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}

test('CSV is of RFC 4180, money as decimal text and in units', () => {
  const names = fieldsOf(csvHead().trimEnd());
  const line = csvLine(ENTRY);
  expect(line.endsWith('\r\n')).toBe(true);
  const values = Object.fromEntries(fieldsOf(line.trimEnd()).map((value, i) => [names[i], value]));
  expect(values).toMatchObject({
    charge_point_id: 'a "box", mine',
    energy_kwh: '12.345',
    began_at: '2027-01-15T08:01:00Z',
    cost: '3.203125',
    cost_units: '3203125',
    currency: 'DUSD',
    tier: 'meter-signed',
  });
  expect(fieldsOf(csvLine({ ...ENTRY, reading: null, paid: null, token: null }).trimEnd())).toHaveLength(
    names.length,
  );
});

test('a charge-point id that a spreadsheet would run as a formula is text in it', () => {
  const [header] = ['charge_point_id'].map((name) => fieldsOf(csvHead().trimEnd()).indexOf(name));
  for (const chargePointId of ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1']) {
    const cell = fieldsOf(csvLine({ ...ENTRY, chargePointId }).trimEnd())[header ?? -1];
    expect(cell).toBe(`'${chargePointId}`);
  }
});

test('JSON has money in units and as decimal text, energy in Wh and as kWh text', () => {
  expect(JSON.parse(JSON.stringify(jsonEntry(ENTRY)))).toMatchObject({
    reading: { energyWh: 12_345, energyKwh: '12.345' },
    cost: { units: '3203125', decimal: '3.203125', currency: 'DUSD' },
    records: [RECORD],
  });
});

test('a quotient is the exact one, rounded half up', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 2n ** 80n),
      fc.bigInt(1n, 2n ** 40n),
      fc.integer({ min: 0, max: 8 }),
      (a, b, n) => {
        const [whole = '', fraction = ''] = decimalQuotient(a, b, n).split('.');
        expect(fraction.length).toBeLessThanOrEqual(n);
        const scale = 10n ** BigInt(n);
        const scaled = BigInt(whole) * scale + BigInt(fraction.padEnd(n, '0') || '0');
        // a/b − ½ ulp < result ≤ a/b + ½ ulp
        expect(2n * scaled * b).toBeGreaterThan(2n * a * scale - b);
        expect(2n * scaled * b).toBeLessThanOrEqual(2n * a * scale + b);
      },
    ),
    { seed: 21, numRuns: process.env.PLUGPACT_DEEP ? 100_000 : 1_000 },
  );
});
