import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Backoff } from '../../protocol/backoff.ts';
import { describeLedgerError } from './client.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

export interface Outage {
  /** Logs the first failure of a series, then waits; each wait is twice as long, up to 15 s. */
  failed(error: unknown, signal: AbortSignal): Promise<void>;
  /** Logs the end of an outage, if there was one. Returns whether there was. */
  recovered(): boolean;
}

/** Waits with growing pauses; logs one line when an outage begins and one when it ends. */
export function createOutage(what: string, log: Logger): Outage {
  const pause = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  return {
    async failed(error, signal) {
      const { waitMs, isFirst } = pause.failed();
      if (isFirst) log.warn({ reason: describeLedgerError(error) }, `${what}: retrying until it works`);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    },
    recovered() {
      const was = pause.succeeded();
      if (was) log.info(`${what}: over`);
      return was;
    },
  };
}
