/** How much may come at once, and how much for ever. */
export interface Pace {
  burst: number;
  perSec: number;
}

/** Takes one token; false while there is none. */
export type TokenBucket = () => boolean;

/** A bucket that is full at first, and fills at a fixed pace. `nowMs` must never go back. */
export function createTokenBucket({ burst, perSec }: Pace, nowMs = () => performance.now()): TokenBucket {
  let tokens = burst;
  let seenMs = nowMs();
  return () => {
    const atMs = nowMs();
    tokens = Math.min(burst, tokens + ((atMs - seenMs) / 1_000) * perSec);
    seenMs = atMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
