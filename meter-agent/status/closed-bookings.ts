import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { noticeOf } from '../../protocol/notices.ts';
import { CLOSED_NOTE } from '../journal/first-edition.ts';
import type { Journal } from '../journal/journal.ts';
import { toJson } from '../journal/json.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import { historyEntryOf } from './history.ts';

export interface ClosedBookingsParts {
  config: { dataDir: string };
  journal: Journal;
  notices: NoticeQueue;
  nowSec: () => number;
  log: Logger;
}

/**
 * Names the bookings that an upgrade of the journal closed, and leaves what `agent export` has of each in a file of the
 * data folder: `closed-<booking>.json`.
 */
export function reportClosedBookings({ config, journal, notices, nowSec, log }: ClosedBookingsParts): void {
  for (const bookingId of journal.note<Hex[]>(CLOSED_NOTE) ?? []) {
    const entry = historyEntryOf(journal, bookingId);
    if (entry === undefined) continue;
    const file = join(config.dataDir, `closed-${bookingId}.json`);
    writeFileSync(file, `${toJson(entry)}\n`, { mode: 0o600, flush: true });
    log.warn({ bookingId, file }, 'a booking of an older ledger is closed: its figures are in this file');
    const { listingId } = entry;
    notices.add({ listingId, bookingId, ...noticeOf('BOOKING_CLOSED', {}), at: nowSec() });
  }
  journal.setNote(CLOSED_NOTE, []);
}
