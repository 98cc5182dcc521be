import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cdrOf, partyOf } from '../../../meter-agent/cli/cdr.ts';
import { csvHead, csvLine } from '../../../meter-agent/cli/csv.ts';
import { jsonEntry } from '../../../meter-agent/cli/json-entry.ts';
import type { HistoryEntry } from '../../../meter-agent/status/history.ts';
import { decimalQuotient } from '../../../protocol/units.ts';

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

const ciString = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x20-\x7e]*$/);
const dateTime = z
  .string()
  .max(25)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const text = (max: number) => z.string().max(max);

/** OCPI 2.2.1, section 10.3.1 and the classes it names, as far as an export uses them. */
const cdr = z.strictObject({
  country_code: ciString(2),
  party_id: ciString(3),
  id: ciString(39),
  start_date_time: dateTime,
  end_date_time: dateTime,
  session_id: ciString(36).optional(),
  cdr_token: z.strictObject({
    country_code: ciString(2),
    party_id: ciString(3),
    uid: ciString(36),
    type: z.enum(['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID']),
    contract_id: ciString(36),
  }),
  auth_method: z.enum(['AUTH_REQUEST', 'COMMAND', 'WHITELIST']),
  cdr_location: z.strictObject({
    id: ciString(36),
    address: text(45),
    city: text(45),
    country: text(3).length(3),
    coordinates: z.strictObject({
      latitude: z.string().regex(/^-?\d{1,2}\.\d{5,7}$/),
      longitude: z.string().regex(/^-?\d{1,3}\.\d{5,7}$/),
    }),
    evse_uid: ciString(36),
    evse_id: ciString(48),
    connector_id: ciString(36),
    connector_standard: z.string(),
    connector_format: z.enum(['SOCKET', 'CABLE']),
    connector_power_type: z.enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC']),
  }),
  currency: text(3).length(3),
  charging_periods: z
    .array(
      z.strictObject({
        start_date_time: dateTime,
        dimensions: z
          .array(
            z.strictObject({ type: z.enum(['ENERGY', 'TIME', 'PARKING_TIME']), volume: z.number().min(0) }),
          )
          .min(1),
      }),
    )
    .min(1),
  signed_data: z
    .strictObject({
      encoding_method: ciString(36),
      public_key: text(512).optional(),
      signed_values: z
        .array(z.strictObject({ nature: ciString(32), plain_data: text(512), signed_data: text(5_000) }))
        .min(1),
    })
    .optional(),
  total_cost: z.strictObject({ excl_vat: z.number().min(0) }),
  total_energy: z.number().min(0),
  total_time: z.number().min(0),
  total_parking_time: z.number().min(0).optional(),
  remark: text(255).optional(),
  last_updated: dateTime,
});

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
