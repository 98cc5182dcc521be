import type { Logger } from 'pino';
import type { Db } from '../db.ts';
import type { Leading } from './leader.ts';
import { deleteDead } from './liveness.ts';
import { deleteUnread } from './mailbox.ts';
import { deleteOldCounts } from './shared-counts.ts';

const CLEAN_MS = 20_000;

/** Deletes from time to time what ended processes and old requests left in the tables that processes share. */
export function startCleaning(db: Db, log: Logger): Leading {
  let running: Promise<void> | undefined;
  const clean = async () => {
    await deleteDead(db);
    await deleteUnread(db);
    await deleteOldCounts(db);
  };
  const timer = setInterval(() => {
    running ??= clean()
      .catch((error) => log.error({ err: error }, 'cleaning'))
      .finally(() => {
        running = undefined;
      });
  }, CLEAN_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
