import { readFileSync } from 'node:fs';
import { toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { OCMF_FILE, type OcmfVector } from '../vectors/make-ocmf-vectors.ts';
import { deploy, type Mock } from './mocks.ts';
import { type ProofCall, provenBy } from './ocmf-ledger.ts';

const { cases } = JSON.parse(readFileSync(OCMF_FILE, 'utf8')) as { cases: OcmfVector[] };

const calls = cases.map(
  ({ algorithm, payloads, signatures }): ProofCall => ({
    algorithm,
    records: payloads.map((text, i) => ({
      payload: toHex(text),
      r: `0x${signatures[i]?.slice(0, 64)}`,
      s: `0x${signatures[i]?.slice(64)}`,
    })),
  }),
);

/** The names make a difference readable. */
const named = (results: readonly unknown[]) => results.map((found, i) => `${cases[i]?.name}: ${found}`);

/** Each verifier on the hardforks whose ledgers it is deployed to; CLZ came with osaka. */
const LEDGERS = [
  ['OcmfVerifier', 'osaka'],
  ['OcmfVerifierWithoutClz', 'osaka'],
  ['OcmfVerifierWithoutClz', 'prague'],
  ['OcmfVerifierWithoutClz', 'cancun'],
] as const;

describe.each(LEDGERS)('%s on %s', (source, hardfork) => {
  let anvil: Anvil;
  let verifier: Mock;
  beforeAll(async () => {
    anvil = await startAnvil({ hardfork });
    verifier = await deploy(anvil.url, source);
  });
  afterAll(() => anvil.stop());

  it('makes of all records what the vectors say', async () => {
    const found = await provenBy(anvil.url, verifier, calls);
    expect(named(found)).toEqual(named(cases.map(({ expected }) => expected)));
  });
});

describe('OcmfVerifier on prague', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startAnvil({ hardfork: 'prague' });
  });
  afterAll(() => anvil.stop());

  it('proves nothing, not even by a good record: it needs an opcode that is not there', async () => {
    const verifier = await deploy(anvil.url, 'OcmfVerifier');
    const [found] = await provenBy(anvil.url, verifier, calls);
    expect(typeof found).toBe('string');
  });
});
