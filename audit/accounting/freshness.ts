import type { LedgerReading } from '../ledger/read-ledger.ts';
import type { Finding } from '../lib/discrepancy.ts';
import { type AccountBook, disagree } from './account-book.ts';

/** A node whose newest block is older than this stands still, or its ledger does. */
const STALE_SEC = 600;

/** A ledger of which nothing was read proves nothing: it does not reconcile. */
export function checkSomethingRead(
  book: AccountBook,
  { logs, earlier, pin }: Pick<LedgerReading, 'logs' | 'earlier' | 'pin'>,
): void {
  if (logs.length > 0 || earlier?.logs.last !== undefined) return;
  disagree(book, 'ledger.nothingRead', {}, 'events of the market', `none up to block ${pin.blockNumber}`);
}

/** Age in words, from seconds. */
export function ageText(ageSec: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const unit = units.find(([, sec]) => ageSec >= 2 * sec);
  return unit === undefined ? `${Math.max(0, ageSec)} s` : `${Math.floor(ageSec / unit[1])} ${unit[0]}`;
}

/** Names a node that stands still: later events may exist that it does not show. */
export function staleness(ageSec: number): Finding[] {
  if (ageSec < STALE_SEC) return [];
  const detail = `the node's newest block is ${ageText(ageSec)} old: what happened since is not audited`;
  return [{ code: 'ledger.stale', detail }];
}
