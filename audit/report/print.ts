import type { BookingAccount } from '../accounting/account-book.ts';
import { ageText } from '../accounting/freshness.ts';
import type { AuditReport } from '../audit-ledger.ts';
import type { Discrepancy, Finding, Subject } from '../lib/discrepancy.ts';

/** The audit's result for machines: one object, money as decimal text of token units. */
export function toJson(report: AuditReport): string {
  const { reconciles, sessions, energyWh, paid, refunded, forfeited, discrepancies, findings } = report;
  const money = { paid: String(paid), refunded: String(refunded), forfeited: String(forfeited) };
  return JSON.stringify({ reconciles, sessions, energyWh, ...money, discrepancies, findings });
}

/** The audit's result for people: every booking with its amounts, the totals, then all discrepancies. */
export function toText(report: AuditReport): string {
  const money = (units: bigint) => inTokens(units, report.token.decimals);
  const { symbol } = report.token;
  const header = ['booking', 'outcome', 'Wh', `paid ${symbol}`, `refunded ${symbol}`, 'ended in'];
  const rows = report.bookings.map(({ bookingId, end, energyWh, paid, refunded }) => [
    bookingId,
    end?.outcome ?? 'open',
    String(energyWh),
    money(paid),
    money(refunded),
    end?.stamp.tx ?? '',
  ]);
  const total = ['total', '', String(report.energyWh), money(report.paid), money(report.refunded), ''];
  return [
    `Audit at block ${report.pin.blockNumber} (${new Date(report.pin.at * 1_000).toISOString()}, ${ageText(report.ageSec)} old): ${report.bookings.length} bookings, ${report.sessions} sessions.`,
    '',
    ...table([header, ...rows, total]),
    '',
    `The market holds ${money(report.holds)} ${symbol} and owes ${money(report.owes)} ${symbol}.`,
    ...report.bookings.filter(({ forfeited }) => forfeited > 0n).map((account) => bondLine(account, money)),
    ...report.findings.map(findingLine),
    ...report.discrepancies.flatMap(discrepancyLines),
    verdict(report),
  ].join('\n');
}

/** All digits of the token, so that columns line up. */
function inTokens(units: bigint, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Columns of equal width; figures to the right. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column >= 2 && column <= 4 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

const bondLine = ({ bookingId, forfeited }: BookingAccount, money: (units: bigint) => string): string =>
  `The challenge was lost: ${money(forfeited)} of the bond went to the host, booking ${bookingId}`;

const findingLine = (finding: Finding): string =>
  `finding ${finding.code}: ${finding.detail}${subjectText(finding)}`;

const discrepancyLines = (discrepancy: Discrepancy): string[] => [
  `DISCREPANCY ${discrepancy.code}${subjectText(discrepancy)}`,
  `  expected ${discrepancy.expected}`,
  `  found    ${discrepancy.found}`,
];

function subjectText({ bookingId, listingId, account, tx }: Subject): string {
  const parts = { booking: bookingId, listing: listingId, account, tx };
  const named = Object.entries(parts).filter(([, value]) => value !== undefined);
  return named.map(([name, value]) => `, ${name} ${value}`).join('');
}

/** What logs and storage do not hold. */
const NOT_CHECKED =
  'Not in the logs, and so not checked: meter records, evidence, signatures of hosts and drivers, and what a car took.';

const verdict = ({ reconciles, discrepancies }: AuditReport): string =>
  reconciles
    ? `The ledger reconciles. ${NOT_CHECKED}`
    : `The ledger does NOT reconcile: ${discrepancies.length} discrepancies.`;
