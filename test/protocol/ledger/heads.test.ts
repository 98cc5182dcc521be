import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LedgerHeader } from '../../../protocol/ledger/answers.ts';
import { HeadClock } from '../../../protocol/ledger/heads.ts';
import type { LedgerNodes } from '../../../protocol/ledger/nodes.ts';
import { hashOf } from './logs.ts';

const NODES = { all: [{ url: 'http://127.0.0.1' }] } as unknown as LedgerNodes;

let nowMs = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  nowMs = 0;
});

/** A clock that has seen blocks at these times. */
function clockAfter(times: readonly number[], pollMs: number): HeadClock {
  const clock = new HeadClock(NODES, pollMs);
  for (const [number, at] of times.entries()) {
    nowMs = at;
    clock.saw({ number, hash: hashOf(number) } as LedgerHeader);
  }
  return clock;
}

test('with blocks each two seconds, the node is left alone until the next one is due', () => {
  const clock = clockAfter([0, 2_000, 4_000], 1_000);
  expect(clock.pauseMs(4_010)).toBe(1_000);
  expect(clock.pauseMs(5_020)).toBeCloseTo(680);
  expect(clock.pauseMs(5_750)).toBe(100);
  expect(clock.pauseMs(9_000)).toBe(100);
});

test('without a rhythm a block may come at any time, and the longest pause is what is configured', () => {
  expect(clockAfter([0, 30, 40_000], 1_000).pauseMs(40_001)).toBe(100);
  expect(clockAfter([0], 1_000).pauseMs(5)).toBe(100);
  expect(clockAfter([0, 2_000, 4_000], 50).pauseMs(4_010)).toBe(50);
  expect(clockAfter([0], 4_000).pauseMs(5)).toBe(400);
});

test('the same head seen again is no new block', () => {
  const clock = clockAfter([0, 2_000, 4_000], 5_000);
  nowMs = 4_100;
  clock.saw({ number: 2, hash: hashOf(2) } as LedgerHeader);
  expect(clock.pauseMs(4_200)).toBeCloseTo(1_500);
  expect(clock.pauseMs(5_600)).toBe(500);
});

test('a waiting that is woken ends, and so does the next one if nobody waited', async () => {
  const clock = new HeadClock(NODES, 600_000);
  clock.saw({ number: 1, hash: hashOf(1) } as LedgerHeader);
  nowMs = 10;
  const { signal } = new AbortController();
  const waiting = clock.next(signal);
  clock.wake();
  await waiting;
  clock.wake();
  await clock.next(signal);
});
