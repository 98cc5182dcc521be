import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Verifier } from '@road-labs/ocmf';
import { Crypto } from '@road-labs/ocmf-crypto-noble';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { spkiHexOf } from '../../../meter-agent/drivers/ocpp16/configure.ts';
import { noAssurance, withRecord } from '../../../meter-agent/evidence/assurance.ts';
import { payloadOf, recordKeyOf, verifyRecord } from '../../../meter-agent/ocmf/ocmf.ts';
import { recordsOf } from '../../../meter-agent/ocmf/signed-value.ts';
import { provenWh } from '../../../protocol/ocmf/proof.ts';
import { unlessRefused } from '../../../protocol/ocmf/refusal.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { meterKey, publicKeyHex, signedRecord, signedValue } from '../../../scripts/wallbox/record.ts';
import { Scope } from '../support/start-agent.ts';

const ALWAYS = { from: 0, until: Number.MAX_SAFE_INTEGER };

const scope = new Scope();
afterEach(() => scope.end());

function ownRecord() {
  const key = meterKey(join(scope.dir(), 'meter.pem'));
  const record = signedRecord(key, {
    serial: 'CP1',
    firmware: '1',
    pagination: 7,
    idTag: 'ABCDEFGHIJKLMNOPQRST',
    readings: [
      { reason: 'B', at: new Date(1_800_000_000_000), registerWh: 1_000 },
      { reason: 'E', at: new Date(1_800_000_600_000), registerWh: 1_500 },
    ],
  });
  return { record, spkiHex: publicKeyHex(key) };
}

test('a record of the simulated meter verifies with its key and with no other', async () => {
  const { record, spkiHex } = ownRecord();
  expect(await verifyRecord(record, recordKeyOf(spkiHex))).toBe('verified');
  expect(await verifyRecord(record, recordKeyOf(ownRecord().spkiHex))).toBe('invalid');
  expect(await verifyRecord(record, undefined)).toBe('unverified');
});

test('one changed byte, another algorithm or rubbish make a record invalid and never throw', async () => {
  const { record, spkiHex } = ownRecord();
  const key = recordKeyOf(spkiHex);
  expect(await verifyRecord(record.replace('1.5', '9.5'), key)).toBe('invalid');
  expect(await verifyRecord(record.replace('secp256r1', 'secp256k1'), key)).toBe('invalid');
  for (const rubbish of ['', 'OCMF|{}|{}', 'OCMF|x|y|z', record.slice(0, 100)]) {
    expect(await verifyRecord(rubbish, key)).toBe('invalid');
  }
});

test('a record is found in its container, in base64, and bare', () => {
  const { record, spkiHex } = ownRecord();
  expect(recordsOf(signedValue(record, spkiHex))).toEqual([record]);
  expect(recordsOf(Buffer.from(record).toString('base64'))).toEqual([record]);
  expect(recordsOf(record)).toEqual([record]);
  expect(recordsOf('{"signedMeterData":"AAAA"}')).toEqual([]);
});

/** The ways in which meters, wallboxes and converters wrap records, each for any text. */
const WRAPPINGS: Record<string, (text: string) => string> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 in lines': (text) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/.{1,76}/g, '$&\r\n'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in capitals': (text) => `0x${Buffer.from(text).toString('hex').toUpperCase()}`,
  container: (signedMeterData) => JSON.stringify({ signedMeterData, encodingMethod: 'OCMF', publicKey: '' }),
  xml: (text) => xmlOf([escapedXml(text)]),
  'xml with CDATA': (text) => xmlOf([text.includes(']]>') ? escapedXml(text) : `\n<![CDATA[${text}]]>\n`]),
};

