import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transparencyXml } from '../../../audit/export/transparency-xml.ts';
import { OCMF_VERSIONS, signedRecord } from '../../../scripts/wallbox/record.ts';
import { makeMeterOwner, signedAgain } from '../evidence/make-session.ts';

const owner = makeMeterOwner();
const METER = { point: owner.point, algorithm: 1, prefix: '' };

const record = (reasons: string, change: Partial<Parameters<typeof signedRecord>[1]> = {}) =>
  signedRecord(owner.meter, {
    ...{ serial: 'S1', firmware: '1', pagination: 7, idTag: 'ABC' },
    readings: [...reasons].map((reason, index) => ({
      reason: reason as 'B' | 'E',
      at: new Date(1_800_000_000_000 + index),
      registerWh: 1_000 + index,
    })),
    ...change,
  });

interface Value {
  transactionId: string;
  context: string;
  key: Buffer;
  record: string;
}

const SIGNS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', '#13': '\r' };

/** Reads a container as values.xsd has it: the key first, then the data; nothing else fits. */
function valuesOf(xml: string): Value[] {
  const value =
    /<value transactionId="(\d+)" context="([^"<&]*)"><publicKey encoding="hex">([0-9a-f]+)<\/publicKey><signedData format="OCMF" encoding="plain">([^<]*)<\/signedData><\/value>\n/g;
  const whole = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<values>\n([\s\S]*)<\/values>\n$/.exec(xml);
  // XML 1.0, 2.11: line ends are read as one line feed.
  const body = (whole?.[1] ?? '').replace(/\r\n?/g, '\n');
  expect(body.replace(value, '')).toBe('');
  return [...body.matchAll(value)].map(([, transactionId = '', context = '', key = '', data = '']) => ({
    transactionId,
    context,
    key: Buffer.from(key, 'hex'),
    record: data.replace(/&([\w#]+);/g, (all, name) => SIGNS[name] ?? all),
  }));
}

function isVerified({ key, record: text }: Value): boolean {
  const [, payload = '', signature = ''] = text.split('|');
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  const { SD } = JSON.parse(signature) as { SD: string };
  return verify('sha256', Buffer.from(payload), publicKey, Buffer.from(SD, 'hex'));
}

test('records come out of the container as they went in, and verify with the key beside them', () => {
  const serial = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .map((text) => text.replaceAll('|', ''));
  fc.assert(
    fc.property(fc.array(serial, { minLength: 1, maxLength: 3 }), (serials) => {
      const records = serials.map((text) => record('BE', { serial: text }));
      const values = valuesOf(transparencyXml(records, METER).xml);
      expect(values.map((value) => value.record)).toEqual(records);
      expect(values.every(isVerified)).toBe(true);
    }),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 100 },
  );
});

test('a begin and the end behind it are one transaction, whole records are one each', () => {
  const records = [record('B'), record('E'), record('BE'), record('B'), record('BE')];
  const found = valuesOf(transparencyXml(records, METER).xml);
  expect(found.map(({ transactionId, context }) => `${transactionId} ${context}`)).toEqual([
    '1 Transaction.Begin',
    '1 Transaction.End',
    '2 Transaction.End',
    '3 Transaction.Begin',
    '4 Transaction.End',
  ]);
});

/** The whole record with other words in its payload, signed by its meter all the same. */
const saying = (...changes: [from: string | RegExp, to: string][]): string =>
  signedAgain(
    owner.meter,
    changes.reduce((text, [from, to]) => text.replace(from, to), record('BE')),
  );

const refusalsOf = (...records: string[]) =>
  transparencyXml(records, METER).records.map(({ refusals }) => refusals);

test('line ends of a payload come out as they went in; a record with a character that XML cannot hold is left out', () => {
  const broken = saying(['{', '{\r\n\t'], [/"RD"/, '\r"RD"']);
  const [value] = valuesOf(transparencyXml([broken], METER).xml);
  expect(value?.record).toBe(broken);
  expect(isVerified(value!)).toBe(true);
  for (const character of ['\u0001', '\uffff', '\ud800']) {
    const { xml, records } = transparencyXml([saying(['S1', `S${character}`]), record('BE')], METER);
    expect(valuesOf(xml)).toHaveLength(1);
    expect(records.map(({ refusals }) => refusals.length)).toEqual([1, 0]);
    expect(records[0]?.refusals[0]).toMatch(/^U\+[0-9A-F]{4}: XML cannot hold it/);
  }
});

test('a version of OCMF that the transparency software does not know is refused by its number alone', () => {
  const refused = OCMF_VERSIONS.filter(
    (formatVersion) => refusalsOf(record('BE', { formatVersion }))[0]?.length !== 0,
  );
  expect(refused).toEqual(['1.4']);
  for (const version of ['0.1', '1.0', '1.3'])
    expect(refusalsOf(saying(['"1.0"', `"${version}"`]))).toEqual([[]]);
});

const END = /"TX":"E"/;
const LAST = /,"ST":"G"\}\]/;

