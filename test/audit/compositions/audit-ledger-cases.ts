import type { Hex } from 'viem';
import type { TokenTransfer } from '../../../audit/ledger/read-ledger.ts';
import type { Transaction } from '../../../audit/ledger/transactions.ts';
import type { LedgerState } from '../../../audit/ledger-state.ts';
import { type ComposedCase, inFile } from './describe-compositions.ts';
import { NOT_SHOWN, UNCREDITED } from './findings.ts';
import type { LedgerAudits, LedgerPlan } from './ledger-audit.ts';
import { answering, noTokens } from './lies.ts';

const inLedger = inFile('audit-ledger.ts');
const inState = inFile('ledger-state.ts');
const inReading = inFile('ledger/read-ledger.ts');

const MISSING_ENDS = `for (const { code, expected, found, rule: _, ...subject } of missingEnds(book, holdings))
    disagree(book, code, subject, expected, found);`;

const DAY_SEC = 86_400;

type Change = NonNullable<LedgerPlan['state']>;

const reading =
  (change: (state: LedgerState['reading']) => Partial<LedgerState['reading']>): Change =>
  (state) => ({ ...state, reading: { ...state.reading, ...change(state.reading) } });

/** Transfers to the market beyond those of the ledger, and as many tokens more in it. */
const withTransfer =
  (tx: (state: LedgerState, booking: Hex) => Hex): Change =>
  (state, { booking, market }) => {
    const value = 5n;
    const last = state.reading.transfers.at(-1)!;
    const more: TokenTransfer = {
      ...last,
      to: market,
      from: `0x${'12'.repeat(20)}`,
      value,
      tx: tx(state, booking),
    };
    return {
      ...state,
      reading: { ...state.reading, transfers: [...state.reading.transfers, more] },
      holdings: { ...state.holdings, tokenBalance: state.holdings.tokenBalance + value },
    };
  };

async function* no(): AsyncIterable<Transaction> {}

const ofParts = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'a ledger before its first event',
    ['ledger.nothingRead'],
    { task: ({ deployBlock }) => ({ toBlock: deployBlock }) },
    [
      inLedger('checkSomethingRead(book, reading);'),
      inLedger('...book.discrepancies, '),
      inState('...asked, '),
      inReading('options.toBlock);', 'undefined);'),
    ],
  ),
  audits.case('a node without transactions', NOT_SHOWN, { state: reading(() => ({ transactions: no })) }, [
    inLedger('    authority,\n'),
    inLedger('const { unverifiable } = parts;', 'const unverifiable = [];'),
    inLedger('reading, events, earlier);', 'reading, [], earlier);'),
  ]),
  audits.case(
    'a ledger without transfers',
    ['deposit.notTransferred', 'money.withdrawal'],
    { state: reading(() => ({ transfers: [] })) },
    [
      inLedger('    await moneyOf(task.market, state, book),\n'),
      inLedger(', ...parts.discrepancies];', '];'),
      inLedger('joined(parts)', 'joined([])'),
    ],
  ),
  audits.case(
    'another code of the market',
    ['code.market', UNCREDITED, 'code.phantomCredits'],
    {
      nodes: {
        first: answering('eth_getCode', (code: Hex, [address], { market }) =>
          address === market ? `${code}00` : code,
        ),
      },
    },
    [
      inLedger('    checkCode(state.codes, reading.constants, reading.token),\n'),
      inLedger('    ...parts.findings,\n'),
    ],
  ),
  audits.case(
    'evidence with a record that its meter did not sign',
    ['evidence.recordSignature', UNCREDITED, 'records of 2'],
    { task: ({ evidence }) => ({ evidence }), also: ({ report }) => [`records of ${report.records.size}`] },
    [
      inLedger('task.evidence,', 'undefined,'),
      inLedger('book, allEvents, reading', 'book, () => [], reading'),
      inLedger(', records: evidence.records }', ' }'),
      inLedger(', evidence.verdict);', ', { discrepancies: [], findings: [], unverifiable: [] });'),
    ],
  ),
  audits.case(
    'a transfer in a call of the market',
    ['money.deposit', UNCREDITED],
    { state: withTransfer((_, booking) => booking) },
    [
      inLedger('await receiversOf(reading, uncreditedIn(task))', 'new Map()'),
      inLedger('receivers.set(hash, to);'),
    ],
  ),
  audits.case(
    'tokens that no transfer brought',
    ['market.surplus', UNCREDITED],
    {
      state: (state) => ({
        ...state,
        holdings: { ...state.holdings, tokenBalance: state.holdings.tokenBalance + 5n },
      }),
    },
    [
      inLedger('holds: holdings.tokenBalance };', 'holds: liabilities(book) };'),
      inLedger('owes: liabilities(book),', 'owes: holdings.tokenBalance,'),
    ],
  ),
];

