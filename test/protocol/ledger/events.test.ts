import fc from 'fast-check';
import {
  type AbiEvent,
  type AbiParameter,
  decodeEventLog,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
} from 'viem';
import { expect, test } from 'vitest';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { parameterDecoder } from '../../../protocol/ledger/abi-decoder.ts';
import { decodeLog, eventTopics } from '../../../protocol/ledger/events.ts';
import { logAt } from './logs.ts';

const RUNS = process.env.PLUGPACT_DEEP ? 20_000 : 300;

const EVENTS = plugpactMarketAbi.filter((item) => item.type === 'event') as readonly AbiEvent[];

const hexOf = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
const toHex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;

/** Values of an ABI type. */
function arbitraryOf(parameter: AbiParameter): fc.Arbitrary<unknown> {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) {
    const item = arbitraryOf({ ...parameter, type: array[1]! } as AbiParameter);
    const size =
      array[2] === '' ? { maxLength: 4 } : { minLength: Number(array[2]), maxLength: Number(array[2]) };
    return fc.array(item, size);
  }
  if (type === 'tuple') {
    const { components } = parameter as { components: readonly AbiParameter[] };
    return fc.record(Object.fromEntries(components.map((field) => [field.name!, arbitraryOf(field)])));
  }
  if (type === 'address') return hexOf(20);
  if (type === 'bool') return fc.boolean();
  if (type === 'string') return fc.string();
  if (type === 'bytes') return fc.uint8Array({ maxLength: 100 }).map(toHex);
  const [, kind, size] = /^(uint|int|bytes)(\d+)$/.exec(type)!;
  if (kind === 'bytes') return hexOf(Number(size));
  const bits = BigInt(size!);
  const most = 2n ** (kind === 'int' ? bits - 1n : bits) - 1n;
  const value = fc.bigInt({ min: kind === 'int' ? -most - 1n : 0n, max: most });
  return bits <= 48n ? value.map(Number) : value;
}

/** viem writes addresses with the letters that check them. */
const lowerHex = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}n` : one)),
    (_key, one) => (typeof one === 'string' && /^0x[0-9a-fA-F]{40}$/.test(one) ? one.toLowerCase() : one),
  );

const eventLog = fc.constantFrom(...EVENTS).chain((event) =>
  fc
    .record(Object.fromEntries(event.inputs.map((input) => [input.name!, arbitraryOf(input)])))
    .map((args) => {
      const inputs = event.inputs.filter(({ indexed }) => !indexed);
      const topics = encodeEventTopics({ abi: [event], args } as never) as [Hex, ...Hex[]];
      const data = encodeAbiParameters(inputs, inputs.map(({ name }) => args[name!]) as never);
      return { event, topics, data };
    }),
);

test('each event of the market is decoded as viem decodes it', () => {
  fc.assert(
    fc.property(eventLog, ({ event, topics, data }) => {
      const expected = decodeEventLog({ abi: plugpactMarketAbi, topics, data });
      const decoded = decodeLog({ ...logAt(1, 0), topics, data }, 0);
      expect(decoded?.name).toBe(event.name);
      expect(lowerHex(decoded?.args)).toEqual(lowerHex(expected.args ?? {}));
    }),
    { seed: 41, numRuns: RUNS },
  );
});

const TYPES = [
  'uint8[]',
  'string',
  'int16',
  'int256',
  'bool',
  'bytes',
  'address[2]',
  'bytes4',
  'string[]',
] as const;

test('other types are decoded as viem decodes them, whatever their order', () => {
  const parameters = fc
    .uniqueArray(fc.constantFrom(...TYPES), { minLength: 1 })
    .map((types) => types.map((type, i) => ({ name: `p${i}`, type })));
  const sample = parameters.chain((list) => fc.tuple(fc.constant(list), fc.tuple(...list.map(arbitraryOf))));
  fc.assert(
    fc.property(sample, ([list, values]) => {
      const data = encodeAbiParameters(list as never, values as never);
      const decoded = parameterDecoder(list)(data, 2);
      expect(lowerHex(Object.values(decoded))).toEqual(lowerHex(values));
    }),
    { seed: 42, numRuns: RUNS },
  );
});

test('damaged data is refused or decoded, never read beyond its end', () => {
  const damaged = fc.tuple(eventLog, fc.nat(), fc.constantFrom('0', 'f', ''));
  fc.assert(
    fc.property(damaged, ([{ topics, data }, at, digit]) => {
      const place = 2 + (at % Math.max(1, data.length - 2));
      const changed = `${data.slice(0, place)}${digit}${digit === '' ? '' : data.slice(place + 1)}` as Hex;
      try {
        decodeLog({ ...logAt(1, 0), topics, data: changed }, 0);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { seed: 43, numRuns: RUNS },
  );
});

test('an unknown event is none, and one with too few topics is refused', () => {
  const log = logAt(1, 0);
  expect(decodeLog({ ...log, topics: [`0x${'1'.repeat(64)}`] }, 0)).toBeUndefined();
  expect(decodeLog({ ...log, topics: [] }, 0)).toBeUndefined();
  expect(() => decodeLog({ ...log, topics: log.topics.slice(0, 2) }, 0)).toThrow(RangeError);
  expect(eventTopics(new Set(['Withdrawn']))).toEqual([log.topics[0]]);
  expect(eventTopics()).toHaveLength(EVENTS.length);
});
