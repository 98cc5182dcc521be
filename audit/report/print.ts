import { byCause, type Cause } from '../accounting/by-cause.ts';
import { ageText } from '../accounting/freshness.ts';
import type { AuditReport } from '../audit-report.ts';
import { counted } from '../lib/counted.ts';
import type { Discrepancy, Finding, Subject, Unverifiable } from '../lib/discrepancy.ts';
import { isoTime } from '../lib/iso-time.ts';
import { inTokens } from './amounts.ts';
import { bookingsOf } from './reported.ts';
import { ruleTextOf } from './rule-texts.ts';
import { type VerdictName, verdictOf } from './verdict.ts';

/** The audit's result for machines: one object, money as decimal text of token units. */
export function toJson(report: AuditReport): string {
  const { reconciles, sessions, energyWh, paid, refunded, forfeited, findings, unverifiable } = report;
  const { pin, chainId, constants, hashes, ageSec } = report;
  const money = { paid: String(paid), refunded: String(refunded), forfeited: String(forfeited) };
  const block = { number: Number(pin.blockNumber), hash: pin.blockHash, at: pin.at };
  const causes = byCause(report.discrepancies, report);
  const discrepancies = causes.flatMap(({ cause, effects, alike }) =>
    [cause, ...effects, ...alike].map((each) => ({ ...each, rule: ruleTextOf(each), cause: cause.code })),
  );
  return JSON.stringify({
    ...{ verdict: verdictOf(report), reconciles, sessions, energyWh, ...money },
    ...{ discrepancies, consequences: report.book.consequences, findings, unverifiable },
    ...{ chainId, market: constants.market, block, ageSec, hashes },
  });
}

/** The audit's result for people: every booking with its amounts, the totals, then all discrepancies by their cause. */
export function toText(report: AuditReport): string {
  const money = (units: bigint) => inTokens(units, report.token.decimals);
  const { symbol } = report.token;
  const bookings = bookingsOf(report);
  return [
    `Audit at ${pinText(report)}: ${counted(report.bookings.length, 'booking')}, ${counted(report.sessions, 'session')}.`,
    '',
    ...bookingTable(report, bookings, money),
    '',
    `The market holds ${money(report.holds)} ${symbol} and owes ${money(report.owes)} ${symbol}.`,
    ...bookings.filter(({ forfeited }) => forfeited > 0n).map((account) => bondLine(account, money)),
    ...report.findings.map(findingLine),
    ...report.unverifiable.map(unverifiableLine),
    ...byCause(report.discrepancies, report).flatMap((cause) => causeLines(cause, report)),
    verdictText(report),
  ].join('\n');
}

const pinText = ({ pin, ageSec }: Pick<AuditReport, 'pin' | 'ageSec'>): string =>
  `block ${pin.blockNumber} (${isoTime(pin.at)}, ${ageText(ageSec)} old)`;

type Bookings = AuditReport['bookings'];

function bookingTable(report: AuditReport, bookings: Bookings, money: (units: bigint) => string): string[] {
  const { symbol } = report.token;
  const header = ['booking', 'outcome', 'Wh', `paid ${symbol}`, `refunded ${symbol}`, 'ended in'];
  const rows = bookings.map(({ bookingId, end, energyWh, paid, refunded }) => [
    bookingId,
    end?.outcome ?? 'open',
    String(energyWh),
    money(paid),
    money(refunded),
    end?.stamp.tx ?? '',
  ]);
  const sum = (of: (account: Bookings[number]) => bigint) =>
    bookings.reduce((total, account) => total + of(account), 0n);
  const energyWh = sum((account) => BigInt(account.energyWh));
  const amounts = [money(sum(({ paid }) => paid)), money(sum(({ refunded }) => refunded))];
  return table([header, ...rows, ['total', '', String(energyWh), ...amounts, '']]);
}

/** Columns of equal width; figures to the right. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
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

const bondLine = ({ bookingId, forfeited }: Bookings[number], money: (units: bigint) => string): string =>
  `The challenge was lost: ${money(forfeited)} of the bond went to the host, booking ${bookingId}`;

export const findingLine = (finding: Finding): string =>
  `${finding.isInformation ? 'information' : 'finding'} ${finding.code}: ${finding.detail}${subjectText(finding)}`;

export const unverifiableLine = (entry: Unverifiable): string =>
  `unverifiable ${entry.code}: ${entry.detail} (${entry.need})${subjectText(entry)}`;

/** At most three lines a cause: what and where, by which rule, and how much more of it there is. */
export function causeLines({ cause, effects, alike }: Cause, report: AuditReport): string[] {
  return [
    `DISCREPANCY ${cause.code}${subjectText({ ...cause, tx: transactionOf(cause, report) })}: ${ruleTextOf(cause)}`,
    `  expected ${cause.expected}, found ${cause.found}`,
    ...moreLine(effects, alike),
  ];
}

function moreLine(effects: readonly Discrepancy[], alike: readonly Discrepancy[]): string[] {
  if (effects.length + alike.length === 0) return [];
  const codes = [...new Set(effects.map(({ code }) => code))].join(', ');
  const parts = [
    ...(effects.length > 0 ? [`${effects.length} more with it: ${codes}`] : []),
    ...(alike.length > 0 ? [`${alike.length} of the same kind or with those`] : []),
  ];
  return [`  ${parts.join('; ')}; --json lists all`];
}

/** Its own, or the one that ended or made its booking: where to look it up. */
function transactionOf({ tx, bookingId }: Discrepancy, { book }: AuditReport) {
  const account = bookingId === undefined ? undefined : book.bookings.get(bookingId);
  return tx ?? account?.end?.stamp.tx ?? account?.booked.tx;
}

function subjectText({
  bookingId,
  listingId,
  account,
  tx,
}: { [Name in keyof Subject]: Subject[Name] | undefined }): string {
  const parts = { booking: bookingId, listing: listingId, account, tx };
  const named = Object.entries(parts).filter(([, value]) => value !== undefined);
  return named.map(([name, value]) => `, ${name} ${value}`).join('');
}

const VERDICTS: Readonly<Record<VerdictName, (report: AuditReport) => string>> = {
  reconciles: () => 'The ledger reconciles.',
  reconcilesExceptUnverifiable: ({ unverifiable }) =>
    `The ledger reconciles, ${unverifiable.length} unverifiable.`,
  doesNotReconcile: ({ discrepancies }) =>
    `The ledger does NOT reconcile: ${counted(discrepancies.length, 'discrepancy', 'discrepancies')}.`,
};

/** The verdict, and the block, its time and its age, beyond which it says nothing. */
export const verdictText = (report: AuditReport): string =>
  `${VERDICTS[verdictOf(report)](report)} Audited up to ${pinText(report)}.`;
