import type { Progress } from '../lib/progress.ts';

/** Where progress is shown: a terminal's line is written over, elsewhere a line is added now and then. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two lines, by what shows them. */
const TERMINAL_MS = 100;
const ELSEWHERE_MS = 5_000;

/** Back to the line's begin, and clear it (ECMA-48). */
const CLEAR_LINE = '\r\u001b[2K';

export interface ShownProgress {
  show: Progress;
  /** Takes the line away, so that the result does not follow it. */
  end(): void;
}

/** @param nowMs a clock that only goes forward. */
export function progressOn(
  stream: ProgressStream,
  nowMs: () => number = () => performance.now(),
): ShownProgress {
  const isTerminal = stream.isTTY === true;
  const everyMs = isTerminal ? TERMINAL_MS : ELSEWHERE_MS;
  let shownMs = isTerminal ? Number.NEGATIVE_INFINITY : nowMs();
  let isShown = false;
  return {
    show(step, done, total) {
      if (nowMs() - shownMs < everyMs) return;
      shownMs = nowMs();
      isShown = true;
      const text = progressText(step, done, total);
      stream.write(isTerminal ? `${CLEAR_LINE}${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
    },
    end() {
      if (isTerminal && isShown) stream.write(CLEAR_LINE);
      isShown = false;
    },
  };
}

export function progressText(step: string, done?: number, total?: number): string {
  if (done === undefined) return `${step} …`;
  if (total === undefined || total === 0) return `${step}: ${done}`;
  return `${step}: ${done} of ${total} (${Math.floor((100 * done) / total)} %)`;
}
