import fc from 'fast-check';
import { concatHex, type Hex, numberToHex, size, sliceHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { guardedMarket } from './bookings-in-each-state.ts';
import {
  expectHarmless,
  type GoodCall,
  goodCallsOf,
  hasNoEffect,
  LONG_TIMEOUT,
  runs,
  type Variant,
} from './good-calls.ts';
import type { Effect } from './trace.ts';

const NOTHING: Effect = { changes: {}, logs: [] };
const SELECTOR_BYTES = 4;
const WORD_BYTES = 32;

let anvil: Anvil;
let calls: GoodCall[];
beforeAll(async () => {
  anvil = await startAnvil();
  calls = await goodCallsOf(await guardedMarket(anvil.url));
});
afterAll(() => anvil.stop());

const word = (value: bigint): Hex => numberToHex(value, { size: WORD_BYTES });

const wordCount = (data: Hex): number => Math.floor((size(data) - SELECTOR_BYTES) / WORD_BYTES);

/** Replaces `count` bytes at `at`. */
function spliced(data: Hex, at: number, count: number, put: Hex): Hex {
  const end = Math.min(size(data), at + count);
  const head = at === 0 ? '0x' : sliceHex(data, 0, at);
  const tail = end >= size(data) ? '0x' : sliceHex(data, end);
  return concatHex([head, put, tail]);
}

const withWord = (data: Hex, index: number, value: bigint): Hex =>
  spliced(data, SELECTOR_BYTES + index * WORD_BYTES, WORD_BYTES, word(value));

/** Values for an offset or a length: beyond the end, by one or by far, and those that wrap around. */
const absurd = (data: Hex): bigint[] => [
  0n,
  1n,
  BigInt(size(data) - SELECTOR_BYTES),
  BigInt(size(data)),
  2n ** 32n,
  2n ** 64n - 1n,
  2n ** 64n,
  2n ** 255n,
  2n ** 256n - 32n,
  2n ** 256n - 1n,
];

describe('calldata', () => {
  it('of these valid calls covers every call that changes the ledger', () => {
    const changing = plugpactMarketAbi.filter(
      (item) => item.type === 'function' && item.stateMutability === 'nonpayable',
    );
    const names = new Set(changing.map((item) => (item as { name: string }).name));
    expect(new Set(calls.map(({ call }) => call))).toEqual(names);
    for (const { name, effect } of calls)
      expect({ name, nothing: hasNoEffect(effect) }).toMatchObject({ nothing: false });
  });

  it('cut short is refused, unless only the padding is cut', async () => {
    const cuts = calls.flatMap((good) => {
      const full = size(good.data);
      const lengths = [0, 1, 3, 4, 5, 35, 36, full - 64, full - 33, full - 32, full - 31, full - 1];
      return lengths
        .filter((length) => length < full)
        .map((length): Variant => {
          const data = length <= 0 ? '0x' : sliceHex(good.data, 0, length);
          return { good, data, how: `cut to ${length} bytes` };
        });
    });
    await expectHarmless(cuts);
  });

  it('without arguments is refused by every call', async () => {
    const bare = (good: GoodCall) => sliceHex(good.data, 0, SELECTOR_BYTES);
    const none = calls.map((good) => ({ good, data: bare(good), how: 'selector only' }));
    for (const effect of await expectHarmless(none)) expect(effect).toEqual(NOTHING);
    const zero = calls.map((good) => {
      const data = spliced(good.data, SELECTOR_BYTES, size(good.data), word(0n));
      return { good, data, how: 'one zero word' };
    });
    await expectHarmless(zero);
  });

  it('with garbage behind it does the same', async () => {
    const longer = calls.flatMap((good) =>
      [1, 31, 32, 4_096].map((bytes): Variant => {
        const data = concatHex([good.data, `0x${'ff'.repeat(bytes)}`]);
        return { good, data, how: `${bytes} bytes behind` };
      }),
    );
    const effects = await expectHarmless(longer);
    for (const [index, { good }] of longer.entries()) expect(effects[index]).toEqual(good.effect);
  });

  /** Every call with each of its words put in these ways. */
  const eachWord = (
    ways: (good: GoodCall, old: bigint) => readonly (readonly [how: string, value: bigint])[],
  ) =>
    calls.flatMap((good) =>
      Array.from({ length: wordCount(good.data) }, (_, index) => {
        const at = SELECTOR_BYTES + index * WORD_BYTES;
        const old = BigInt(sliceHex(good.data, at, at + WORD_BYTES));
        return ways(good, old).map(
          ([how, value]): Variant => ({
            good,
            data: withWord(good.data, index, value),
            how: `word ${index} ${how}`,
          }),
        );
      }).flat(),
    );

  it('with an absurd offset, length or value changes nothing of others', async () => {
    await expectHarmless(
      eachWord(({ data }) => absurd(data).map((value) => [`is ${value}`, value] as const)),
    );
  });

  it('with dirty bits above a short type is refused or cleaned', async () => {
    const bits = [8n, 16n, 32n, 64n, 160n, 208n, 255n];
    await expectHarmless(
      eachWord((_, old) => bits.map((bit) => [`with bit ${bit}`, old ^ (1n << bit)] as const)),
    );
  });
});

/** One change of calldata; positions are modulo its length. */
const edit = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), put: fc.constant('0x' as Hex) }),
  fc.record({
    kind: fc.constantFrom('replace' as const, 'insert' as const),
    at: fc.nat(),
    put: fc.oneof(
      fc.bigInt({ min: 0n, max: 2_048n }).map((n) => word(n * 32n)),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(word),
      fc.uint8Array({ maxLength: 40 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`),
    ),
  }),
  fc.record({
    kind: fc.constantFrom('drop' as const, 'double' as const),
    at: fc.nat(),
    put: fc.constant('0x' as Hex),
  }),
);

function edited(data: Hex, { kind, at, put }: { kind: string; at: number; put: Hex }): Hex {
  if (kind === 'cut') return spliced(data, at % (size(data) + 1), size(data), '0x');
  const start = SELECTOR_BYTES + (at % Math.max(1, wordCount(data))) * WORD_BYTES;
  if (start >= size(data)) return data;
  if (kind === 'drop') return spliced(data, start, WORD_BYTES, '0x');
  const here = sliceHex(data, start, Math.min(size(data), start + WORD_BYTES));
  if (kind === 'double') return spliced(data, start, 0, here);
  return spliced(data, start, kind === 'insert' ? 0 : WORD_BYTES, put);
}

describe('calldata edited at random', () => {
  it('is refused, or does the same, and never changes what belongs to others', LONG_TIMEOUT, async () => {
    const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
    const drawn = fc.sample(fc.tuple(fc.nat(), edits), runs(1_500, 60_000));
    await expectHarmless(
      drawn.map(([which, changes]): Variant => {
        const good = calls[which % calls.length] as GoodCall;
        return { good, data: changes.reduce(edited, good.data), how: JSON.stringify(changes) };
      }),
    );
  });
});
