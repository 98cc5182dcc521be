import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKPOINT_BLOCKS, FINALITY_BLOCKS, spanFrom } from '../../../protocol/ledger/range.ts';
import { RangeSize, TARGET_EVENTS } from '../../../protocol/ledger/range-size.ts';

const RUNS = process.env.PLUGPACT_DEEP ? 3_000 : 100;

/** Reads so many blocks from a node that refuses longer ranges; what was asked. */
function read(blocks: number, node: { mostBlocks: number; eventsPerBlock: number; msPerBlock: number }) {
  const size = new RangeSize();
  const answered: number[] = [];
  let refused = 0;
  for (let left = blocks; left > 0; ) {
    const asked = Math.min(left, size.blocks);
    if (asked > node.mostBlocks) {
      refused += 1;
      size.refused(asked);
      continue;
    }
    left -= asked;
    answered.push(asked);
    const events = Math.round(asked * node.eventsPerBlock);
    size.answered({ blocks: asked, events, bytes: 500 * events, elapsedMs: asked * node.msPerBlock });
  }
  return { answered, refused, longest: Math.max(...answered) };
}

test('a quiet ledger is read in ever longer ranges, far above 4,096 blocks', () => {
  const { answered, longest } = read(20_000_000, { mostBlocks: Infinity, eventsPerBlock: 0, msPerBlock: 0 });
  expect(longest).toBe(1_000_000);
  expect(answered.length).toBeLessThan(40);
});

test('whatever a node refuses, it is asked for what it takes, and seldom for more', () => {
  const node = fc.record({
    mostBlocks: fc.integer({ min: 1, max: 100_000 }),
    eventsPerBlock: fc.double({ min: 0, max: 20, noNaN: true }),
    msPerBlock: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(node, (limits) => {
      const blocks = 100 * Math.min(limits.mostBlocks, 1_000);
      const { answered, refused } = read(blocks, limits);
      expect(refused).toBeLessThan(12 + answered.length / 10);
      // After the first answers, about as many events as aimed at.
      const events = Math.max(0, ...answered.slice(3)) * limits.eventsPerBlock;
      expect(events).toBeLessThan(Math.max(1.5 * TARGET_EVENTS, 2 * limits.eventsPerBlock));
    }),
    { seed: 3, numRuns: RUNS },
  );
});

test('a long refusal is forgotten: the length is tried again and kept where it is taken', () => {
  const size = new RangeSize();
  while (size.blocks > 1) size.refused(size.blocks);
  expect(size.refused(1)).toBe(false);
  const answer = () => size.answered({ blocks: size.blocks, events: 0, bytes: 0, elapsedMs: 1 });
  for (let i = 0; i < 1_000; i++) answer();
  expect(size.blocks).toBeGreaterThan(1_000);
});

test('spans follow each other, and pass no checkpoint of history without ending there once they can', () => {
  const sample = fc.tuple(
    fc.nat(20_000),
    fc.integer({ min: 1, max: 9_000 }),
    fc.integer({ min: 1, max: 5_000 }),
  );
  fc.assert(
    fc.property(sample, ([from, blocks, spanBlocks]) => {
      const head = from + blocks;
      const span = spanFrom(from, head, spanBlocks);
      expect(span.to).toBeGreaterThanOrEqual(from);
      expect(span.to - from).toBeLessThan(spanBlocks);
      expect(span.to).toBeLessThanOrEqual(span.isFinal ? head - FINALITY_BLOCKS : head);
      const next = (Math.floor(from / CHECKPOINT_BLOCKS) + 1) * CHECKPOINT_BLOCKS;
      if (span.isFinal && spanBlocks <= CHECKPOINT_BLOCKS) expect(span.to).toBeLessThanOrEqual(next);
    }),
    // One block too many, where a span of that length ends on a checkpoint.
    { seed: 4, numRuns: RUNS, examples: [[[7_744, 512, 448]], [[1_023, 500, 1]]] },
  );
});
