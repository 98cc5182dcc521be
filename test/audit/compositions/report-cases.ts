import { createHash } from 'node:crypto';
import type { rebuild } from '../../../audit/accounting/rebuild.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';
import type { GivenBundle } from '../../../audit/evidence/bundle-files.ts';
import { SESSION_VARIABLE } from '../../../audit/evidence/bundles-of-api.ts';
import type { SessionFacts } from '../../../audit/evidence/session-facts.ts';
import { textOfLogs } from '../../../audit/ledger/kept-logs.ts';
import { type ComposedCase, inFile } from './describe-compositions.ts';
import { UNCREDITED } from './findings.ts';
import type { Audited, LedgerAudits } from './ledger-audit.ts';
import { noTokens } from './lies.ts';

const inReport = inFile('audit-report.ts');
const inEvidence = inFile('evidence/audit-evidence.ts');

const SUMS = [
  '2 sessions of 4000 Wh in 4 bookings',
  'paid 1166666, refunded 16833334, holds 78000007, owes 78000000',
  'code of market,extension,verifier',
];

const sums = ({ report }: Audited): string[] => {
  const { sessions, energyWh, paid, refunded, forfeited, holds, owes, bookings, hashes } = report;
  return [
    `${sessions} sessions of ${energyWh} Wh in ${bookings.length} bookings`,
    `paid ${paid}, refunded ${refunded}, holds ${holds}, owes ${owes}`,
    `code of ${Object.keys(hashes.codes)}`,
    `forfeited ${forfeited}`,
    ...verdictIn(report),
  ];
};

const verdictIn = ({ reconciles }: AuditReport): string[] => [
  reconciles ? 'reconciles' : 'does not reconcile',
];

/** A unit of each booking's bond is forfeited. */
const forfeiting = (exported: { rebuild: typeof rebuild }) => ({
  rebuild: async (...given: Parameters<typeof rebuild>) => {
    const book = await exported.rebuild(...given);
    for (const account of book.bookings.values()) account.forfeited = 1n;
    return book;
  },
});

function hashOfAll({ report, state: { reading } }: Audited): string[] {
  const hash = createHash('sha256');
  for (const text of textOfLogs([...reading.earlier!.logs, ...reading.logs])) hash.update(text);
  return [report.hashes.logs === `0x${hash.digest('hex')}` ? 'hash of all logs' : 'another hash'];
}

export const reportCases = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'the sums of a ledger',
    [UNCREDITED, ...SUMS, 'forfeited 4', 'reconciles'],
    { around: { 'accounting/rebuild.ts': forfeiting }, also: sums },
    [
      inReport("filter(({ end }) => end?.outcome === 'FULFILLED')", 'slice()'),
      inReport('sum + energyWh', 'sum'),
      inReport('sum + paid', 'sum'),
      inReport('sum + refunded', 'sum'),
      inReport('liabilities(book)', '0n'),
      inReport('holdings.tokenBalance', '0n'),
      inReport('codeHashes(codes)', '{}'),
      inReport('sum + forfeited', 'sum'),
    ],
  ),
  audits.case(
    'the hash of all logs',
    [UNCREDITED, 'hash of all logs'],
    { from: 'earlier', also: hashOfAll },
    [
      inReport('reading.earlier?.logs, reading.logs', 'undefined, reading.logs'),
      inReport('reading.earlier?.logs, reading.logs', 'reading.earlier?.logs, []'),
    ],
  ),
  audits.case(
    'evidence that contradicts, beside a market without its tokens',
    ['evidence.recordSignature', 'market.insolvent', UNCREDITED],
    { task: ({ evidence }) => ({ evidence }), nodes: { first: noTokens } },
    [inReport('causeFirst(whole.discrepancies, report)', 'whole.discrepancies')],
  ),
  audits.case(
    'evidence that contradicts a ledger',
    ['evidence.recordSignature', UNCREDITED, '1 and 1 records', 'does not reconcile'],
    {
      task: ({ evidence }) => ({ evidence }),
      also: ({ report }) => [
        `${[...report.records.values()].map(({ length }) => length).join(' and ')} records`,
        ...verdictIn(report),
      ],
    },
    [
      inReport('reconciles: discrepancies.length === 0 };', '};'),
      inReport('joined([report, found])', 'report'),
      inEvidence('meterKeysOf(events())', 'new Map()'),
      inEvidence('records.set(facts.bookingId, [...new Set(report.records)]);'),
      inEvidence('[...new Set(report.records)]', '[]'),
      inEvidence('[...book.bookings.values()].map', '[...book.bookings.values()].slice(1).map'),
      inEvidence('verdict: found, records', 'verdict: verdict(), records'),
    ],
  ),
  ofApi(audits),
];

/** Bundles of an API, which says what it was asked for and gives none. */
function ofApi(audits: LedgerAudits): ComposedCase {
  let asked = '';
  async function* bundlesOfApi(origin: string, session: string, sessions: Iterable<SessionFacts>) {
    asked = `${origin} as ${session} for ${[...sessions].length} bookings`;
    yield* [] as GivenBundle[];
  }
  return audits.case(
    'evidence of an API',
    [UNCREDITED, 'evidence.notGiven', 'http://charge.example as known for 4 bookings'],
    {
      task: () => ({ evidence: 'http://charge.example' }),
      session: 'known',
      around: { 'evidence/bundles-of-api.ts': () => ({ SESSION_VARIABLE, bundlesOfApi }) },
      also: () => [asked],
    },
    [
      inEvidence('/^https?:/.test(source)', 'false'),
      inEvidence('process.env[SESSION_VARIABLE]', 'undefined'),
      inEvidence('SESSION_VARIABLE], sessions.values()', 'SESSION_VARIABLE], []'),
    ],
  );
}
