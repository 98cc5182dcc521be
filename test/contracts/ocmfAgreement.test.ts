import fc from 'fast-check';
import { stringToBytes, toHex } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bestPairs } from '../../protocol/ocmf/best-pairs.ts';
import { isBound, provenWh, whOf } from '../../protocol/ocmf/proof.ts';
import { readOcmf } from '../../protocol/ocmf/record.ts';
import { unlessRefused } from '../../protocol/ocmf/refusal.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { signByMeter, TAG } from '../vectors/make-ocmf-vectors.ts';
import { PREFIX, WINDOW } from '../vectors/ocmf-readings.ts';
import { randomPayloads } from '../vectors/random-ocmf.ts';
import { deploy, type Mock } from './mocks.ts';
import { provenBy } from './ocmf-ledger.ts';

/** Each run compares this many proofs in one request. */
const PROOFS_PER_RUN = 20;
const RUNS = { numRuns: process.env.PLUGPACT_DEEP ? 1_000 : 25, seed: 20_261_129 };

const BINDING = { window: { from: WINDOW.opens, until: WINDOW.closes }, ids: new Set([TAG, PREFIX + TAG]) };

const ALGORITHM = 'ECDSA-secp256k1-SHA256' as const;

let anvil: Anvil;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  verifier = await deploy(anvil.url, 'OcmfVerifier');
});
afterAll(() => anvil.stop());

function structOf(payload: string) {
  const signature = signByMeter(ALGORITHM, payload);
  return {
    payload: toHex(payload),
    r: `0x${signature.slice(0, 64)}` as const,
    s: `0x${signature.slice(64)}` as const,
  };
}

const onLedger = (proofs: readonly (readonly string[])[]) =>
  provenBy(
    anvil.url,
    verifier,
    proofs.map((payloads) => ({ algorithm: ALGORITHM, records: payloads.map(structOf) })),
  );

function inTypeScript(payloads: readonly string[]) {
  const found = unlessRefused(() =>
    provenWh(
      payloads.map((text) => stringToBytes(text)),
      BINDING,
    ),
  );
  return 'result' in found ? found.result : found.refusedBy;
}

const proofs = fc.array(randomPayloads(TAG), { minLength: PROOFS_PER_RUN, maxLength: PROOFS_PER_RUN });

it('ledger and protocol/ocmf prove the same of random records, or refuse by the same rule', async () => {
  const results = new Set<string>();
  const property = fc.asyncProperty(proofs, async (drawn) => {
    const expected = drawn.map(inTypeScript);
    for (const result of expected) results.add(typeof result === 'bigint' ? 'proven' : result);
    expect(await onLedger(drawn)).toEqual(expected);
  });
  await fc.assert(property, { ...RUNS, endOnFailure: true });
  // A generator that reaches a few rules only would prove little.
  expect(results.size).toBeGreaterThanOrEqual(14);
});

it('the ledger takes what the best pairs of random records are, and no single record proves more', async () => {
  const property = fc.asyncProperty(proofs, async (drawn) => {
    const chosen = drawn.map((payloads) => {
      const records = payloads.flatMap((text) => {
        const read = unlessRefused(() => readOcmf(stringToBytes(text), BINDING.window));
        return 'result' in read && isBound(read.result, BINDING) ? [{ ...read.result, text }] : [];
      });
      const { pairs, energy } = bestPairs(records);
      return { texts: pairs.flatMap((pair) => pair.records.map(({ text }) => text)), wh: whOf(energy) };
    });
    const proving = chosen.filter(({ texts }) => texts.length > 0);
    expect(await onLedger(proving.map(({ texts }) => texts))).toEqual(proving.map(({ wh }) => wh));
    for (const [i, payloads] of drawn.entries()) {
      const alone = payloads.map((text) => inTypeScript([text])).filter((wh) => typeof wh === 'bigint');
      for (const wh of alone) expect(wh).toBeLessThanOrEqual(chosen[i]?.wh ?? 0n);
    }
  });
  await fc.assert(property, { ...RUNS, endOnFailure: true });
});
