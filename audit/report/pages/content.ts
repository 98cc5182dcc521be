import { byCause } from '../../accounting/by-cause.ts';
import type { AuditReport } from '../../audit-report.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { inKwh, inTokens, shortHex } from '../amounts.ts';
import { type Drawing, drawingOf } from '../plots/drawing.ts';
import { plotsOf } from '../plots/series.ts';
import { causeLines, findingLine, unverifiableLine, verdictText } from '../print.ts';
import { bookingsOf } from '../reported.ts';
import { type VerdictName, verdictOf } from '../verdict.ts';
import { METHOD, METHOD_LIMITS } from './method.ts';
import { toolVersion } from './tool.ts';

/** A part of the report, whatever it is written as. */
export type Block =
  | { kind: 'verdict'; verdict: VerdictName; text: string }
  | { kind: 'heading' | 'text'; text: string }
  /** Names and values; hashes among them are long. */
  | { kind: 'facts'; rows: readonly (readonly [name: string, value: string])[] }
  /** Figures stand to the right from column `figuresFrom` on. */
  | { kind: 'table'; header: readonly string[]; rows: readonly (readonly string[])[]; figuresFrom: number }
  | { kind: 'entries'; entries: readonly (readonly string[])[] }
  | { kind: 'plots'; drawings: readonly Drawing[] };

export interface ReportDocument {
  title: string;
  blocks: readonly Block[];
}

/** More of a kind are in the JSON and in the CSV files: a report for people ends. */
const MOST_ENTRIES = 200;
const MOST_BOOKINGS = 500;

export function documentOf(report: AuditReport): ReportDocument {
  const heading = (text: string): Block => ({ kind: 'heading', text });
  return {
    title: `Audit of ${report.constants.market}`,
    blocks: [
      { kind: 'verdict', verdict: verdictOf(report), text: verdictText(report) },
      { kind: 'facts', rows: subject(report) },
      heading('Totals'),
      { kind: 'facts', rows: totals(report) },
      { kind: 'plots', drawings: plotsOf(report).map(drawingOf) },
      heading('Discrepancies'),
      ...entries(discrepancies(report), 'None: every rule held.'),
      heading('Findings'),
      ...entries(
        report.findings.map((finding) => [findingLine(finding)]),
        'None.',
      ),
      heading('Not verified'),
      ...entries(
        report.unverifiable.map((entry) => [unverifiableLine(entry)]),
        'Nothing was left out of what the method says.',
      ),
      heading('Method'),
      ...[...METHOD, ...METHOD_LIMITS].map((text): Block => ({ kind: 'text', text })),
      heading('What pins the input'),
      { kind: 'facts', rows: pins(report) },
      heading('Bookings'),
      ...bookingBlocks(report),
    ],
  };
}

const subject = ({ constants, chainId, token, pin, fromBlock }: AuditReport): [string, string][] => [
  ['Market', constants.market],
  ['Chain', String(chainId)],
  ['Token', `${token.symbol}, ${token.address}, ${token.decimals} decimals`],
  ['Block', `${pin.blockNumber}, ${isoTime(pin.at)}`],
  ...(fromBlock === undefined ? [] : ([['Reported from block', String(fromBlock)]] as [string, string][])),
];

function totals(report: AuditReport): [string, string][] {
  const money = (units: bigint) => `${inTokens(units, report.token.decimals)} ${report.token.symbol}`;
  const { bookings, sessions, book } = report;
  return [
    ['Chargers listed', String(book.listings.size)],
    ['Bookings', String(bookings.length)],
    ['Sessions that were paid', String(sessions)],
    ['Energy', `${inKwh(report.energyWh)} kWh`],
    ['Paid to hosts, market fee included', money(report.paid)],
    ['Refunded to drivers', money(report.refunded)],
    ['Bonds that went to hosts', money(report.forfeited)],
    ['Deposited', money(book.deposited)],
    ['Withdrawn', money(book.withdrawn)],
    ['The market holds', money(report.holds)],
    ['The market owes', money(report.owes)],
  ];
}

const discrepancies = (report: AuditReport): string[][] =>
  byCause(report.discrepancies, report).map((cause) => causeLines(cause, report));

function entries(all: readonly (readonly string[])[], none: string): Block[] {
  if (all.length === 0) return [{ kind: 'text', text: none }];
  const rest = all.length - MOST_ENTRIES;
  return [
    { kind: 'entries', entries: all.slice(0, MOST_ENTRIES) },
    ...(rest > 0 ? [{ kind: 'text', text: `${rest} more: --json lists them.` } as const] : []),
  ];
}

const pins = ({ pin, hashes }: AuditReport): [string, string][] => [
  ['Block hash', pin.blockHash],
  ['Logs, SHA-256', hashes.logs],
  ...Object.entries(hashes.codes).map(([name, hash]): [string, string] => [
    `Code of ${name}, keccak-256`,
    hash,
  ]),
  ['Tool', `plugpact-audit ${toolVersion}`],
];

function bookingBlocks(report: AuditReport): Block[] {
  const { decimals, symbol } = report.token;
  const all = bookingsOf(report).toReversed();
  if (all.length === 0) return [{ kind: 'text', text: 'None.' }];
  const header = ['Booking', 'Booked at', 'Outcome', 'Wh', `Paid ${symbol}`, `Refunded ${symbol}`];
  const rows = all
    .slice(0, MOST_BOOKINGS)
    .map(({ bookingId, booked, end, energyWh, paid, refunded }) => [
      shortHex(bookingId),
      isoTime(booked.at),
      end?.outcome ?? 'open',
      String(energyWh),
      inTokens(paid, decimals),
      inTokens(refunded, decimals),
    ]);
  const shown = `The newest ${rows.length} of ${all.length}; --csv writes all, with whole hashes.`;
  return [
    { kind: 'text', text: shown },
    { kind: 'table', header, rows, figuresFrom: 3 },
  ];
}
