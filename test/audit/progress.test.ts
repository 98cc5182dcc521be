import { expect, test } from 'vitest';
import { progressOn } from '../../audit/report/progress.ts';

function shownOn(isTTY: boolean) {
  let nowMs = 0;
  const written: string[] = [];
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  const progress = progressOn(stream, () => nowMs);
  return { progress, written, wait: (ms: number) => (nowMs += ms) };
}

test('a terminal’s line is written over, cut to its width, and taken away at the end', () => {
  const { progress, written, wait } = shownOn(true);
  progress.show('reading logs', 1, 1_000_000);
  progress.show('reading logs', 2, 1_000_000);
  wait(100);
  progress.show('reading', 50, 200);
  progress.end();
  expect(written).toEqual([
    '\r\u001b[2Kreading logs: 1 of ',
    '\r\u001b[2Kreading: 50 of 200 ',
    '\r\u001b[2K',
  ]);
});

test('elsewhere a line comes every few seconds, and a short audit shows none', () => {
  const { progress, written, wait } = shownOn(false);
  progress.show('reading', 1, 4);
  wait(5_000);
  progress.show('reading', 2, 4);
  progress.show('reading', 3, 4);
  wait(5_000);
  progress.show('recomputing');
  progress.end();
  expect(written).toEqual(['reading: 2 of 4 (50 %)\n', 'recomputing …\n']);
});
