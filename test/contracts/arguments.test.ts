import fc from 'fast-check';
import {
  type AbiFunction,
  type AbiParameter,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  numberToHex,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { guardedMarket } from './bookings-in-each-state.ts';
import { newKey } from './fixture.ts';
import { type GoodCall, goodCallsOf, hasNoEffect, LONG_TIMEOUT, runs } from './good-calls.ts';
import { effectsOf } from './trace.ts';

/** Somebody without money, bookings, listings or a role. */
const stranger = newKey().address;

const functions = plugpactMarketAbi.filter(
  (item) => item.type === 'function' && item.stateMutability === 'nonpayable',
) as unknown as AbiFunction[];

/** Values in valid calls of the market, by their Solidity type. */
type Pool = Map<string, unknown[]>;

let anvil: Anvil;
let calls: GoodCall[];
let pool: Pool;
beforeAll(async () => {
  anvil = await startAnvil();
  calls = await goodCallsOf(await guardedMarket(anvil.url));
  pool = new Map();
  for (const { data } of calls) {
    const { functionName, args = [] } = decodeFunctionData({ abi: plugpactMarketAbi, data });
    const inputs = functions.find(({ name }) => name === functionName)?.inputs ?? [];
    for (const [index, input] of inputs.entries()) gather(pool, input, args[index]);
  }
});
afterAll(() => anvil.stop());

const typeOf = ({ internalType, type }: AbiParameter): string => String(internalType ?? type);

const partsOf = (parameter: AbiParameter): readonly AbiParameter[] =>
  'components' in parameter && parameter.type === 'tuple' ? parameter.components : [];

function gather(into: Pool, parameter: AbiParameter, value: unknown): void {
  const type = typeOf(parameter);
  into.set(type, [...(into.get(type) ?? []), value]);
  for (const part of partsOf(parameter))
    gather(into, part, (value as Record<string, unknown>)[part.name ?? '']);
}

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hexOf);

/** Any number of this many bits, often an edge. */
function numbers(bits: number): fc.Arbitrary<bigint | number> {
  const max = 2n ** BigInt(bits) - 1n;
  const any = fc.oneof(fc.constantFrom(0n, 1n, max, max - 1n), fc.bigInt({ min: 0n, max }));
  return bits <= 48 ? any.map(Number) : any;
}

/** Any value of an ABI type. */
function anyOf(parameter: AbiParameter): fc.Arbitrary<unknown> {
  const { type } = parameter;
  const array = /^(.*)\[\]$/.exec(type);
  if (array) return fc.array(anyOf({ ...parameter, type: array[1] ?? '' } as AbiParameter), { maxLength: 3 });
  if (type === 'tuple') {
    return fc.record(Object.fromEntries(partsOf(parameter).map((part) => [part.name ?? '', drawn(part)])));
  }
  if (type === 'bool') return fc.boolean();
  if (type === 'address') return fc.bigInt({ min: 0n, max: 9n }).map((n) => numberToHex(n, { size: 20 }));
  if (type === 'bytes') return fc.uint8Array({ maxLength: 200 }).map(hexOf);
  const [, kind, count] = /^(uint|bytes)(\d+)$/.exec(type) ?? [];
  if (kind === 'bytes') return bytesOf(Number(count));
  if (kind === 'uint') return numbers(Number(count));
  throw new Error(`No values are known for the ABI type ${type}.`);
}

/** Mostly a value of a valid call of the same type, so that one call's booking meets another's state or signature. */
function drawn(parameter: AbiParameter): fc.Arbitrary<unknown> {
  const known = pool.get(typeOf(parameter)) ?? [];
  const any = anyOf(parameter);
  return known.length === 0 ? any : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, any);
}

describe('a stranger with arguments of every kind', () => {
  it.each(functions.map((item) => [item.name, item] as const))(
    'gets nothing out of %s',
    LONG_TIMEOUT,
    async (name, item) => {
      const drawnArgs = fc.sample(fc.tuple(...item.inputs.map(drawn)), runs(100, 4_000));
      const { rpcUrl, market } = calls[0]?.market ?? { rpcUrl: anvil.url, market: stranger };
      const sent = drawnArgs.map((args) => {
        const data = encodeFunctionData({ abi: [item], args: [...args] });
        return { from: stranger, to: market, data };
      });
      for (const [index, effect] of (await effectsOf(rpcUrl, sent)).entries()) {
        if (hasNoEffect(effect)) continue;
        // By chance all arguments of a call that anyone may send came together.
        const { data } = sent[index] as (typeof sent)[0];
        const known = calls.filter(({ call, relayed }) => relayed && call === name);
        expect({ data, changes: known.map((good) => good.effect.changes) }).toEqual({
          data,
          changes: expect.arrayContaining([effect.changes]),
        });
      }
    },
  );
});
