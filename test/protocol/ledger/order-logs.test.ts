import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference, EMPTY_DIGEST, LogDigest } from '../../../protocol/ledger/digest.ts';
import { BranchMoved, ContradictoryAnswer } from '../../../protocol/ledger/faults.ts';
import { orderLogs } from '../../../protocol/ledger/order-logs.ts';
import { hashOf, logAt, MARKET } from './logs.ts';

const RUNS = process.env.PLUGPACT_DEEP ? 2_000 : 60;
const BLOCKS = { market: MARKET, from: 10, to: 19 };

const positions = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 10, max: 19 }), fc.nat(30)), { selector: String, maxLength: 20 })
  .map((list) => list.toSorted(([a, i], [b, j]) => a - b || i - j));

test('logs in any order, some of them repeated, are put in ledger order', () => {
  const shuffled = positions.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list)),
  );
  fc.assert(
    fc.property(shuffled, ([list, order, repeated]) => {
      const answer = [...repeated, ...order].map(([block, index]) => logAt(block, index));
      expect(orderLogs(answer, BLOCKS)).toEqual(list.map(([block, index]) => logAt(block, index)));
    }),
    { seed: 5, numRuns: RUNS },
  );
});

test('logs of another contract, of other blocks, or two at one position contradict', () => {
  const log = logAt(12, 3);
  const wrong = [
    [{ ...log, address: hashOf(1).slice(0, 42) }],
    [logAt(20, 0)],
    [logAt(9, 0)],
    [log, logAt(12, 3, 2n)],
  ];
  for (const logs of wrong) expect(() => orderLogs(logs, BLOCKS)).toThrow(ContradictoryAnswer);
});

test('a block with two hashes, and a removed log, are of a branch that moved', () => {
  const log = logAt(12, 3);
  const other = { ...logAt(12, 4), blockHash: hashOf(12, 1) };
  expect(() => orderLogs([log, other], BLOCKS)).toThrow(BranchMoved);
  expect(() => orderLogs([log, { ...log, blockHash: hashOf(12, 1) }], BLOCKS)).toThrow(BranchMoved);
  expect(() => orderLogs([{ ...log, removed: true }], BLOCKS)).toThrow(BranchMoved);
});

test('a digest is the same however the logs are cut, and another when one is missing, changed or moved', () => {
  const sample = fc.tuple(
    positions.filter((list) => list.length > 0),
    fc.nat(),
  );
  fc.assert(
    fc.property(sample, ([list, number]) => {
      const logs = list.map(([block, index]) => logAt(block, index));
      const digestOf = (some: typeof logs, start = EMPTY_DIGEST, sec = 0) => {
        const digest = new LogDigest(start);
        for (const log of some) digest.add(log, sec);
        return digest.value;
      };
      const all = digestOf(logs);
      const cut = number % (logs.length + 1);
      const first = digestOf(logs.slice(0, cut));
      expect(digestOf(logs.slice(cut), first)).toBe(all);
      expect(difference(all, first)).toBe(digestOf(logs.slice(cut)));
      const one = number % logs.length;
      const changed = logs.with(one, { ...logs[one]!, data: `${logs[one]!.data.slice(0, -1)}f` as never });
      const moved = logs.with(one, { ...logs[one]!, logIndex: 31 });
      for (const other of [digestOf(logs.toSpliced(one, 1)), digestOf(changed), digestOf(moved)]) {
        expect(other).not.toBe(all);
      }
      expect(digestOf(logs, EMPTY_DIGEST, 1)).not.toBe(all);
    }),
    { seed: 6, numRuns: RUNS },
  );
});
