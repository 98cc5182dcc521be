import type { Address } from 'viem';

/** The first time that a key is shut out; each further one is twice as long. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** After so long without a further one, the next counts as the first. */
const FORGOTTEN_MS = 600_000;
/** Keys that are remembered; the oldest are forgotten first. */
const MOST_KEYS = 10_000;

/** Agents' keys that flooded this process. Only a key that its link has proved is shut out, so that nobody can shut out others. */
export interface ShutOuts {
  add(agentKey: Address): void;
  /** How long a key is still shut out; 0 for any other. */
  msLeft(agentKey: Address): number;
}

interface ShutOut {
  times: number;
  untilMs: number;
}

export function createShutOuts(nowMs = () => performance.now()): ShutOuts {
  const byKey = new Map<Address, ShutOut>();
  const known = (agentKey: Address): ShutOut | undefined => {
    const one = byKey.get(agentKey);
    return one !== undefined && nowMs() - one.untilMs < FORGOTTEN_MS ? one : undefined;
  };
  return {
    add(agentKey) {
      const times = (known(agentKey)?.times ?? 0) + 1;
      const untilMs = nowMs() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (times - 1));
      byKey.delete(agentKey);
      byKey.set(agentKey, { times, untilMs });
      if (byKey.size > MOST_KEYS) byKey.delete(byKey.keys().next().value!);
    },
    msLeft: (agentKey) => Math.max(0, (byKey.get(agentKey)?.untilMs ?? 0) - nowMs()),
  };
}