const escapedXml = (text: string): string =>
  text.replace(/[<>&"']/g, (sign) => (sign === '"' ? '&quot;' : `&#${sign.codePointAt(0)};`));

const xmlOf = (records: string[]): string =>
  `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<values>${records
    .map((text) => `<value><signedData format="OCMF" encoding="plain">${text}</signedData></value>`)
    .join('')}</values>`;

test('a record is found in every wrapping, and in wrappings of wrappings, with what follows it cut off', () => {
  const { record } = ownRecord();
  const wrapping = fc.constantFrom(...Object.values(WRAPPINGS));
  const trailing = fc.constantFrom('', '\0', '\0\0\0', '\r\n', ' ', '\ufffd', '|', '}', '"', 'OCMF');
  fc.assert(
    fc.property(fc.array(wrapping, { maxLength: 4 }), trailing, (wrappings, more) => {
      const wrapped = wrappings.reduce((text, wrap) => wrap(text), record + more);
      expect(recordsOf(wrapped)).toEqual([record]);
    }),
    { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 20_000 : 300 },
  );
  expect(recordsOf(xmlOf([escapedXml(record), escapedXml(record.replace('T7', 'T8'))]))).toEqual([
    record,
    record.replace('T7', 'T8'),
  ]);
});

test('an outside library verifies what is found in a wrapping, of the format version that it and others know', async () => {
  const { record, spkiHex } = ownRecord();
  expect(record).toContain('"FV":"1.0"');
  const crypto = new Crypto();
  const publicKey = await crypto.decodeEcPublicKey(Buffer.from(spkiHex, 'hex'), 'spki-der');
  for (const wrap of Object.values(WRAPPINGS)) {
    const [found = ''] = recordsOf(wrap(`${record}\0`));
    expect((await new Verifier(crypto).parseAndVerify(found, publicKey)).verified).toBe(true);
  }
});

test('a meter key is read in the forms in which charge points report it', () => {
  const { spkiHex } = ownRecord();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  for (const spelling of [
    spkiHex,
    spkiHex.toUpperCase(),
    base64(spkiHex),
    base64(`oca:base16:asn1:${spkiHex}`),
  ]) {
    expect(spkiHexOf(spelling)).toBe(spkiHex);
  }
  expect(spkiHexOf('')).toBeUndefined();
  expect(spkiHexOf('hello')).toBeUndefined();
});

test('whatever a wallbox sends in place of a record is weighed without falling over, and proves nothing', async () => {
  const { record, spkiHex } = ownRecord();
  const key = recordKeyOf(spkiHex);
  const binding = { window: ALWAYS, ids: new Set(['ABCDEFGHIJKLMNOPQRST']) };
  const section = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((text) => `{"RD":[${text}],"PG":"T1"}`),
  );
  const made = fc.tuple(section, section).map(([payload, signature]) => `OCMF|${payload}|${signature}`);
  const cut = fc
    .tuple(fc.nat(record.length), fc.nat(record.length), fc.string({ maxLength: 9 }))
    .map(([from, to, more]) => record.slice(0, from) + more + record.slice(to));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), made, cut), async (text) => {
      const found = recordsOf(text)[0] ?? text;
      const verdict = await verifyRecord(found, key);
      const { records, flags } = withRecord(noAssurance({}), { record: found, verdict }, binding);
      // What is left of the record may be all of it that is signed.
      const isWhole = verdict === 'verified';
      expect([records.length > 0, flags.length > 0]).toEqual([isWhole, !isWhole]);
    }),
    { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 100_000 : 1_000 },
  );
});

const RECORDS = join(ROOT, '../shared/data/ocmf/records.json');

interface RealRecord {
  source: string;
  algorithm: string;
  publicKeySpki: string | null;
  payload: string;
  signature: string;
  expected: string;
}

const VERDICTS: Record<string, string> = { valid: 'verified', invalid: 'invalid', 'no-key': 'unverified' };

// Records of real meters lie outside of this repository: they are tried wherever they are at hand.
if (existsSync(RECORDS)) {
  const { records } = JSON.parse(readFileSync(RECORDS, 'utf8')) as { records: RealRecord[] };
  const textOf = ({ payload, signature }: RealRecord) => `OCMF|${payload}|${signature}`;
  const keyOf = ({ publicKeySpki }: RealRecord) =>
    publicKeySpki === null ? undefined : recordKeyOf(publicKeySpki.toLowerCase());

  test(`${records.length} records of real meters get their known verdict, of every curve and spelling`, async () => {
    expect(records.length).toBeGreaterThan(50);
    for (const record of records) {
      const key = keyOf(record);
      expect([record.algorithm.replace('brainpoolP', 'brainpool'), 'no key']).toContain(
        key?.algorithm ?? 'no key',
      );
      const verdict = await verifyRecord(textOf(record), key);
      expect(`${record.source}: ${verdict}`).toBe(`${record.source}: ${VERDICTS[record.expected]}`);
    }
  });

  test('no valid record of a real meter verifies with one byte of it changed, nor with the next one’s signature', async () => {
    const valid = records.filter(({ expected }) => expected === 'valid');
    for (const [index, record] of valid.entries()) {
      const at = record.payload.search(/\d/);
      const digit = (Number(record.payload[at]) + 1) % 10;
      const payload = `${record.payload.slice(0, at)}${digit}${record.payload.slice(at + 1)}`;
      expect(await verifyRecord(textOf({ ...record, payload }), keyOf(record))).toBe('invalid');
      const { signature } = valid[(index + 1) % valid.length] as RealRecord;
      expect(await verifyRecord(textOf({ ...record, signature }), keyOf(record))).toBe('invalid');
    }
  });

  test('records of real meters prove energy, except those that the meter marks, or that are about something else', () => {
    const valid = records.filter(({ expected }) => expected === 'valid');
    const refusals = valid.flatMap((record) => {
      const read = unlessRefused(() => provenWh([payloadOf(textOf(record))], { window: ALWAYS }));
      return 'refusedBy' in read ? [{ record, rule: read.refusedBy }] : [];
    });
    const isMarked = ({ payload }: RealRecord) =>
      /"EF"\s*:\s*"[^"]/.test(payload) || /"ST"\s*:\s*"[^G]/.test(payload);
    const byMeter = refusals.filter(({ rule }) => rule === 'EF' || rule === 'ST');
    expect(byMeter.map(({ record }) => record)).toEqual(valid.filter(isMarked));
    const others = refusals.filter((each) => !byMeter.includes(each)).map(({ rule }) => rule);
    expect(new Set(others)).toEqual(new Set(['pair', 'TX']));
    expect(refusals.length).toBeLessThan(valid.length / 4);
  });
}
