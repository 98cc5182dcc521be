import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { LockHeld } from '../db/advisoryLock.ts';
import type { Cluster } from '../db/cluster.ts';

/** Number of the advisory lock that the leading process holds. */
const LEADER_LOCK = 1;

const HAND_OVER_MS = 300;
/** A process that does not lead after this time is one that waits. */
const WAITS_AFTER_MS = 200;

/** What runs in the leading process. */
export interface Leading {
  stop(): Promise<void>;
}

export interface Leadership {
  isLeader(): boolean;
  /** Stops what runs, then lets another process lead. */
  stop(): Promise<void>;
}

interface LeadershipOptions {
  /** Undefined where this process is the only one: then it leads at once. */
  cluster: Cluster | undefined;
  log: Logger;
  lead(): Leading;
  /** What runs while another process leads. */
  wait(): Leading;
}

/**
 * Lets one process at a time do what one alone may do: it leads while it holds a lock in the database, which ends with its
 * connection. A process that loses it stops, and waits for it again.
 */
export function startLeadership(options: LeadershipOptions): Leadership {
  const { cluster } = options;
  if (cluster === undefined) {
    const leading = options.lead();
    return { isLeader: () => true, stop: () => leading.stop() };
  }
  const stopping = new AbortController();
  const state = { isLeader: false };
  const running = takeTurns({ ...options, cluster }, state, stopping.signal);
  return {
    isLeader: () => state.isLeader,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function takeTurns(
  { cluster, log, lead, wait }: LeadershipOptions & { cluster: Cluster },
  state: { isLeader: boolean },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const waiting = startLater(wait);
    const held = await cluster.holdLock(LEADER_LOCK, signal).catch(() => undefined);
    if (held === undefined) {
      await waiting.stop();
      continue;
    }
    log.info({ processId: cluster.processId }, 'this process leads');
    state.isLeader = true;
    const leading = lead();
    const waited = waiting.stop();
    await aborted(AbortSignal.any([held.lost, signal]));
    state.isLeader = false;
    await handOver(leading, held);
    await waited;
    log.info({ processId: cluster.processId }, 'this process leads no more');
  }
}

/** The first process leads at once: it never has to wait. */
function startLater(wait: () => Leading): Leading {
  let waiting: Leading | undefined;
  const timer = setTimeout(() => {
    waiting = wait();
  }, WAITS_AFTER_MS);
  return {
    async stop() {
      clearTimeout(timer);
      await waiting?.stop();
    },
  };
}

/**
 * Stops, and lets the next process lead at the latest after `HAND_OVER_MS`: a call to the ledger may be under way for
 * seconds. What this process then still writes is refused where the other has written already (`applyRange`).
 */
async function handOver(leading: Leading, held: LockHeld): Promise<void> {
  const stopped = leading.stop();
  const timeout = new AbortController();
  await Promise.race([stopped, delay(HAND_OVER_MS, undefined, { signal: timeout.signal }).catch(() => {})]);
  timeout.abort();
  await held.release();
  await stopped;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
