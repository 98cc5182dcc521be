import fc from 'fast-check';
import {
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  stringToHex,
  toHex,
  zeroAddress,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idTagOf } from '../../protocol/idTag.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { rpcBatch } from '../../scripts/lib/json-rpc.ts';
import { testTerms } from '../support/market.ts';
import { deploy, type Mock } from './mocks.ts';
import { newMeter, ocmf, type ReadingText } from './test-meter.ts';

/** The verifier reads many bytes at once: here each byte at each position is tried by itself. */
const ALGORITHM = 'ECDSA-secp256r1-SHA256' as const;
const R1 = 1;
const RUNS = { numRuns: process.env.PLUGPACT_DEEP ? 1_000 : 60, seed: 20_261_122 };

const meter = newMeter(ALGORITHM);
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

let anvil: Anvil;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  verifier = await deploy(anvil.url, 'OcmfVerifier');
});
afterAll(() => anvil.stop());

/** The result of each of these calls of the verifier, in one request; undefined if it is refused. */
async function provenBy(functionName: string, calls: readonly (readonly unknown[])[]) {
  const batch = calls.map((args) => {
    const data = encodeFunctionData({ abi: verifier.abi, functionName, args });
    return ['eth_call', [{ to: verifier.address, data }, 'latest']] as const;
  });
  const answers = await rpcBatch<Hex>(anvil.url, batch);
  return answers.map(({ result }) => (result === undefined ? result : BigInt(result)));
}

const unbound = (payloads: readonly string[]) =>
  provenBy(
    'unboundWh',
    payloads.map((payload) => [R1, meter.key, [meter.sign(payload)]]),
  );

const readings = (change: Partial<ReadingText>): ReadingText[] => [
  { TM: '2026-11-22T10:00:00,000+0100 S', TX: 'B', RV: '1.0', ...change },
  { TX: 'E', RV: '10.0', ...change },
];

/** The letters of those payloads whose record is accepted. */
async function takenOf(payloadWith: (char: string) => string): Promise<string[]> {
  const found = await unbound(ASCII.map(payloadWith));
  return ASCII.filter((_, i) => found[i] !== undefined);
}

const good = ocmf('', 7, readings({ RV: 5 }));
const inText = (text: string, place: string) => good.replace(place, () => text);

describe('each byte of a record', () => {
  const written = ASCII.filter((char) => char >= ' ' && char !== '"' && char !== '\\');

  it.each([0, 1, 30, 31, 32, 33, 63, 64])(
    'in a text, at its byte %i: all but controls, quote and backslash',
    async (at) => {
      const text = (char: string) => `${'x'.repeat(at)}${char}${'é'.repeat(20)}`;
      expect(await takenOf((char) => inText(text(char), 'TEST METER 1'))).toEqual(written);
    },
  );

  it.each(['?A', 'A?', '?', 'A key?of more', '??'])('in a key like %s: the same', async (key) => {
    const keyOf = (char: string) => key.replaceAll('?', () => char);
    expect(await takenOf((char) => inText(`"${keyOf(char)}":1,"GS"`, '"GS"'))).toEqual(written);
  });

  it('in a number or word: letters, digits, point and signs', async () => {
    const taken = await takenOf((char) => inText(`"XX":1${char}1,"GS"`, '"GS"'));
    expect(taken).toEqual(ASCII.filter((char) => /[A-Za-z0-9.+-]/.test(char)));
  });

  it('between values: spaces alone', async () => {
    const taken = await takenOf((char) => inText(`"XX":1${char} ,"GS"`, '"GS"'));
    expect(taken).toEqual(ASCII.filter((char) => /[A-Za-z0-9.+ -]/.test(char)));
    expect(await takenOf((char) => inText(`${char}"GS"`, '"GS"'))).toEqual([' ']);
  });

  it('in a register or page: digits', async () => {
    const digits = ASCII.filter((char) => /\d/.test(char));
    expect(await takenOf((char) => ocmf('', 7, readings({ RV: `1${char}.5` })))).toEqual(
      ASCII.filter((char) => /\d/.test(char)),
    );
    expect(await takenOf((char) => ocmf('', 7, readings({ RV: `1.${char}5` })))).toEqual(digits);
    expect(await takenOf((char) => inText(`T1${char}`, 'T7'))).toEqual(digits);
  });

  const SPARE = [4, 7, 10, 13, 16, 19, 20, 21, 22, 28];
  const TIME = '2011-11-11T11:11:11,000+1111 S';
  it.each([...TIME.slice(0, 28)].map((_, at) => at).filter((at) => !SPARE.includes(at)))(
    'in a time, at its byte %i: a digit, or the sign',
    async (at) => {
      const time = (char: string) => TIME.slice(0, at) + char + TIME.slice(at + 1);
      const taken = await takenOf((char) => ocmf('', 7, readings({ TM: time(char) })));
      if (at === 23) expect(taken).toEqual(['+', '-']);
      else expect(taken.every((char) => /\d/.test(char)) && taken.includes(TIME.charAt(at))).toBe(true);
    },
  );
});

