import { setTimeout as delay } from 'node:timers/promises';

/** Calls at the same time, so that no node is overloaded. */
const CALLS_AT_ONCE = 100;

/** Does something for each item, a chunk at a time; results are in the order of the items. */
export async function inChunks<T, R>(
  items: readonly T[],
  use: (item: T) => Promise<R>,
  size = CALLS_AT_ONCE,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) {
    results.push(...(await Promise.all(items.slice(at, at + size).map(use))));
  }
  return results;
}

/**
 * Looks until the condition holds; false when `timeoutMs` has passed. A look that throws ends it: only the caller knows
 * which errors pass.
 */
export async function holdsWithin(
  timeoutMs: number,
  look: () => Promise<boolean>,
  pollMs = 500,
): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await look())) {
    if (performance.now() >= giveUpAt) return false;
    await delay(pollMs);
  }
  return true;
}
