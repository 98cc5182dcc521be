import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Hex, toHex } from 'viem';
import { expect, test } from 'vitest';
import { wattHoursOfProof } from '../../../audit/ocmf/ledger-proof.ts';
import { type MeterRecord, readRecord } from '../../../audit/ocmf/meter-record.ts';
import { type Binding, provenWh } from '../../../audit/ocmf/proven-energy.ts';
import { ruleOrResult } from '../../../audit/ocmf/refusal.ts';
import { pinnedKey, verifyRecord } from '../../../audit/ocmf/signature.ts';
import { tagOf } from '../../../audit/ocmf/tag.ts';
import { provenWh as productsWh } from '../../../protocol/ocmf/proof.ts';
import { unlessRefused } from '../../../protocol/ocmf/refusal.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { derOf } from '../../vectors/der.ts';
import { meterKeyOf, OCMF_FILE, type OcmfVector } from '../../vectors/make-ocmf-vectors.ts';
import { PREFIX, WINDOW } from '../../vectors/ocmf-readings.ts';
import { randomPayloads } from '../../vectors/random-ocmf.ts';

const { cases, idTag } = JSON.parse(readFileSync(OCMF_FILE, 'utf8')) as {
  cases: OcmfVector[];
  idTag: string;
};
const BINDING: Binding = {
  from: WINDOW.opens,
  until: WINDOW.closes,
  ids: new Set([idTag, PREFIX + idTag]),
};

const ALGORITHMS: Readonly<Record<string, number>> = {
  'ECDSA-secp256r1-SHA256': 1,
  'ECDSA-secp256k1-SHA256': 2,
};

const read = (payloads: readonly string[]) =>
  ruleOrResult(() =>
    provenWh(
      payloads.map((text) => readRecord(Buffer.from(text))),
      BINDING,
    ),
  );

test.each(cases)('the audit reads: $name', ({ payloads, expected }) => {
  expect(read(payloads)).toEqual(typeof expected === 'number' ? { result: expected } : { rule: expected });
});

test('random records prove the same Wh as the ledger’s own rules, or are refused by both', () => {
  const window = { from: BINDING.from, until: BINDING.until };
  fc.assert(
    fc.property(randomPayloads(idTag), (payloads) => {
      const theirs = unlessRefused(() =>
        productsWh(
          payloads.map((text) => Buffer.from(text)),
          { window, ids: BINDING.ids as Set<string> },
        ),
      );
      const ours = read(payloads);
      expect('result' in ours ? BigInt(ours.result) : undefined).toEqual(
        'result' in theirs ? theirs.result : undefined,
      );
    }),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP ? 200_000 : 3_000 },
  );
});

const keyOf = (algorithm: OcmfVector['algorithm']) => {
  const key = pinnedKey(meterKeyOf(algorithm), ALGORITHMS[algorithm] ?? 0);
  if (key === undefined) throw new Error(`${algorithm} has no key`);
  return key;
};

/** A record that is signed, whatever its payload says. */
const signedOf = (payload: string, signature: string): Pick<MeterRecord, 'payload' | 'signature'> => ({
  payload: Buffer.from(payload),
  signature,
});

