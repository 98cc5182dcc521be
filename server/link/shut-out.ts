import type { Address } from 'viem';

/** The first time that a key is shut out; each further one is twice as long. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** After so long without a further one, the next counts as the first. */
const FORGOTTEN_MS = 600_000;
/** Keys that are remembered; the oldest are forgotten first. */
const MOST_KEYS = 10_000;
/** An agent waits for its refusal so long at most: meanwhile it does not connect again. */
const MOST_HELD_MS = 5_000;

/** Agents' keys that flooded this process. Only a key that its link has proved is shut out, so that nobody can shut out others. */
export interface ShutOuts {
  add(agentKey: Address): void;
  /** Waits for the end of a key's time, some seconds at most. Resolves with what is left of it: 0 for most keys, at once. */
  held(agentKey: Address): Promise<number>;
}

interface ShutOut {
  times: number;
  untilMs: number;
}

interface ShutOutOptions {
  nowMs?(): number;
  wait?(ms: number): Promise<void>;
}

export function createShutOuts({
  nowMs = () => performance.now(),
  wait = waitMs,
}: ShutOutOptions = {}): ShutOuts {
  const byKey = new Map<Address, ShutOut>();
  const leftMs = (agentKey: Address) => Math.max(0, (byKey.get(agentKey)?.untilMs ?? 0) - nowMs());
  const timesOf = (agentKey: Address): number => {
    const one = byKey.get(agentKey);
    return one !== undefined && nowMs() - one.untilMs < FORGOTTEN_MS ? one.times : 0;
  };
  return {
    add(agentKey) {
      const times = timesOf(agentKey) + 1;
      const untilMs = nowMs() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (times - 1));
      byKey.delete(agentKey);
      byKey.set(agentKey, { times, untilMs });
      if (byKey.size > MOST_KEYS) byKey.delete(byKey.keys().next().value!);
    },
    async held(agentKey) {
      const ms = leftMs(agentKey);
      if (ms > 0) await wait(Math.min(ms, MOST_HELD_MS));
      return leftMs(agentKey);
    },
  };
}

const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