describe('a bound record', () => {
  const market = { chainId: 31_337, market: zeroAddress };
  const types = [{ type: 'uint256' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }] as const;

  function argsOf(booking: Hex, idTagPrefix: string, payload: string, timeSec = 0) {
    const preimage = encodeAbiParameters(types, [BigInt(market.chainId), market.market, booking, booking]);
    const base = testTerms(zeroAddress, zeroAddress);
    const metering = { ...base.metering, meterAlgorithm: ALGORITHM, idTagPrefix };
    const binding = {
      tagHash: keccak256(preimage),
      metering: toTermsStruct({ ...base, metering }).metering,
      opens: BigInt(timeSec),
      closes: BigInt(timeSec),
    };
    return [binding, meter.key, [meter.sign(payload)]];
  }

  const tagOf = (booking: Hex) => idTagOf(market, booking, booking);
  const TIMELESS = { TM: '2026-11-22T10:00:00,000+0100 U' };

  it('has the idTag, or the idTag after all of the prefix, and nothing else', async () => {
    const prefixes = fc.string({ unit: 'grapheme-ascii', maxLength: 11 });
    const seeds = fc.bigInt({ min: 0n, max: 2n ** 64n });
    const property = fc.asyncProperty(seeds, prefixes, async (seed, text) => {
      const booking = keccak256(toHex(seed));
      const prefix = text.replaceAll(/["\\]/g, '_');
      const tag = tagOf(booking);
      const ids = [tag, prefix + tag, `${prefix}+${tag}`, `${prefix}${tag}2`, prefix + tag.slice(0, -1)];
      const calls = ids.map((id) => argsOf(booking, prefix, ocmf(id, 7, readings(TIMELESS))));
      const refused = [undefined, undefined, undefined];
      expect(await provenBy('provenWh', calls)).toEqual([9_000n, 9_000n, ...refused]);
    });
    await fc.assert(property, RUNS);
  });

  it('is read at the moment that its local time and offset name, within five minutes', async () => {
    const moments = fc.integer({ min: 86_400, max: 4_102_444_800 });
    const offsets = fc.integer({ min: -56, max: 56 });
    const booking = keccak256(stringToHex('a booking'));
    const property = fc.asyncProperty(moments, offsets, async (timeSec, quarters) => {
      const local = new Date((timeSec + quarters * 900) * 1_000).toISOString().slice(0, 19);
      const minutes = Math.abs(quarters) * 15;
      const two = (number: number) => String(number).padStart(2, '0');
      const offset = `${quarters < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
      const payload = ocmf(tagOf(booking), 7, readings({ TM: `${local},000${offset} S` }));
      const calls = [-301, -300, 300, 301].map((by) => argsOf(booking, '', payload, timeSec + by));
      expect(await provenBy('provenWh', calls)).toEqual([undefined, 9_000n, 9_000n, undefined]);
    });
    await fc.assert(property, RUNS);
  });
});

describe('a register', () => {
  const oneKwh = (RI: string) =>
    ocmf(
      '',
      7,
      readings({ RI }).map((one, i) => ({ ...one, RV: i + 1 })),
    );

  it('is exact to the millionth of a Wh, in kWh and Wh, and rounded down once', async () => {
    const millionths = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const units = fc.constantFrom(['kWh', 9] as const, ['Wh', 6] as const);
    const property = fc.asyncProperty(
      fc.tuple(millionths, millionths),
      units,
      fc.nat(20),
      async (pair, [RU, places], zeros) => {
        const [begin, end] = pair[0] < pair[1] ? pair : [pair[1], pair[0]];
        const text = (number: bigint) => {
          const digits = number.toString().padStart(places + 1, '0');
          return `${' '.repeat(zeros)}${digits.slice(0, -places)}.${digits.slice(-places)}${'0'.repeat(zeros)}`;
        };
        const payload = (RV: string) =>
          ocmf('', 7, [
            { ...readings({})[0]!, RU, RV: text(begin) },
            { TX: 'E', RU, RV },
          ]);
        const found = await unbound([payload(text(end)), payload(`${text(end)}1`)]);
        expect(found).toEqual([(end - begin) / 1_000_000n, undefined]);
      },
    );
    await fc.assert(property, RUNS);
  });

  it.each([
    '1-0:1.8.0',
    '1-b:1.8.0',
    '1.8.0',
    '01-00:01.08.00.FF',
    '1-0:1.8.0*198',
    '1-0:B0.8.0',
    'B1.08.0*F',
    '1-0:1.8.1',
    '1-b:1.8.e',
  ])('%s bills: imported energy', async (RI) => {
    expect(await unbound([oneKwh(RI)])).toEqual([1_000n]);
  });

  it.each([
    '',
    '1-0:2.8.0',
    '1-0:98.8.0',
    '1-0:B2.8.0',
    '1-0:1.8.10',
    '1-0:1.7.0',
    '1-0:1.8',
    '1-0:11.8.0',
    '1-0:10.8.0',
    '1.8.0:1',
    `1-0:1.8.0.${'F'.repeat(31)}`,
  ])('%s bills nothing', async (RI) => {
    expect(await unbound([oneKwh(RI)])).toEqual([undefined]);
  });
});
