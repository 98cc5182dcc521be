import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FollowedBlock, standingOf, withBlock } from '../../../meter-agent/ledger/recent-blocks.ts';
import { EMPTY_DIGEST } from '../../../protocol/ledger/digest.ts';

const hashOf = (number: number, fork = 0) =>
  `0x${(number * 8 + fork).toString(16).padStart(64, '0')}` as const;
const blockOf = (number: number, fork = 0): FollowedBlock => ({
  number,
  hash: hashOf(number, fork),
  digest: EMPTY_DIGEST,
});

const followed = (numbers: number[]): FollowedBlock[] =>
  numbers.reduce<FollowedBlock[]>((seen, number) => withBlock(seen, blockOf(number)), []);

/** A chain that is another from block `from` on, up to `head`. */
const chain = (from: number, head: number) => {
  const at = (number: number) => (number > head ? undefined : hashOf(number, number < from ? 0 : 1));
  return {
    head: { number: head, hash: at(head) as FollowedBlock['hash'] },
    hashAt: async (number: number) => at(number),
  };
};

test('a few dozen blocks reach back over a year of them, the newest ones one by one', () => {
  const seen = followed(Array.from({ length: 100_000 }, (_, i) => i));
  expect(seen.length).toBeLessThan(90);
  expect(seen.slice(-5).map(({ number }) => number)).toEqual([99_995, 99_996, 99_997, 99_998, 99_999]);
  expect(seen[0]?.number).toBe(0);
  const gaps = seen.slice(1).map(({ number }, i) => [100_000 - number, number - (seen[i]?.number ?? 0)]);
  for (const [depth = 0, gap = 0] of gaps) expect(gap).toBeLessThanOrEqual(Math.max(1, depth / 2));
});

test('the last block in common is found, and what is remembered is the chain as it was followed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 0, max: 50 }),
      async (steps, cut, more) => {
        let number = 0;
        const numbers = steps.map((step) => (number += step));
        const seen = followed(numbers);
        const newest = numbers.at(-1) as number;
        const fork = cut % (newest + 2);
        const { head, hashAt } = chain(fork, newest + more);
        const standing = await standingOf(seen, head, hashAt);
        const common = seen.findLast((block) => block.number < fork) ?? null;
        const expected = fork > newest ? { is: 'whole' } : { is: 'reorganised', common };
        expect(standing).toEqual(expected);
      },
    ),
    { seed: 20, numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 300 },
  );
});

test('a node that has not come as far, and agrees so far, lags and is no reorganisation', async () => {
  const seen = followed([1, 2, 3, 4, 5]);
  const lagging = chain(99, 3);
  expect(await standingOf(seen, lagging.head, lagging.hashAt)).toEqual({ is: 'behind', common: blockOf(3) });
  const shorter = chain(3, 3);
  expect(await standingOf(seen, shorter.head, shorter.hashAt)).toEqual({
    is: 'reorganised',
    common: blockOf(2),
  });
  const other = chain(0, 9);
  expect(await standingOf(seen, other.head, other.hashAt)).toEqual({ is: 'reorganised', common: null });
});
