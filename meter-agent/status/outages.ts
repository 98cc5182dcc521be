import { z } from 'zod';
import type { Journal } from '../journal/journal.ts';
import type { Speech } from '../words/speech.ts';

const unixSec = z.int().min(0);

/** The newest outage of the other side; `until` is null while it lasts. */
export const outageSchema = z.object({ from: unixSec, until: unixSec.nullable() }).nullable();
type Outage = z.infer<typeof outageSchema>;

export interface Outages {
  ledger: Outage;
  api: Outage;
}

const NOTE = 'outages';
const NONE: Outages = { ledger: null, api: null };

export const outagesOf = (journal: Journal): Outages => journal.note<Outages>(NOTE) ?? NONE;

/**
 * Remembers who has been unreachable since when, also over restarts. `isAway` is undefined while that is not known.
 */
export function noteOutages(
  journal: Journal,
  isAway: Record<keyof Outages, boolean | undefined>,
  at: number,
): void {
  const before = outagesOf(journal);
  const next = { ledger: after(before.ledger, isAway.ledger, at), api: after(before.api, isAway.api, at) };
  if (next.ledger !== before.ledger || next.api !== before.api) journal.setNote(NOTE, next);
}

function after(known: Outage, isAway: boolean | undefined, at: number): Outage {
  const isOpen = known !== null && known.until === null;
  if (isAway === true && !isOpen) return { from: at, until: null };
  return isAway === false && isOpen ? { ...known, until: at } : known;
}

/** The addition to the present state. */
export function outageText(outage: Outage, { say, moment }: Speech): string {
  if (outage === null) return '';
  const { from, until } = outage;
  if (until === null) return say('outage.away', { from: moment(from) });
  return say('outage.was', { from: moment(from), until: moment(until) });
}

/** Everything that waits, and for whom. */
export function queueText(
  queue: Record<
    'unsignedReadings' | 'unsentReadings' | 'notices' | 'unsettledSessions' | 'outboxMessages',
    number
  >,
  { say }: Speech,
): string {
  const { unsignedReadings, unsentReadings, notices, unsettledSessions, outboxMessages } = queue;
  return [
    say('queue.unsigned', { n: unsignedReadings }),
    say('queue.unsent', { readings: unsentReadings, notices }),
    say('queue.unsettled', { n: unsettledSessions }),
    ...(outboxMessages === 0 ? [] : [say('queue.outbox', { n: outboxMessages })]),
  ].join(', ');
}
