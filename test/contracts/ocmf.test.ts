import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeErrorResult, type Hex, hexToString, stringToBytes, toHex, trim } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { provenWh } from '../../protocol/ocmf/proof.ts';
import { unlessRefused } from '../../protocol/ocmf/refusal.ts';
import { spkiToMeterKey, toMeterSignature } from '../../protocol/proof.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { deploy, type Mock, readFrom } from './mocks.ts';

/** Records of real meters; vitest.config.ts leaves this file out where their folder does not exist. */
const FILE = join(ROOT, '../shared/data/ocmf/records.json');

interface MeterSample {
  algorithm: string;
  publicKeySpki: string;
  payload: string;
  signature: string;
  expected: 'valid' | 'invalid' | 'no-key';
}

const ALWAYS = { from: 0, until: Number.MAX_SAFE_INTEGER };

const ALGORITHMS: Record<string, number> = { 'ECDSA-secp256r1-SHA256': 1, 'ECDSA-secp256k1-SHA256': 2 };

let anvil: Anvil;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  verifier = await deploy(anvil.url, 'OcmfVerifier');
});
afterAll(() => anvil.stop());

/** The Wh that a record proves by itself, or the rule that it breaks. */
async function verdictOf(sample: MeterSample, payload = sample.payload): Promise<bigint | string> {
  const signature = toMeterSignature(JSON.parse(sample.signature) as { SD: string; SE?: string });
  const record = { payload: toHex(payload), ...signature };
  const key = spkiToMeterKey(`0x${sample.publicKeySpki}`);
  const call = readFrom(anvil.url, verifier, 'unboundWh', [ALGORITHMS[sample.algorithm], key, [record]]);
  return call.then((wh) => wh as bigint, ruleOf);
}

function ruleOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { data } = cause as { data?: unknown };
    if (typeof data !== 'string') continue;
    const { errorName, args } = decodeErrorResult({ abi: plugpactMarketAbi, data: data as Hex });
    return errorName === 'Ocmf_Refused' ? hexToString(trim(args[0], { dir: 'right' })) : errorName;
  }
  throw error;
}

const IMPORT = /^(?:[^:]*:)?0*(?:1|B0|B1)\.0*8\.0*[1-9e]?(?:[.*].*)?$/;

interface Entry {
  TX?: string;
  RV?: string | number;
  RI?: string;
  RU?: string;
  EF?: string;
  ST?: string;
  CL?: number;
}

/** The rule that forbids billing by this reading; the unit is checked last, as on the ledger. */
function flawOf(entry: Entry): string | undefined {
  if (!['', 't'].includes(entry.EF ?? '')) return 'EF';
  if (entry.ST !== 'G') return 'ST';
  if ((entry.CL ?? 0) !== 0) return 'CL';
  return entry.RU === 'kWh' || entry.RU === 'Wh' ? undefined : 'RU';
}

/** Millionths of a Wh. */
function registerOf(entry: Entry): bigint {
  const [whole = '0', part = ''] = String(entry.RV).trim().split('.');
  return BigInt(whole + part.padEnd(entry.RU === 'kWh' ? 9 : 6, '0'));
}

/** The readings that begin or end the transaction at its first register of imported energy. */
function bearingOf(payload: string): { begins: boolean; entry: Entry }[] {
  const { RD } = JSON.parse(payload) as { RD: Entry[] };
  let tx: string | undefined;
  const marked = RD.map((entry) => {
    tx = entry.TX ?? tx;
    return { tx, entry };
  });
  const bearing = marked.filter(
    (each) => each.tx !== undefined && 'BELRAP'.includes(each.tx) && IMPORT.test(each.entry.RI ?? ''),
  );
  const register = bearing[0]?.entry.RI;
  return bearing
    .filter(({ entry }) => entry.RI === register)
    .map((each) => ({ begins: each.tx === 'B', entry: each.entry }));
}

/** The same check by JSON.parse and exact decimals, for a record with a valid signature. */
function judge(payload: string): bigint | string {
  const bearing = bearingOf(payload);
  for (const { entry } of bearing) {
    const flaw = flawOf(entry);
    if (flaw !== undefined) return flaw;
  }
  const [begin, end, ...more] = [...bearing].sort((a, b) => Number(b.begins) - Number(a.begins));
  if (begin === undefined || end === undefined || end.begins || !begin.begins) return 'pair';
  return more.length > 0 ? 'sequence' : (registerOf(end.entry) - registerOf(begin.entry)) / 1_000_000n;
}

describe('records of real meters', () => {
  const samples = (JSON.parse(readFileSync(FILE, 'utf8')) as { records: MeterSample[] }).records;
  const ours = samples.filter(({ algorithm }) => ALGORITHMS[algorithm] !== undefined);
  const valid = ours.filter(({ expected }) => expected === 'valid');

  it('holds records of both curves', () => {
    expect(valid.length).toBeGreaterThan(60);
    expect(new Set(valid.map(({ algorithm }) => algorithm)).size).toBe(2);
  });

  it.each(valid.map((sample, index) => ({ index, sample })))(
    'verifies valid record $index and reads its contents',
    async ({ sample }) => {
      const verdict = await verdictOf(sample);
      expect(verdict).toEqual(judge(sample.payload));
      const read = unlessRefused(() => provenWh([stringToBytes(sample.payload)], { window: ALWAYS }));
      expect('result' in read ? read.result : read.refusedBy).toBe(verdict);
    },
  );

  it('refuses invalid records, and every record of which one byte was changed', async () => {
    const invalid = ours.filter(({ expected }) => expected === 'invalid');
    expect(invalid.length).toBeGreaterThan(0);
    for (const sample of invalid) {
      expect(await verdictOf(sample).catch((error: { code?: string }) => error.code)).toMatch(
        /^(signature|proof\.malformed)$/,
      );
    }
    for (const sample of valid.slice(0, 5)) {
      expect(await verdictOf(sample, sample.payload.replace('"RV"', '"RW"'))).toBe('signature');
    }
  });
});
