import { readFileSync } from 'node:fs';
import { stringToBytes, toHex } from 'viem';
import { expect, test } from 'vitest';
import { signedBy } from '../../meter-agent/ocmf/ocmf.ts';
import { provingRecords } from '../../meter-agent/ocmf/proving-records.ts';
import { provenWh } from '../../protocol/ocmf/proof.ts';
import { unlessRefused } from '../../protocol/ocmf/refusal.ts';
import { derOf } from './der.ts';
import { meterKeyOf, OCMF_FILE, type OcmfVector, ocmfVectors, TAG } from './make-ocmf-vectors.ts';
import { PREFIX, WINDOW } from './ocmf-readings.ts';

const { cases } = JSON.parse(readFileSync(OCMF_FILE, 'utf8')) as { cases: OcmfVector[] };
const BINDING = {
  window: { from: WINDOW.opens, until: WINDOW.closes },
  ids: new Set([TAG, PREFIX + TAG]),
};

test('the committed vectors are those that their script makes', () => {
  expect(ocmfVectors()).toEqual(JSON.parse(readFileSync(OCMF_FILE, 'utf8')));
});

test.each(cases)('protocol/ocmf reads: $name', ({ payloads, expected }) => {
  const found = unlessRefused(() =>
    provenWh(
      payloads.map((text) => stringToBytes(text)),
      BINDING,
    ),
  );
  expect(found).toEqual(
    typeof expected === 'number' ? { result: BigInt(expected) } : { refusedBy: expected },
  );
});

const recordsOf = ({ payloads, algorithm, signatures }: OcmfVector) =>
  payloads.map((text, i) => {
    const section = JSON.stringify({ SA: algorithm, SD: derOf(signatures[i] ?? '') });
    return `OCMF|${text}|${section}`;
  });

test.each(cases)('the agent brings to a proof just what counts: $name', (one) => {
  const { payloads, algorithm, expected } = one;
  const key = { key: meterKeyOf(algorithm), algorithm };
  const brought = provingRecords(recordsOf(one), key, BINDING);
  const read = () =>
    provenWh(
      brought.map(({ payload }) => Buffer.from(payload.slice(2), 'hex')),
      BINDING,
    );
  if (typeof expected === 'number' && expected > 0) {
    expect(brought.map(({ payload }) => payload)).toEqual(payloads.map((text) => toHex(text)));
    expect(read()).toBe(BigInt(expected));
  } else if (payloads.length < 2) expect(brought).toEqual([]);
  else if (brought.length > 0) expect(brought.length).toBeLessThan(payloads.length);
});

test('the agent finds each signature good, and none by the other key', () => {
  for (const one of cases) {
    const other =
      one.algorithm === 'ECDSA-secp256r1-SHA256' ? 'ECDSA-secp256k1-SHA256' : 'ECDSA-secp256r1-SHA256';
    for (const record of recordsOf(one)) {
      const key = { key: meterKeyOf(one.algorithm), algorithm: one.algorithm };
      expect(signedBy(record, key)).toBeDefined();
      expect(signedBy(record, { ...key, key: meterKeyOf(other), algorithm: other })).toBeUndefined();
    }
  }
});
