import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { spkiHexOf } from '../../meter-agent/drivers/ocpp16/configure.ts';
import { meterKeyOf, ocmfOf, verifyRecord } from '../../meter-agent/ocmf.ts';
import { meterKey, publicKeyHex, signedRecord, signedValue } from '../../scripts/wallbox/record.ts';
import { Scope } from './support/agent.ts';

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
  expect(await verifyRecord(record, meterKeyOf(spkiHex))).toBe('verified');
  expect(await verifyRecord(record, meterKeyOf(ownRecord().spkiHex))).toBe('invalid');
  expect(await verifyRecord(record, undefined)).toBe('unverified');
});

test('one changed byte, another algorithm or rubbish make a record invalid and never throw', async () => {
  const { record, spkiHex } = ownRecord();
  const key = meterKeyOf(spkiHex);
  expect(await verifyRecord(record.replace('1.5', '9.5'), key)).toBe('invalid');
  expect(await verifyRecord(record.replace('secp256r1', 'secp256k1'), key)).toBe('invalid');
  for (const rubbish of ['', 'OCMF|{}|{}', 'OCMF|x|y|z', record.slice(0, 100)]) {
    expect(await verifyRecord(rubbish, key)).toBe('invalid');
  }
});

test('a record is found in its container, in base64, and bare', () => {
  const { record, spkiHex } = ownRecord();
  expect(ocmfOf(signedValue(record, spkiHex))).toBe(record);
  expect(ocmfOf(Buffer.from(record).toString('base64'))).toBe(record);
  expect(ocmfOf(record)).toBe(record);
  expect(ocmfOf('{"signedMeterData":"AAAA"}')).toBeUndefined();
});

test('a meter key is read in the forms that boxes tell it in', () => {
  const { spkiHex } = ownRecord();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  for (const told of [
    spkiHex,
    spkiHex.toUpperCase(),
    base64(spkiHex),
    base64(`oca:base16:asn1:${spkiHex}`),
  ]) {
    expect(spkiHexOf(told)).toBe(spkiHex);
  }
  expect(spkiHexOf('')).toBeUndefined();
  expect(spkiHexOf('hello')).toBeUndefined();
});

const RECORDS = resolve(import.meta.dirname, '../../../shared/data/ocmf/records.json');

interface RealRecord {
  algorithm: string;
  publicKeySpki: string | null;
  payload: string;
  signature: string;
  expected: string;
}

// Records of real meters lie outside of this repository: they are tried wherever they are at hand.
if (existsSync(RECORDS)) {
  const { records } = JSON.parse(readFileSync(RECORDS, 'utf8')) as { records: RealRecord[] };
  const known = records.flatMap((record) => {
    const key = record.publicKeySpki === null ? undefined : meterKeyOf(record.publicKeySpki);
    return key === undefined ? [] : [{ record, key }];
  });

  test(`${known.length} records of real meters with a key of ours get their known verdict`, async () => {
    expect(known.length).toBeGreaterThan(10);
    for (const { record, key } of known) {
      const text = `OCMF|${record.payload}|${record.signature}`;
      const verdict = await verifyRecord(text, key);
      expect(`${record.expected}: ${verdict}`).toBe(
        `${record.expected}: ${record.expected === 'valid' ? 'verified' : 'invalid'}`,
      );
    }
  });
}
