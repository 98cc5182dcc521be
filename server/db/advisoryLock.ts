import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { connectionEnded, cut } from './watchConnection.ts';

/** Keeps the locks apart from those of other programs on the same database: "plug" in ASCII. */
const NAMESPACE = 0x706c7567;

const RETRY_MS = 500;

/** The server ends a session whose process or network is gone within seconds, and gives its lock on. */
const SETTINGS = [
  'tcp_keepalives_idle = 2',
  'tcp_keepalives_interval = 2',
  'tcp_keepalives_count = 3',
  'tcp_user_timeout = 8000',
  'client_connection_check_interval = 2000',
];

/** A lock that this process holds. */
export interface LockHeld {
  /** Aborts when the lock's connection has ended, so that another process may hold the lock. */
  lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Waits for a session-level advisory lock, on a connection of its own: the lock ends with the connection, and thus with
 * the process. A database that is unreachable is tried again.
 */
export async function holdAdvisoryLock(
  connect: () => Client,
  key: number,
  signal: AbortSignal,
): Promise<LockHeld> {
  for (;;) {
    signal.throwIfAborted();
    const client = connect();
    if (await isLocked(client, key, signal)) return lockOf(client);
    signal.throwIfAborted();
    await delay(RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** True once the connection holds the lock; false when it failed, or when the signal ended it. */
async function isLocked(client: Client, key: number, signal: AbortSignal): Promise<boolean> {
  const giveUp = () => cut(client);
  try {
    await client.connect();
    signal.addEventListener('abort', giveUp, { once: true });
    signal.throwIfAborted();
    // Some systems refuse some of them.
    for (const setting of SETTINGS) await client.query(`set ${setting}`).catch(() => {});
    await client.query('select pg_advisory_lock($1, $2)', [NAMESPACE, key]);
    return !signal.aborted;
  } catch {
    return false;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function lockOf(client: Client): LockHeld {
  const lost = new AbortController();
  const ended = connectionEnded(client).then(() => lost.abort(new Error('The lock was lost.')));
  return {
    lost: lost.signal,
    async release() {
      await client.end().catch(() => cut(client));
      await ended;
    },
  };
}