test('each signature is of its own key, of its exact bytes and of no other algorithm', () => {
  for (const { payloads, algorithm, signatures } of cases.filter(
    (one, index) => one.payloads.length > 0 && index % 5 === 0,
  )) {
    const other =
      algorithm === 'ECDSA-secp256r1-SHA256' ? 'ECDSA-secp256k1-SHA256' : 'ECDSA-secp256r1-SHA256';
    const [text = '', signature = ''] = [payloads[0], signatures[0]];
    const words = { r: `0x${signature.slice(0, 64)}` as Hex, s: `0x${signature.slice(64)}` as Hex };
    const section = JSON.stringify({ SA: algorithm, SD: derOf(signature) });
    const base64 = Buffer.from(derOf(signature), 'hex').toString('base64');
    const record = signedOf(text, section);
    expect(verifyRecord(record, keyOf(algorithm))).toBe(true);
    expect(verifyRecord(record, keyOf(algorithm), words)).toBe(true);
    expect(
      verifyRecord(
        signedOf(text, JSON.stringify({ SA: algorithm, SE: 'base64', SD: base64 })),
        keyOf(algorithm),
      ),
    ).toBe(true);
    expect(verifyRecord(signedOf(`${text} `, section), keyOf(algorithm))).toBe(false);
    expect(verifyRecord(record, keyOf(other))).toBe(false);
    expect(
      verifyRecord(signedOf(text, JSON.stringify({ SA: other, SD: derOf(signature) })), keyOf(algorithm)),
    ).toBe(false);
    expect(verifyRecord(record, keyOf(algorithm), { ...words, r: words.s })).toBe(false);
  }
});

test('a proof on the ledger is worth what its signed records prove, and nothing by another key or algorithm', () => {
  const { from: opens, until: closes } = BINDING;
  for (const { payloads, algorithm, signatures, expected } of cases) {
    const proof = { tag: idTag, prefix: PREFIX, opens, closes, algorithm: ALGORITHMS[algorithm] ?? 0 };
    const records = payloads.map((text, index) => ({
      payload: toHex(text),
      r: `0x${signatures[index]?.slice(0, 64)}` as Hex,
      s: `0x${signatures[index]?.slice(64)}` as Hex,
    }));
    const wanted = typeof expected === 'number' ? { result: expected } : { rule: expected };
    expect(wattHoursOfProof(proof, meterKeyOf(algorithm), records)).toEqual(wanted);
    if (records.length === 0) continue;
    const refused = { rule: 'signature' };
    expect(wattHoursOfProof({ ...proof, algorithm: 0 }, meterKeyOf(algorithm), records)).toEqual(refused);
    expect(wattHoursOfProof(proof, `0x${'01'.repeat(64)}`, records)).toEqual(refused);
  }
});

test('whatever stands in place of a signature is refused and never throws', () => {
  const [{ payloads, algorithm, signatures }] = cases as [OcmfVector];
  const der = derOf(signatures[0] ?? '');
  for (const section of [
    '',
    '{}',
    '[]',
    'null',
    JSON.stringify({ SD: '' }),
    JSON.stringify({ SD: der.slice(0, -2) }),
    JSON.stringify({ SD: `${der.slice(0, -1)}g` }),
    JSON.stringify({ SD: signatures[0] }),
    JSON.stringify({ SD: der, SM: 'application/octet-stream' }),
    JSON.stringify({ SD: der, SE: 'utf8' }),
    JSON.stringify({ SD: [der] }),
  ]) {
    expect(verifyRecord(signedOf(payloads[0] ?? '', section), keyOf(algorithm))).toBe(false);
  }
});

test('a text that is no record, and a record in a text, are told apart', () => {
  const [{ payloads }] = cases as [OcmfVector];
  const record = readRecord(`OCMF|${payloads[0]}|{"SD":"30"}`);
  expect(record).toMatchObject({ page: 7n, id: idTag, begin: 1_000_000_000n, end: 10_000_000_000n });
  expect(record.signature).toBe('{"SD":"30"}');
  for (const text of ['', 'OCMF|', 'OCMF', `OCMG|${payloads[0]}|{}`, payloads[0] ?? '']) {
    expect(ruleOrResult(() => readRecord(text))).toEqual({ rule: 'malformed' });
  }
});

test('the tag of a booking is the published one', () => {
  const vectors = JSON.parse(readFileSync(`${ROOT}/test/vectors/idTag.json`, 'utf8')) as {
    chainId: number;
    market: Hex;
    bookingId: Hex;
    secret: Hex;
    idTag: string;
  }[];
  for (const { chainId, market, bookingId, secret, idTag: expected } of vectors) {
    expect(tagOf(chainId, market, bookingId, secret)).toBe(expected);
  }
});
