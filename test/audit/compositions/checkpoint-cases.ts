import { accountsIn, type KeptAccounts } from '../../../audit/accounting/kept-accounts.ts';
import { readCheckpoint } from '../../../audit/ledger/checkpoint.ts';
import { textsIn } from '../../../audit/ledger/kept-logs.ts';
import type { Transaction } from '../../../audit/ledger/transactions.ts';
import { type ComposedCase, inFile } from './describe-compositions.ts';
import { UNCREDITED } from './findings.ts';
import { type Audited, type LedgerAudits, type LedgerPlan, PROGRAM } from './ledger-audit.ts';
import { honestly, noState, noTokens, withoutLog } from './lies.ts';

const inLedger = inFile('audit-ledger.ts');
const inState = inFile('ledger-state.ts');
const inReading = inFile('ledger/read-ledger.ts');
const inEarlier = inFile('earlier-run.ts');

/** What the next audit can go on from. */
async function leaves({ report, file }: Audited): Promise<string[]> {
  const found = await readCheckpoint(file, PROGRAM);
  if (found === undefined) return ['leaves nothing'];
  if (found.block !== Number(report.pin.blockNumber)) return ['leaves what was there'];
  if (found.accounts === undefined) return ['leaves logs'];
  const { ended, rest } = found.accounts;
  const lines = ended.bytes.toString().match(/\n/g)?.length;
  const { book, uncredited } = accountsIn(textsIn(ended.bytes), rest);
  return [`leaves ${book.bookings.size} bookings in ${lines} lines, ${uncredited.length} uncredited`];
}

const goesOn = ({ state }: Audited): string => (state.earlier ? 'goes on' : 'reads all');

const LEFT = 'leaves 4 bookings in 6 lines, 1 uncredited';

const ofWhatIsLeft = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'an audit that leaves its accounts',
    [UNCREDITED, LEFT],
    { from: 'nothing', task: () => ({ chainId: 31_337 }), also: leaves },
    [
      inReading('if (found === chainId) return;'),
      inLedger('if (next !== undefined) await save?.(next);'),
      inLedger('save && checkpointOf(reading, accountsToKeep(state, report))', 'undefined'),
      inLedger('accountsToKeep(state, report)', 'undefined'),
      inLedger('findings.filter(({ code }) => code === UNCREDITED)', '[]'),
      inState('save: kept?.save', 'save: undefined'),
      inState('writeCheckpoint(file, program, part)', 'undefined'),
    ],
  ),
  audits.case(
    'an audit that does not reconcile',
    ['market.insolvent', UNCREDITED, 'leaves logs'],
    { from: 'nothing', nodes: { first: noTokens }, also: leaves },
    [inLedger('!report.reconciles || ')],
  ),
  audits.case(
    'an audit that is not all verified',
    [UNCREDITED, 'authority.Booked', 'leaves logs'],
    {
      from: 'nothing',
      state: withoutTransaction('booking'),
      also: leaves,
    },
    [inLedger('report.unverifiable.length > 0 || ')],
  ),
  audits.case(
    'a market that is short of tokens',
    [UNCREDITED, 'leaves logs'],
    {
      from: 'earlier',
      state: (state) => {
        const { money } = state.earlier!;
        return { ...state, earlier: { ...state.earlier!, money: { ...money, net: money.net - 8n } } };
      },
      also: leaves,
    },
    [inLedger(' || isShort')],
  ),
  audits.case(
    'an audit of a node that is wrong',
    ['node.differ', UNCREDITED, 'leaves nothing'],
    { from: 'nothing', nodes: { first: honestly, second: withoutLog }, also: leaves },
    [inReading('if (reading.faults.size > 0) return undefined;')],
  ),
];

/** One transaction of the ledger is not given. */
function withoutTransaction(name: 'booking' | 'withdrawal') {
  const change: NonNullable<LedgerPlan['state']> = (state, ledger) => {
    async function* transactions(...[hashes]: Parameters<typeof state.reading.transactions>) {
      for await (const each of state.reading.transactions(hashes))
        if (each.hash !== ledger[name]) yield each satisfies Transaction;
    }
    return { ...state, reading: { ...state.reading, transactions } };
  };
  return change;
}

