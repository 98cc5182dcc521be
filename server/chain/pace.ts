import { setImmediate } from 'node:timers/promises';

/** Time after which work lets the event loop have a turn. A batch of statements takes less than this again. */
const SLICE_MS = 5;

/**
 * Call the result between two pieces of long work: it waits for a turn of the event loop when the slice is used up.
 * The driver of SQLite is synchronous, so that awaiting a statement alone lets nothing else run.
 */
export function createPace(): () => Promise<void> {
  let sliceEndsAt = performance.now() + SLICE_MS;
  return async () => {
    if (performance.now() < sliceEndsAt) return;
    await setImmediate();
    sliceEndsAt = performance.now() + SLICE_MS;
  };
}

export type Pace = ReturnType<typeof createPace>;
