import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Verifier } from '@road-labs/ocmf';
import { Crypto } from '@road-labs/ocmf-crypto-noble';
import { expect, test } from 'vitest';
import { readRecord } from '../../../audit/ocmf/meter-record.ts';
import { provenWh } from '../../../audit/ocmf/proven-energy.ts';
import { ruleOrResult } from '../../../audit/ocmf/refusal.ts';
import { keyOfSpki, verifyRecord } from '../../../audit/ocmf/signature.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';

/** Records of real meters lie outside of this repository: this file runs where they are at hand. */
const FILE = join(ROOT, '../shared/data/ocmf/records.json');

interface RealRecord {
  source: string;
  algorithm: string;
  publicKeySpki: string | null;
  payload: string;
  signature: string;
  expected: string;
}

const { records } = JSON.parse(readFileSync(FILE, 'utf8')) as { records: RealRecord[] };
const keyed = records.flatMap((record) =>
  record.publicKeySpki === null ? [] : [{ ...record, publicKeySpki: record.publicKeySpki }],
);

function isSigned({ payload, signature, publicKeySpki }: (typeof keyed)[number]): boolean {
  const key = keyOfSpki(Buffer.from(publicKeySpki, 'hex'));
  return key !== undefined && verifyRecord({ payload: Buffer.from(payload), signature }, key);
}

test('records of real meters get their known verdict, of every curve and spelling', () => {
  expect(keyed.length).toBeGreaterThan(50);
  for (const record of keyed) {
    const verdict = isSigned(record) ? 'valid' : 'invalid';
    expect(`${record.source}: ${verdict}`).toBe(`${record.source}: ${record.expected}`);
  }
});

test('an outside library finds the same signatures good, where it reads the record', async () => {
  const crypto = new Crypto();
  let agreed = 0;
  for (const record of keyed) {
    const spki = Buffer.from(record.publicKeySpki, 'hex');
    const text = `OCMF|${record.payload}|${record.signature}`;
    const theirs = await crypto
      .decodeEcPublicKey(spki, 'spki-der')
      .then((key) => new Verifier(crypto).parseAndVerify(text, key))
      .then(({ verified }) => verified)
      // It refuses base64 and the other spelling of brainpool.
      .catch(() => undefined);
    if (theirs === undefined) continue;
    expect(`${record.source}: ${isSigned(record)}`).toBe(`${record.source}: ${theirs}`);
    agreed++;
  }
  expect(agreed).toBeGreaterThan(50);
});

test('one changed digit, or the signature of the next record, is noticed', () => {
  const valid = keyed.filter(({ expected }) => expected === 'valid');
  for (const [index, record] of valid.entries()) {
    const payload = record.payload.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
    expect(isSigned({ ...record, payload })).toBe(false);
    const { signature } = valid[(index + 1) % valid.length] as RealRecord;
    expect(isSigned({ ...record, signature })).toBe(false);
  }
});

test('records of real meters prove energy, except those that the meter marks, or that are half a pair', () => {
  const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
  const valid = keyed.filter(({ expected }) => expected === 'valid');
  const refused = valid.flatMap((record) => {
    const found = ruleOrResult(() => provenWh([readRecord(Buffer.from(record.payload))], always));
    return 'rule' in found ? [{ record, rule: found.rule }] : [];
  });
  const isMarked = ({ payload }: RealRecord) =>
    /"EF"\s*:\s*"[^"]/.test(payload) || /"ST"\s*:\s*"[^G]/.test(payload);
  const byMeter = refused.filter(({ rule }) => rule === 'EF' || rule === 'ST');
  expect(byMeter.map(({ record }) => record)).toEqual(valid.filter(isMarked));
  const others = refused.filter((each) => !byMeter.includes(each)).map(({ rule }) => rule);
  expect(new Set(others)).toEqual(new Set(['pair', 'TX']));
});