const ofGoingOn = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'an audit that goes on',
    [UNCREDITED, 'goes on', LEFT, '18 events'],
    {
      from: 'earlier',
      also: async (audited) => [
        goesOn(audited),
        ...(await leaves(audited)),
        `${audited.report.events().length} events`,
      ],
    },
    [
      inLedger('rebuild(reading.constants, events, earlier)', 'rebuild(reading.constants, events)'),
      inLedger('earlier: earlier?.money }', 'earlier: undefined }'),
      inLedger('(earlier?.money.net ?? 0n)', '0n'),
      inLedger(' + netOf(constants.market, reading.transfers)'),
      inLedger('earlier?.written ?? nothingWritten()', 'nothingWritten()'),
      inState('file === undefined ? undefined : await keptIn(file)', 'undefined'),
      inState('await readCheckpoint(file, program)', 'undefined'),
      inState('programDigest();', "'another program';"),
      inState('...kept, '),
      inState('earlierRunOf(reading.earlier)', 'undefined'),
      inReading('options.checkpoint, {', 'undefined, {'),
      inReading('known?.accounts === undefined ? undefined : known', 'undefined'),
      inReading('known.block + 1', 'known.block + 2'),
      inEarlier('netOf(market, transfersIn(transfers))', '0n'),
      inEarlier('unowed: net - (book.deposited - book.withdrawn)', 'unowed: 0n'),
      inEarlier(', uncredited },', ', uncredited: [] },'),
      inEarlier('for (const log of logs) yield transferOf(log);'),
    ],
  ),
  audits.case(
    'a checkpoint beyond the audited block',
    ['ledger.nothingRead', 'node.checkpoint'],
    { from: 'earlier', task: ({ deployBlock }) => ({ toBlock: deployBlock }) },
    [
      inReading('...ignored, '),
      inReading("ignored: [{ code: 'node.checkpoint', detail }]", 'ignored: []'),
      inReading('reason !== undefined', 'false'),
      inReading('await whyUseless(client, checkpoint, of)', 'undefined'),
    ],
  ),
  audits.case(
    'evidence of a meter that was listed before',
    ['evidence.recordSignature', UNCREDITED],
    { from: 'earlier', task: ({ evidence }) => ({ evidence }) },
    [
      inEarlier('events: () => decodeLogs(logs).events', 'events: () => []'),
      inLedger('...earlier!.events(), '),
    ],
  ),
  audits.case(
    'a node that forgets the state of the block',
    [UNCREDITED],
    { from: 'earlier', ...forgettingMeanwhile() },
    [
      inState(', earlier?.book)', ')'),
      inState('reading.constants, events, earlier', 'reading.constants, [], earlier'),
    ],
  ),
];

/** While the accounts are recomputed, the node knows no state. */
function forgettingMeanwhile(): Pick<LedgerPlan, 'task' | 'nodes'> {
  let step = '';
  const progress = (name: string) => {
    step = name;
  };
  return {
    task: () => ({ progress }),
    nodes: {
      first:
        () =>
        ({ method }, result) =>
          step === 'recomputing' && method === 'eth_call' ? noState() : result,
    },
  };
}

/** The accounts of the earlier audit, changed. */
const ofEarlierAccounts = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'accounts of a booking at another time',
    ['ends: audit.checkpoint'],
    { from: 'earlier', accounts: bookedAnHourBefore },
    [
      inEarlier('checkKept(logs, book);'),
      inEarlier('throw refused(', 'void refused('),
      inEarlier('!agrees(book, event)', 'false'),
      inEarlier('wrong === undefined', 'true'),
    ],
  ),
  audits.case(
    'a message that was signed for a booking of just now',
    ['cancel.fee', 'session.refund', 'authority.cancel', UNCREDITED],
    {
      ...{ from: 'earlier', accounts: bookedAnHourBefore },
      around: { 'accounting/kept-sample.ts': () => ({ agrees: () => true }) },
    },
    [inEarlier('bookedAt: { get: (id) => bookings.get(id)?.booked.at }', 'bookedAt: new Map()')],
  ),
  audits.case(
    'a listing of another host',
    ['authority.listingStatus', 'listing.commitment', 'booking.host', UNCREDITED],
    { from: 'earlier', accounts: ofOtherHost },
    [
      inEarlier('history: historyIn(book)', 'history: { bookedAt: new Map(), hostOf: new Map() }'),
      inEarlier('[id, listing.terms.host]', '[id, undefined]'),
      inLedger('reading, events, earlier);', 'reading, events);'),
    ],
  ),
  audits.case(
    'an earlier withdrawal that nobody shows',
    [UNCREDITED, 'authority.Withdrawn'],
    { from: 'earlier', state: withoutTransaction('withdrawal') },
    [
      inEarlier('decodeLogs(logs.withTopic(withdrawals)).events', '[]'),
      inEarlier('topicsOf(WITHDRAWALS)', 'new Set()'),
    ],
  ),
];

function bookedAnHourBefore(kept: KeptAccounts): KeptAccounts {
  for (const account of kept.book.bookings.values())
    account.booked = { ...account.booked, at: account.booked.at - 3_600 };
  return kept;
}

function ofOtherHost(kept: KeptAccounts): KeptAccounts {
  for (const { listing } of kept.book.listings.values())
    listing.terms = { ...listing.terms, host: `0x${'34'.repeat(20)}` };
  return kept;
}

/** What an audit leaves to the next one, and what that one makes of it. */
export const checkpointCases = (audits: LedgerAudits): ComposedCase[] => [
  ...ofWhatIsLeft(audits),
  ...ofGoingOn(audits),
  ...ofEarlierAccounts(audits),
];