const ofAccounts = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'a log that is no event',
    ['event.unknown', UNCREDITED],
    { reading: (found) => ({ ...found, logs: [...found.logs, { ...found.logs.at(-1)!, topics: [] }] }) },
    [
      inLedger("disagree(book, 'event.unknown'", "void ('event.unknown'"),
      inState('unknown, holdings, codes };', 'unknown: [], holdings, codes };'),
    ],
  ),
  audits.case(
    'an account whose storage was not read yet',
    [UNCREDITED],
    { state: (state) => ({ ...state, holdings: { ...state.holdings, purses: new Map() } }) },
    [inLedger('await completeHoldings(client, reading, holdings, book);')],
  ),
  audits.case(
    'a booking whose end no event says',
    ['event.missing', 'purse.balance', 'purse.tail', UNCREDITED],
    {
      state: (state) => ({
        ...state,
        events: state.events.filter(({ eventName }) => eventName !== 'Canceled'),
      }),
    },
    [inLedger(MISSING_ENDS)],
  ),
  audits.case(
    'a market without its tokens',
    ['market.insolvent', UNCREDITED],
    { nodes: { first: noTokens } },
    [inLedger('compareWithLedger(book, holdings);')],
  ),
  audits.case(
    'a booking that is overdue',
    ['booking.overdue', UNCREDITED],
    { state: reading(({ pin }) => ({ pin: { ...pin, at: pin.at + 30 * DAY_SEC } })) },
    [inLedger('...findingsOf(book, constants, pin.at),'), inLedger('pin.at),', '0),')],
  ),
];

const ofTime = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'an old block',
    [UNCREDITED, 'ledger.stale', '1 d old'],
    { aheadSec: DAY_SEC, also: ({ report }) => [`${Math.floor(report.ageSec / DAY_SEC)} d old`] },
    [inLedger('? staleness(ageOf(pin)) : []', '? [] : []'), ['audit-report.ts', 'ageOf(reading.pin)', '0']],
  ),
  audits.case(
    'a block that may be so old',
    [UNCREDITED],
    { aheadSec: DAY_SEC, task: () => ({ maxAgeSec: 2 * DAY_SEC }) },
    [
      inLedger('(maxAgeSec === undefined ? staleness(ageOf(pin)) : [])', 'staleness(ageOf(pin))'),
      inState('|| ageSec <= maxAgeSec'),
    ],
  ),
  audits.case(
    'a block that is too old',
    ['ends: ledger.stale'],
    { aheadSec: DAY_SEC, task: () => ({ maxAgeSec: 600 }) },
    [
      inState('requireRecent(reading.pin, task);'),
      inState('throw new AuditError', 'void new AuditError'),
      inState('maxAgeSec === undefined || toBlock !== undefined || ageSec <= maxAgeSec', 'true'),
      inState(' - at;', ' - Math.floor(Date.now() / 1_000);'),
    ],
  ),
  audits.case(
    'an old block that was asked for',
    [UNCREDITED],
    { aheadSec: DAY_SEC, task: ({ earlyBlock }) => ({ maxAgeSec: 600, toBlock: earlyBlock }) },
    [inState('|| toBlock !== undefined ')],
  ),
  audits.case(
    'bookings from a block on',
    [UNCREDITED, 'from 9'],
    { task: () => ({ fromBlock: 9n }), also: ({ report }) => [`from ${report.fromBlock}`] },
    [inLedger('return fromBlock === undefined ? report : { ...report, fromBlock };', 'return report;')],
  ),
];

export const auditLedgerCases = (audits: LedgerAudits): ComposedCase[] => [
  audits.case('an honest ledger', [UNCREDITED], {}, [
    inReading('from: accountIn(topics[1])', 'from: accountIn(topics[2])'),
    inReading('to: accountIn(topics[2])', 'to: accountIn(topics[1])'),
    inReading('hexToBigInt(data)', '0n'),
    inReading('if (chainId === undefined) return;'),
    inReading('if (shuffled > 0) {', '{'),
    inReading('if (undecided.length > 0) {', '{'),
    ['evidence/audit-evidence.ts', 'if (source === undefined) return { verdict: verdict(), records };', ''],
  ]),
  ...ofParts(audits),
  ...ofAccounts(audits),
  ...ofTime(audits),
];
