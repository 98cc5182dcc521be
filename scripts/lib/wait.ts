import { setTimeout as delay } from 'node:timers/promises';

/** How long to look away between two looks at a condition; conditions are cheap, waiting is not. */
const DEFAULT_POLL_MS = 50;

/**
 * Waits until `look` gives something that is neither undefined nor false, and returns it. A look that throws
 * counts as "not yet"; its last error is the cause of the one thrown when `timeoutMs` has passed.
 *
 * @param what what is waited for, as the error will say it: "the ledger to answer".
 */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 60_000, pollMs = DEFAULT_POLL_MS }: { timeoutMs?: number; pollMs?: number } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= giveUpAt) {
      const options = cause === undefined ? {} : { cause };
      throw new Error(`Waited ${timeoutMs} ms for ${what}, in vain.`, options);
    }
    await delay(pollMs);
  }
}
