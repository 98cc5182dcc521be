import type { Logger } from 'pino';

/** Fewer blocks than this behind the head are no back-fill. */
const BACK_FILL_BLOCKS = 1_024;
/** The speed is measured over this time, so that the estimate follows it. */
const MEASURED_MS = 30_000;
const LOG_EACH_MS = 10_000;

/** How far a back-fill is. */
export interface Progress {
  blocksLeft: number;
  /** At the speed of the last half minute. */
  secondsLeft: number;
}

/** Whether an index that has so many blocks left is near the head. */
export const isNear = (blocksLeft: number): boolean => blocksLeft < BACK_FILL_BLOCKS;

/** Whether a back-fill begins that indexes more blocks than the index has. */
export const isMostlyAhead = (blocksLeft: number, blocksIndexed: number): boolean =>
  !isNear(blocksLeft) && blocksLeft > blocksIndexed;

/** Measures a back-fill and logs a line each ten seconds. */
export function createProgress(log: Logger) {
  let anchor: { block: number; atMs: number } | undefined;
  let previous: typeof anchor;
  let loggedMs = performance.now();
  let now: Progress | null = null;
  let isNearHead = false;
  return {
    get isNearHead(): boolean {
      return isNearHead;
    },
    /** Null while the index is near the head. */
    get value(): Progress | null {
      return now;
    },
    /** The index is at `block`. */
    reached(block: number, head: number, atMs = performance.now()): void {
      const blocksLeft = head - block;
      isNearHead = isNear(blocksLeft);
      if (isNearHead) {
        anchor = previous = undefined;
        now = null;
        return;
      }
      if (anchor === undefined || atMs - anchor.atMs > MEASURED_MS) {
        previous = anchor;
        anchor = { block, atMs };
      }
      const since = previous ?? anchor;
      const blocksPerMs = (block - since.block) / (atMs - since.atMs);
      if (!(blocksPerMs > 0)) return;
      now = { blocksLeft, secondsLeft: Math.ceil(blocksLeft / blocksPerMs / 1_000) };
      if (atMs - loggedMs < LOG_EACH_MS) return;
      loggedMs = atMs;
      log.info({ block, head, ...now }, 'indexing the history of the ledger');
    },
  };
}
