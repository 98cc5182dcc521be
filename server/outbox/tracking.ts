import type { Logger } from 'pino';
import { describeLedgerError } from '../chain/client.ts';
import type { Leading } from '../cluster/leader.ts';
import type { Outbox } from './types.ts';

/** Follows from time to time what was sent. One process of all does it: the leader. */
export function startTracking(outbox: Outbox | undefined, pollMs: number, log: Logger): Leading {
  if (outbox === undefined) return { stop: async () => {} };
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= outbox
      .track()
      .catch((error) => log.warn({ reason: describeLedgerError(error) }, 'outbox: looked at again later'))
      .finally(() => {
        running = undefined;
      });
  }, pollMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
