import { randomUUID } from 'node:crypto';
import { holdAdvisoryLock, type LockHeld } from './advisoryLock.ts';
import { Listening } from './listening.ts';
import { createClient } from './postgres.ts';
import type { PostgresConnections } from './postgresDialect.ts';
import { asDatabaseError } from './postgresErrors.ts';

/** What the processes on one PostgreSQL database tell each other, and agree on. */
export interface Cluster {
  /** Another one for each start of a process. */
  processId: string;
  /** Tells all listeners of a channel, this process included. PostgreSQL refuses payloads of 8,000 bytes and more. */
  notify(channel: string, payload: string): Promise<void>;
  /**
   * Hears a channel until the function that it resolves with is called. After a lost connection it hears again by
   * itself; what was told meanwhile is lost, and `onMissed` says so.
   */
  listen(
    channel: string,
    listener: (payload: string) => void,
    onMissed?: () => void,
  ): Promise<() => Promise<void>>;
  /**
   * Waits until this process holds the lock of this number, which one process at a time does. Tries again while the
   * database is unreachable; rejects with the signal's reason.
   */
  holdLock(key: number, signal: AbortSignal): Promise<LockHeld>;
}

export interface ClosableCluster extends Cluster {
  close(): Promise<void>;
}

export function createCluster({ pool, databaseUrl }: PostgresConnections): ClosableCluster {
  const connect = () => createClient(databaseUrl);
  const listening = new Listening(connect);
  const closing = new AbortController();
  const held = new Set<LockHeld>();
  return {
    processId: randomUUID(),
    async notify(channel, payload) {
      await pool
        .query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, payload] })
        .catch((error: unknown) => {
          throw asDatabaseError(error, databaseUrl);
        });
    },
    listen: (channel, listener, onMissed) => listening.listen(channel, { listener, onMissed }),
    async holdLock(key, signal) {
      const lock = await holdAdvisoryLock(connect, key, AbortSignal.any([signal, closing.signal]));
      held.add(lock);
      lock.lost.addEventListener('abort', () => held.delete(lock), { once: true });
      return lock;
    },
    async close() {
      closing.abort(new Error('The database is being closed.'));
      await Promise.all([listening.close(), ...[...held].map((lock) => lock.release())]);
    },
  };
}
