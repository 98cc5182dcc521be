import { z } from 'zod';
import type { Journal } from '../journal/journal.ts';
import { momentText } from './times.ts';

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

/** The addition to the present state; times are in the reader's time zone. */
export function outageText(outage: Outage, timeZone?: string): string {
  if (outage === null) return '';
  const { from, until } = outage;
  return until === null
    ? `, away since ${momentText(from, timeZone)}`
    : `, was away from ${momentText(from, timeZone)} to ${momentText(until, timeZone)}`;
}

/** Everything that waits, and for whom. */
export const queueText = (
  queue: Record<
    'unsignedReadings' | 'unsentReadings' | 'notices' | 'unsettledSessions' | 'outboxMessages',
    number
  >,
): string =>
  [
    `${queue.unsignedReadings} readings to sign`,
    `${queue.unsentReadings} readings and ${queue.notices} notices for the API`,
    `${queue.unsettledSessions} charges to settle on the ledger`,
    ...(queue.outboxMessages === 0 ? [] : [`${queue.outboxMessages} messages for another central system`]),
  ].join(', ');
