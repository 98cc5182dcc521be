import type { BookingAccount } from '../../audit/accounting/account-book.ts';
import type { AuditReport } from '../../audit/audit-report.ts';
import { ocpiCdrs } from '../../audit/export/ocpi-cdrs.ts';
import { readCheckpoint } from '../../audit/ledger/checkpoint.ts';
import { programDigest } from '../../audit/program.ts';
import { metersCsv } from '../../audit/report/csv/meters.ts';
import { moneyCsv } from '../../audit/report/csv/money.ts';
import { sessionsCsv } from '../../audit/report/csv/sessions.ts';
import { toJson } from '../../audit/report/print.ts';
import type { Stamp } from '../../audit/rules/events.ts';

/** An account without the rest of the events that made and ended it: a checkpoint keeps no more. */
const withStamps = ({ booked, end, ...account }: BookingAccount) => ({
  ...account,
  booked: stampOf(booked),
  ...(end === undefined ? {} : { end: { ...end, stamp: stampOf(end.stamp) } }),
});

const stampOf = ({ blockNumber, at, tx, logIndex }: Stamp) => ({ blockNumber, at, tx, logIndex });

/** All that an audit says and writes, but for how old the newest block is. */
export function saidBy(report: AuditReport) {
  const { book, bookings, holds, owes } = report;
  const { purses, earnings, listings, deposited, withdrawn, pausedUntil } = book;
  return {
    json: { ...JSON.parse(toJson(report)), ageSec: 0 },
    tables: [sessionsCsv, moneyCsv, metersCsv].map((table) => [...table(report)].join('')),
    cdrs: ocpiCdrs(report),
    sums: { holds, owes, deposited, withdrawn, pausedUntil, bookings: bookings.length },
    accounts: { purses, earnings, listings, bookings: bookings.map(withStamps) },
  };
}

/** Whether the next run goes on from accounts in this file. */
export const keepsAccounts = async (file: string): Promise<boolean> =>
  (await readCheckpoint(file, programDigest()))?.accounts !== undefined;
