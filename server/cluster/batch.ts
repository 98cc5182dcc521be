export interface BatchOptions<T> {
  /** Writes items in the order in which they were added; one call at a time. */
  write(items: T[]): Promise<void>;
  /** How long an item may wait for others. */
  waitMs: number;
  maxItems: number;
}

export interface Batch<T> {
  /** Resolves once the item is written, and rejects where writing it failed. */
  add(item: T): Promise<void>;
  /** Writes what waits. Resolves when nothing waits any more, whether or not it could be written. */
  flush(): Promise<void>;
}

/** Items that are written by one call. */
interface Part<T> {
  items: T[];
  written: Promise<void>;
  settle(result: Promise<void>): void;
}

/** Collects items that are written together. While some are written the next ones wait: load makes the parts larger. */
export function createBatch<T>({ write, waitMs, maxItems }: BatchOptions<T>): Batch<T> {
  const queue: Part<T>[] = [];
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const isNext = (part: Part<T> | undefined) =>
    part !== undefined && (isDue || part.items.length >= maxItems);
  const drain = async () => {
    while (isNext(queue[0])) {
      const part = queue.shift()!;
      if (queue.length === 0) {
        isDue = false;
        clearTimeout(timer);
        timer = undefined;
      }
      part.settle(write(part.items));
      await part.written.catch(() => undefined);
    }
    running = undefined;
  };
  const start = () => {
    running ??= drain();
  };
  return {
    add(item) {
      const part = roomIn(queue, maxItems);
      part.items.push(item);
      timer ??= setTimeout(() => {
        isDue = true;
        start();
      }, waitMs);
      if (part.items.length >= maxItems) start();
      return part.written;
    },
    async flush() {
      while (queue.length > 0 || running !== undefined) {
        isDue = queue.length > 0;
        start();
        await running;
      }
    },
  };
}

/** The last part, or a new one behind it. */
function roomIn<T>(queue: Part<T>[], maxItems: number): Part<T> {
  const last = queue.at(-1);
  if (last !== undefined && last.items.length < maxItems) return last;
  const { promise, resolve } = Promise.withResolvers<void>();
  const part = { items: [], written: promise, settle: resolve };
  queue.push(part);
  return part;
}
