import { PlugpactError } from '../../protocol/errors.ts';
import { HeadClock } from '../../protocol/ledger/heads.ts';
import { createContact } from './contact.ts';
import type { FollowerOptions, LedgerHead } from './follow.ts';

export type HeadOptions = Omit<FollowerOptions, 'deployBlock' | 'onChange' | 'rules'>;

/** Knows the ledger's head in a process that does not index: another one does. */
export interface HeadWatch {
  /** Head of the ledger as last seen; undefined before the first contact and while it is unreachable. */
  head(): LedgerHead | undefined;
  stop(): Promise<void>;
}

export function watchHead(options: HeadOptions): HeadWatch {
  const { nodes, pollMs, outage, onFatal } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const contact = createContact(options);
  const clock = new HeadClock(nodes, pollMs);
  let seen: LedgerHead | undefined;
  const poll = async (): Promise<void> => {
    // Only the process that indexes stores which ledger it is.
    await contact.check(async () => undefined);
    const head = await nodes.current.head();
    clock.saw(head);
    seen = { blockNumber: head.number, blockTimestamp: head.timestamp };
    outage.recovered();
    await clock.next(signal);
  };
  const failed = async (error: unknown): Promise<void> => {
    seen = undefined;
    if (error instanceof PlugpactError && error.retry === 'never') {
      stopping.abort();
      return onFatal(error);
    }
    contact.lost();
    nodes.next();
    await outage.failed(error, signal);
  };
  const running = (async () => {
    while (!signal.aborted) await poll().catch(failed);
    await nodes.close();
  })();
  return {
    head: () => seen,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
