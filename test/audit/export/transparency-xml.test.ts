import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transparencyXml } from '../../../audit/export/transparency-xml.ts';
import { OCMF_VERSIONS, signedRecord } from '../../../scripts/wallbox/record.ts';
import { makeMeterOwner } from '../evidence/make-session.ts';

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

const SIGNS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&' };

/** Reads a container as values.xsd has it: the key first, then the data; nothing else fits. */
function valuesOf(xml: string): Value[] {
  const value =
    /<value transactionId="(\d+)" context="([^"<&]*)"><publicKey encoding="hex">([0-9a-f]+)<\/publicKey><signedData format="OCMF" encoding="plain">([^<]*)<\/signedData><\/value>\n/g;
  const whole = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<values>\n([\s\S]*)<\/values>\n$/.exec(xml);
  const body = whole?.[1] ?? '';
  expect(body.replace(value, '')).toBe('');
  return [...body.matchAll(value)].map(([, transactionId = '', context = '', key = '', data = '']) => ({
    transactionId,
    context,
    key: Buffer.from(key, 'hex'),
    record: data.replace(/&(\w+);/g, (all, name) => SIGNS[name] ?? all),
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

test('what the transparency software will refuse is said: versions that it does not know, and a | in the payload', () => {
  const refusalsOf = (text: string) => transparencyXml([text], METER).records[0]?.refusals ?? [];
  const refused = OCMF_VERSIONS.filter(
    (formatVersion) => refusalsOf(record('BE', { formatVersion })).length > 0,
  );
  expect(refused).toEqual(['1.4']);
  expect(refusalsOf(record('BE').replace('"FV":"1.0"', '"FV":"1.3"'))).toEqual([]);
  expect(refusalsOf(record('BE').replace('"FV":"1.0",', ''))[0]).toContain('FV');
  expect(refusalsOf(record('BE', { serial: 'a|b' }))[0]).toContain('|');
});

test('what is no record is left out, and without a pinned key there is none in the container', () => {
  const { xml, records } = transparencyXml(['0123', record('BE')], undefined);
  expect(records).toHaveLength(1);
  expect(xml).not.toContain('publicKey');
});