test.each<[says: string, change: [from: string | RegExp, to: string][]]>([
  ['| inside', [['S1', 'S|1']]],
  ['FV', [['"FV":"1.0",', '']]],
  ['FV 0.0', [['"1.0"', '"0.0"']]],
  ['payload: no JSON', [['"GI"', '"GI']]],
  ['payload: IS', [['"IS":true', '"IS":1']]],
  ['payload: GI', [[/"GI":"[^"]*"/, '"GI":["a"]']]],
  ['payload: RD', [['"RD"', '"RS"']]],
  ['PG', [['"PG":"T7"', '"PG":"T"']]],
  ['RI, TX: 1 begins and 0 ends', [[/(.*)"RI":"1-b:1.8.0",/, '$1']]],
  ['RI, TX: 0 begins and 0 ends', [[/1-b:1/g, '1-b:2']]],
  ['RI, TX: 0 begins and 0 ends', [[/1-b:1\.8\.0/g, '1-0:1.8.0*198']]],
  ['RI, TX: 0 begins and 0 ends', [[/1-b:/g, '']]],
  ['RI, TX: 1 begins and 2 ends', [[/\]\}\|/, ',{"TX":"L","RV":2,"RI":"1-b:1.8.0"}]}|']]],
  ['IL MISMATCH', [['"IS"', '"IL":"MISMATCH","IS"']]],
  ['ST left out: the begin', [[',"ST":"G"', '']]],
  ['ST T: the end', [[LAST, ',"ST":"T"}]']]],
  ['RU: the begin', [['"RU":"kWh",', '']]],
  ['EF Et: the end', [[/(.*)"EF":""/, '$1"EF":"Et"']]],
  ['RV', [['"RV":1,', '"RV":2,']]],
  ['RV', [['"RV":1,', '']]],
  ['TM: no state', [[/,\d{3}\+0000 S/, ',000+0000']]],
  ['TM: the begin is R', [['0000 S', '0000 R']]],
  ['TM: the end is before', [['2027-01-15', '2028-01-15']]],
  [
    'EI',
    [
      ['"1.0"', '"0.4"'],
      [END, '"TX":"E","EI":7'],
    ],
  ],
])('a signed record is refused: %s', (says, changes) => {
  const text = saying(...changes);
  expect(text).not.toBe(saying());
  const [refusals = []] = refusalsOf(text);
  expect(refusals[0]).toMatch(new RegExp(`^${says.replace('|', '\\|')}`));
});

test('what else meters write is read: an error of the time, ST, RU and the state of the end left out, other registers', () => {
  for (const change of [
    [['"EF":""', '"EF":"t"']],
    [
      [LAST, '}]'],
      [/(.*)"RU":"kWh",/, '$1'],
    ],
    [[/(.*),\d{3}\+0000 S/, '$1,000+0000']],
    [[/1-b:1\.8\.0/g, '01-00:98.08.00.FF']],
    [['[{', '[{"TX":"C","RV":"7","RI":"1-0:2.8.0","ST":"X"},{']],
    [[/"IS":true/, '"IS":"true","IF":["RFID_NONE"],"LC":{"LR":1}']],
  ] as [string | RegExp, string][][])
    expect(refusalsOf(saying(...change))).toEqual([[]]);
});

test('a begin and the end behind it are looked at together, and a begin alone is no transaction', () => {
  const begin = record('B');
  expect(refusalsOf(begin, record('E'))).toEqual([[], []]);
  expect(refusalsOf(signedAgain(owner.meter, begin.replace('"ST":"G"', '"ST":"T"')))).toEqual([[]]);
  const wrong = signedAgain(owner.meter, begin.replace('"RV":1', '"RV":9'));
  expect(refusalsOf(wrong, record('E'))).toEqual([[], ['RV: from 9 to 1']]);
});

test('signatures: another key, another algorithm, an encoding that it does not know', () => {
  const [, payload = ''] = record('BE').split('|');
  const section = (text: string) => refusalsOf(`OCMF|${payload}|${text}`)[0]?.[0];
  expect(section('{"SD":"00"}')).toContain('the pinned key does not verify it');
  expect(section('{"SA":"ECDSA-secp256r1","SD":"00"}')).toMatch(/^SA /);
  expect(section('{"SA":"RSA-2048-SHA256","SD":"00"}')).toMatch(/^SA /);
  expect(section('{"SE":"utf8","SD":"00"}')).toMatch(/^SE /);
  expect(section('none')).toBe('signature: no JSON');
  const other = { ...METER, point: makeMeterOwner().point };
  expect(transparencyXml([record('BE')], other).records[0]?.refusals).toHaveLength(1);
});

test('what is no record is left out, and without a pinned key there is none in the container', () => {
  const { xml, records } = transparencyXml(['0123', record('BE')], undefined);
  expect(records).toHaveLength(1);
  expect(xml).not.toContain('publicKey');
});
