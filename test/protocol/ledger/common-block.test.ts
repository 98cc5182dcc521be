import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonBlock } from '../../../protocol/ledger/common-block.ts';
import type { LedgerNode } from '../../../protocol/ledger/node.ts';
import { hashOf } from './logs.ts';

/** The blocks that the index stores: a checkpoint each 1,024, and the newest one by one. */
const storedOf = (tip: number): number[] => {
  const newest = Array.from({ length: Math.min(257, tip + 1) }, (_, i) => tip - i);
  const checkpoints = Array.from({ length: Math.floor(tip / 1_024) + 1 }, (_, i) => i * 1_024);
  return [...new Set([...newest, ...checkpoints])].sort((a, b) => b - a);
};

test('the newest stored block that is on the ledger is found with few questions', async () => {
  const sample = fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.nat());
  await fc.assert(
    fc.asyncProperty(sample, async ([tip, cut]) => {
      const fork = cut % (tip + 2);
      const stored = storedOf(tip);
      let questions = 0;
      const header = async (number: number) => {
        questions += 1;
        return { number, hash: hashOf(number, number < fork ? 0 : 1) };
      };
      const storedAt = async (number: number) => {
        const found = stored.find((block) => block <= number);
        return found === undefined ? undefined : { number: found, hash: hashOf(found) };
      };
      const found = await commonBlock({ header } as unknown as LedgerNode, tip, storedAt);
      expect(found?.number).toBe(stored.find((block) => block < fork));
      expect(questions).toBeLessThan(45);
    }),
    { seed: 8, numRuns: process.env.PLUGPACT_DEEP ? 2_000 : 60 },
  );
});
