import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LedgerHeader, LedgerLog } from '../../../protocol/ledger/answers.ts';
import { EMPTY_DIGEST } from '../../../protocol/ledger/digest.ts';
import { decodeLog } from '../../../protocol/ledger/events.ts';
import type { LedgerNode } from '../../../protocol/ledger/node.ts';
import type { BlockRange } from '../../../protocol/ledger/range.ts';
import { RangeSize, TARGET_EVENTS } from '../../../protocol/ledger/range-size.ts';
import { readRanges } from '../../../protocol/ledger/read-ranges.ts';
import { marketFilter } from '../../../protocol/ledger/read-span.ts';
import { hashOf, logAt, MARKET } from './logs.ts';

const RUNS = process.env.PLUGPACT_DEEP ? 1_000 : 8;

const headerOf = (number: number): LedgerHeader => ({
  ...{ number, hash: hashOf(number), parentHash: hashOf(number - 1), timestamp: 1_000 + number },
});

/** A node with these logs, which fails from a block on. */
function nodeOf(logs: readonly LedgerLog[], failsFrom = Infinity): LedgerNode {
  const node: Pick<LedgerNode, 'headers' | 'logs'> = {
    headers: async (numbers) => numbers.map(headerOf),
    async logs(filter) {
      if (!('fromBlock' in filter)) return logs.filter(({ blockHash }) => blockHash === filter.blockHash);
      const { fromBlock, toBlock } = filter;
      if (toBlock >= failsFrom) throw new Error('The node is away.');
      return logs.filter(({ blockNumber }) => blockNumber >= fromBlock && blockNumber <= toBlock);
    },
  };
  return node as LedgerNode;
}

class Fixed extends RangeSize {
  readonly #spanBlocks: number;
  constructor(spanBlocks: number) {
    super();
    this.#spanBlocks = spanBlocks;
  }
  override get blocks(): number {
    return this.#spanBlocks;
  }
}

async function read(node: LedgerNode, head: number, spanBlocks: number, ranges: BlockRange[] = []) {
  const options = { node, filter: marketFilter(MARKET), size: new Fixed(spanBlocks), digest: EMPTY_DIGEST };
  for await (const range of readRanges({ ...options, from: 1, head: headerOf(head) })) ranges.push(range);
  return ranges;
}

/** Counts of logs by block, drawn as runs of blocks that are alike. */
const histories = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom(0, 0, 1, 3, 40, 300)), {
    minLength: 1,
    maxLength: 8,
  })
  .map((runs) => runs.flatMap(([blocks, count]) => Array<number>(blocks).fill(count)))
  .filter((counts) => counts.reduce((sum, count) => sum + count, 0) < 6_000);

const logsOf = (counts: readonly number[]): LedgerLog[] => {
  const usual = logAt(1, 0);
  return counts.flatMap((count, i) =>
    Array.from({ length: count }, (_, logIndex) => ({
      ...usual,
      ...{ blockNumber: i + 1, blockHash: hashOf(i + 1), blockTimestamp: 1_001 + i, logIndex },
    })),
  );
};

test('answers of any length make the same events, in ranges that follow each other and are bounded', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 300 }), async (counts, spanBlocks) => {
      const logs = logsOf(counts);
      const ranges = await read(nodeOf(logs), counts.length, spanBlocks);
      const events = ranges.flatMap((range) => range.events);
      expect(events).toEqual(logs.map((log) => decodeLog(log, log.blockTimestamp!)));
      let [next, parentHash] = [1, hashOf(0)];
      for (const range of ranges) {
        expect([range.from, range.parentHash]).toEqual([next, parentHash]);
        const last = range.blocks.at(-1)!;
        expect(last).toMatchObject({ number: range.to, hash: hashOf(range.to) });
        [next, parentHash] = [range.to + 1, last.hash];
        expect(range.events.length).toBeLessThan(1.5 * TARGET_EVENTS + 300);
      }
      expect(next).toBe(counts.length + 1);
    }),
    { seed: 20_261_130, numRuns: RUNS },
  );
});

test('short answers about old blocks are joined, those near the head are not', async () => {
  const counts = Array<number>(400).fill(1);
  const ranges = await read(nodeOf(logsOf(counts)), 400, 16);
  expect(ranges[0]).toMatchObject({ from: 1, to: 400 - 64 });
  expect(ranges.length).toBe(1 + 64 / 16);
});

test('what was read before a failure is given out before it', async () => {
  const counts = Array<number>(400).fill(1);
  const ranges: BlockRange[] = [];
  await expect(read(nodeOf(logsOf(counts), 100), 400, 10, ranges)).rejects.toThrow('The node is away.');
  expect(ranges.map(({ from, to }) => [from, to])).toEqual([[1, 90]]);
});
