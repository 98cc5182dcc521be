import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import type { LedgerEvent } from '../rules/events.ts';

/** The bookings that are reported: all, or those in which something happened from `fromBlock` on. */
export const bookingsOf = ({ bookings, fromBlock }: AuditReport): BookingAccount[] =>
  fromBlock === undefined
    ? bookings
    : bookings.filter(({ end }) => end === undefined || end.stamp.blockNumber >= fromBlock);

/** The events that are reported. */
export const eventsOf = ({ events, fromBlock }: AuditReport): readonly LedgerEvent[] =>
  fromBlock === undefined ? events() : events().filter(({ blockNumber }) => blockNumber >= fromBlock);
