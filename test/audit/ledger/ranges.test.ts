import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeLimits, RangePlan } from '../../../audit/ledger/ranges.ts';
import { limitsNamedIn } from '../../../audit/ledger/refusals.ts';

const RUNS = process.env.PLUGPACT_DEEP === undefined ? 60 : 3_000;

interface Node {
  maxBlocks: number;
  maxLogs: number;
  /** Logs of each block. */
  logsOf: (block: number) => number;
  words: (blocks: number, logs: number) => string;
}

const sum = (node: Node, from: number, until: number): number => {
  let logs = 0;
  for (let block = from; block <= until; block++) logs += node.logsOf(block);
  return logs;
};

/** Asks a node for a span as the reader does; gives how often it was asked and what it answered. */
function readAll(node: Node, blocks: number, limits = new NodeLimits()): { asked: number; covered: number } {
  const plan = new RangePlan(limits);
  let [from, asked, covered] = [0, 0, 0];
  while (from < blocks) {
    const until = Math.min(from + plan.blocks - 1, blocks - 1);
    const logs = sum(node, from, until);
    const size = until - from + 1;
    asked += 1;
    if (asked > 10_000) throw new Error('It does not end.');
    if ((size > node.maxBlocks || logs > node.maxLogs) && size > 1) {
      expect(plan.refused(size, limitsNamedIn(node.words(size, logs)))).toBe(true);
      continue;
    }
    plan.answered(size, logs);
    covered += size;
    from = until + 1;
  }
  return { asked, covered };
}

/** The least number of requests: each as large as the node allows. */
function leastOf(node: Node, blocks: number): number {
  let [from, asked] = [0, 0];
  while (from < blocks) {
    let [until, logs] = [from, node.logsOf(from)];
    while (until + 1 < blocks && until + 1 - from < node.maxBlocks) {
      logs += node.logsOf(until + 1);
      if (logs > node.maxLogs) break;
      until += 1;
    }
    asked += 1;
    from = until + 1;
  }
  return asked;
}

const WORDS = ['block range is too wide', 'query exceeds max block range 1000', 'limit exceeded'];

describe('the ranges that a node is asked for', () => {
  it.each([4_000, 20_000, 100_000])(
    'take at most 1.3 times the least where 1,000 blocks are the limit: %i',
    (blocks) => {
      for (const words of WORDS) {
        const node = {
          maxBlocks: 1_000,
          maxLogs: Number.POSITIVE_INFINITY,
          logsOf: () => 1,
          words: () => words,
        };
        const { asked, covered } = readAll(node, blocks);
        expect(covered).toBe(blocks);
        expect(asked).toBeLessThanOrEqual(1.3 * leastOf(node, blocks));
      }
    },
  );

  it.each([20, 60, 200])(
    'take at most 1.3 times the least where 10,000 logs are the limit: %i a block',
    (density) => {
      const words = () => 'query returned more than 10000 results';
      const node = { maxBlocks: Number.POSITIVE_INFINITY, maxLogs: 10_000, logsOf: () => density, words };
      const { asked } = readAll(node, 3_000);
      expect(asked).toBeLessThanOrEqual(1.3 * leastOf(node, 3_000));
    },
  );

  it('cover every block once and end, whatever the node refuses', () => {
    fc.assert(
      fc.property(
        fc.record({
          maxBlocks: fc.integer({ min: 1, max: 3_000 }),
          maxLogs: fc.integer({ min: 50, max: 20_000 }),
          densities: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
          words: fc.constantFrom(...WORDS, 'too many results', 'maximum is 500 blocks'),
        }),
        fc.integer({ min: 1, max: 5_000 }),
        ({ maxBlocks, maxLogs, densities, words }, blocks) => {
          const logsOf = (block: number) => densities[Math.floor(block / 700) % densities.length]!;
          const node = { maxBlocks, maxLogs, logsOf, words: () => words };
          expect(readAll(node, blocks).covered).toBe(blocks);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('grow again after a refusal that came from one dense stretch', () => {
    const logsOf = (block: number) => (block < 1_000 ? 1_000 : 0);
    const words = () => 'query returned more than 10000 results';
    const node = { maxBlocks: Number.POSITIVE_INFINITY, maxLogs: 10_000, logsOf, words };
    const dense = leastOf(node, 1_000);
    expect(readAll(node, 1_000_000).asked).toBeLessThan(1.3 * dense + 120);
  });

  it('give up at one block', () => {
    expect(new RangePlan(new NodeLimits()).refused(1, {})).toBe(false);
  });
});
