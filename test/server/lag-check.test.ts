import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import type { LedgerHeader } from '../../protocol/ledger/answers.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { createLagCheck } from '../../server/chain/lag-check.ts';
import { createProgress } from '../../server/chain/progress.ts';

const log = pino({ level: 'silent' });
const headAt = (number: number) => ({ number }) as LedgerHeader;

/** A check of a node beside another one whose head is `other`; time passes by 11 s with each look. */
function checkBeside(other: () => Promise<LedgerHeader>, count = 2) {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 11_000));
  const next = vi.fn();
  const node = { host: 'node.example', head: other };
  const nodes = { all: Array(count).fill(node), current: node, other: node, next } as unknown as LedgerNodes;
  return { check: createLagCheck(nodes, log), next };
}

test('a node that stands still while another goes on is left, at the second look', async () => {
  const { check, next } = checkBeside(async () => headAt(100));
  expect(await check(headAt(92))).toBe(false);
  expect(await check(headAt(92))).toBe(true);
  expect(next).toHaveBeenCalledTimes(1);
});

test('a few blocks, one look, and a node that does not answer say nothing', async () => {
  const { check, next } = checkBeside(async () => headAt(100));
  for (const head of [93, 92, 95, 92, 99, 120]) expect(await check(headAt(head))).toBe(false);
  const silent = checkBeside(async () => {
    throw new Error('no answer');
  });
  for (let i = 0; i < 3; i++) expect(await silent.check(headAt(1))).toBe(false);
  const alone = checkBeside(async () => headAt(100), 1);
  for (let i = 0; i < 3; i++) expect(await alone.check(headAt(1))).toBe(false);
  expect(next).not.toHaveBeenCalled();
});

test('the time that a back-fill still takes follows its speed, and near the head there is none', () => {
  const progress = createProgress(log);
  expect(progress.value).toBeNull();
  progress.reached(0, 100_000, 0);
  expect(progress.value).toBeNull();
  progress.reached(10_000, 100_000, 10_000);
  expect(progress.value).toEqual({ blocksLeft: 90_000, secondsLeft: 90 });
  for (let sec = 20; sec <= 100; sec += 10) progress.reached(10_000 + (sec - 10) * 500, 100_000, sec * 1_000);
  expect(progress.value).toEqual({ blocksLeft: 45_000, secondsLeft: 90 });
  progress.reached(99_500, 100_000, 110_000);
  expect(progress.value).toBeNull();
});
