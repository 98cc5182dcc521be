import { decodeErrorResult, type Hex, hexToString, sliceHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deploy, type Mock, readFrom } from './mocks.ts';
import { newMeter, ocmf, type ReadingText } from './test-meter.ts';

const K1 = 2;
const meter = newMeter('ECDSA-secp256k1-SHA256');
const begin: ReadingText = { TM: '2026-11-22T10:00:00,000+0100 S', TX: 'B', RV: '1.0' };
const end: ReadingText = { TX: 'E', RV: '10.0' };

let anvil: Anvil;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  verifier = await deploy(anvil.url, 'OcmfVerifier');
});
afterAll(() => anvil.stop());

/** What the verifier proves, in Wh, or the error and the rule by which it refuses. */
async function verdictOf(records: readonly MeterRecordStruct[], key = meter.key, algorithm = K1) {
  try {
    return await readFrom(anvil.url, verifier, 'unboundWh', [algorithm, key, records]);
  } catch (error) {
    const data = refusalIn(error);
    if (data === undefined) throw error;
    const { errorName, args } = decodeErrorResult({ abi: verifier.abi, data });
    if (errorName !== 'Ocmf_Refused') return errorName;
    return hexToString((args as [Hex])[0], { size: 32 });
  }
}

function refusalIn(error: unknown): Hex | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('raw' in cause && typeof cause.raw === 'string') return cause.raw as Hex;
  }
  return undefined;
}

const signed = (...payloads: readonly string[]) => payloads.map((payload) => meter.sign(payload));
const of = (readings: readonly object[], change: object = {}) =>
  verdictOf(signed(ocmf('', 7, readings as ReadingText[], change)));

describe('a record', () => {
  it('proves the energy between its readings', async () => {
    expect(await of([begin, end])).toBe(9_000n);
  });

  it('is signed by a key of 64 bytes, by an algorithm that is known', async () => {
    const records = signed(ocmf('', 7, [begin, end]));
    for (const key of ['0x', sliceHex(meter.key, 1)] as const) {
      expect(await verdictOf(records, key)).toBe('meterKey');
    }
    for (const algorithm of [0, 3, 255]) {
      expect(await verdictOf(records, meter.key, algorithm)).toBe('signature');
    }
  });

  it('has an ID that is text', async () => {
    expect(await of([begin, end], { ID: 5 })).toBe('ID');
  });

  it('begins once, ends once, and in this order', async () => {
    for (const readings of [
      [begin, begin],
      [begin, end, end],
      [
        { ...begin, TX: 'E' },
        { ...end, TX: 'B' },
      ],
    ]) {
      expect(await of(readings)).toBe('sequence');
    }
  });

  it('ignores readings of other registers, and of no one letter that begins or ends', async () => {
    for (const change of [{ RI: '1-0:B0.8.0' }, { RI: '1-0:1.8.1' }, { TX: 'EE' }, { TX: '' }, { TX: 'C' }]) {
      expect(await of([begin, { ...end, ...change }])).toBe('pair');
      expect(await of([begin, { ...end, ...change }, end])).toBe(9_000n);
    }
  });

  it('has a time of 30 characters whose last is the state of the clock', async () => {
    const TM = String(begin.TM);
    for (const wrong of [TM.slice(0, 29), `${TM} `, 5, TM.replace('S', 'X'), TM.replace('S', ' ')]) {
      expect(await of([{ ...begin, TM: wrong }, end])).toBe('TM');
    }
    for (const letter of 'SRUI') {
      expect(await of([{ ...begin, TM: TM.replace('S', letter) }, end])).toBe(9_000n);
    }
  });

  it('nests what is skipped sixteen deep at most, without control bytes', async () => {
    const nested = (depth: number) =>
      ocmf('', 7, [begin, end], { XX: 0 }).replace('"XX":0', `"XX":${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(await verdictOf(signed(nested(15)))).toBe(9_000n);
    expect(await verdictOf(signed(nested(16)))).toBe('Json_Malformed');
    for (const inside of ['\t', '\\', '\u0000', '}', '{]']) {
      const text = nested(1).replace('[]', () => `[${inside}]`);
      expect(await verdictOf(signed(text))).toBe('Json_Malformed');
    }
  });

  it('has brackets, colons, commas and quotes where JSON has them', async () => {
    const text = ocmf('', 7, [begin, end]);
    const wrong = [
      text.replace('{', '['),
      text.replace('"IS":', '"IS" '),
      text.replace('"RD":[', '"RD":{'),
      text.replace('true,', 'true '),
      text.replace('true,', 'true;'),
      text.replace(/}$/, ']'),
      text.replace(/]}$/, '}}'),
      text.replace('TRUSTED"', 'TRUSTED\n'),
      text.replace('TRUSTED"', 'TRUSTED\\'),
      text.replace('TRUSTED', 'TRU\nSTED'),
      text.replace('TRUSTED', 'TRU\\u0041STED'),
    ];
    for (const payload of wrong) expect(await verdictOf(signed(payload))).toBe('Json_Malformed');
  });

  it('has a possible date, in digits, and an offset to either side', async () => {
    const dates = [
      '1969-11-22',
      '2026-00-22',
      '2026-13-22',
      '2026-11-00',
      '2026-11-32',
      '2026-1a-22',
      '2026-11-2/',
    ];
    const times = dates.map((date) => `${date}T10:00:00,000+0100 S`);
    for (const TM of [...times, '2026-11-22T10:00:00,000*0100 S', '2026-11-22T10:00:00,000+01:0 S']) {
      expect(await of([{ ...begin, TM }, end])).toBe('TM');
    }
    expect(await of([{ ...begin, TM: '2026-11-22T10:00:00,000-0100 S' }, end])).toBe(9_000n);
  });

  it('has registers of fifteen digits and sixty places at most, and nothing else in them', async () => {
    const tooLong = ['1234567890123456', `1.${'0'.repeat(61)}`];
    for (const RV of ['', '.5', '5.', '1.2.3', '1e3', '-5', ' ', '5 ', ...tooLong]) {
      expect(
        await of([
          { ...begin, RV: '0' },
          { ...end, RV },
        ]),
      ).toBe('RV');
    }
    expect(await of([{ ...begin, RV: `1.${'0'.repeat(60)}` }, end])).toBe(9_000n);
  });

  it('has a value behind each colon', async () => {
    const text = ocmf('', 7, [begin, end]);
    for (const value of ['', ',', '}']) {
      expect(await verdictOf(signed(text.replace('"IS":true', `"IS":${value}`)))).toBe('Json_Malformed');
    }
  });
});

describe('two records of one transaction', () => {
  const two = (change: object, page = 8) =>
    verdictOf(signed(ocmf('', 7, [begin]), ocmf('', page, [{ ...begin, ...end, ...change } as ReadingText])));

  it('prove the energy between them, of one register, on rising pages', async () => {
    expect(await two({})).toBe(9_000n);
    expect(await two({ RI: '1-0:1.8.0*255' })).toBe('RI');
    expect(await two({}, 7)).toBe('PG');
    expect(await two({ RV: '0.5' })).toBe('register');
    expect(await two({ RV: '1.0' })).toBe(0n);
  });
});
