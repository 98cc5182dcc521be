import type { Logger } from 'pino';
import type { Leading } from '../cluster/leader.ts';
import { deleteOldDemand } from '../demand/demand.ts';
import type { Services } from '../services.ts';
import { deleteOldMessages } from './messageStore.ts';

const HOUR_MS = 3_600_000;

/** Deletes from time to time what is kept for a time only, at the start first. */
export function startDeletingOld({ db, log, now }: Pick<Services, 'db' | 'now'> & { log: Logger }): Leading {
  const run = async () => {
    await deleteOldMessages(db, now());
    await deleteOldDemand(db, now());
  };
  const begin = () => run().catch((error) => log.error({ err: error }, 'deleting what is old'));
  let running = begin();
  const timer = setInterval(() => {
    running = running.then(begin);
  }, HOUR_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
