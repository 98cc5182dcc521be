import { type ComposedCase, inFile } from './describe-compositions.ts';
import { NOT_SHOWN, UNCREDITED } from './findings.ts';
import type { LedgerAudits } from './ledger-audit.ts';
import {
  answering,
  behind,
  honestly,
  noTokens,
  onceTransactionsAreRead,
  otherHash,
  otherOrder,
  withoutLog,
} from './lies.ts';

const inLedger = inFile('audit-ledger.ts');
const inState = inFile('ledger-state.ts');
const inReading = inFile('ledger/read-ledger.ts');

/** Nodes that lie, differ or are silent. */
export const nodeCases = (audits: LedgerAudits): ComposedCase[] => [
  audits.case(
    'nobody answers',
    ['ends: audit.unreadable'],
    { nodes: {}, task: () => ({ chainId: 31_337 }) },
    [inLedger("error instanceof BaseError ? unreadable('the ledger', error) : error", 'error')],
  ),
  audits.case(
    'a second node without logs',
    ['node.differ', UNCREDITED],
    { nodes: { first: honestly, second: withoutLog } },
    [
      inLedger('[task.rpcUrl].flat()', '[task.rpcUrl].flat().slice(0, 1)'),
      inLedger('readState(nodes, task)', 'readState([nodes[0]], task)'),
      inLedger('...faults.list(), '),
      inLedger('if (ofNode.length === 0) return {', 'return {'),
      inState('others, url', 'url'),
      inReading(', ...(options.others ?? [])'),
    ],
  ),
  audits.case(
    'a second node with another balance',
    ['node.differ', UNCREDITED],
    { nodes: { first: honestly, second: noTokens } },
    [
      inState('await checkOtherStorage(first, others, { reading, keys, holdings });'),
      inState('(first, others, {', '(first, [], {'),
    ],
  ),
  audits.case(
    'a second node of another chain',
    ['ends: node.otherChain'],
    {
      nodes: { first: honestly, second: answering('eth_chainId', () => '0x7b') },
      task: () => ({ chainId: 31_337 }),
    },
    [inReading('of nodes) await', 'of nodes.slice(0, 1)) await')],
  ),
  audits.case(
    'a second node that is behind',
    ['node.behind', UNCREDITED],
    { nodes: { first: honestly, second: behind } },
    [
      inReading('incomparable.add(other.url);', ';'),
      inReading('await checkHasPin(other, first!, pin, faults)', 'true'),
    ],
  ),
  audits.case(
    'a node that knows no transaction',
    ['node.transactionMissing', ...NOT_SHOWN],
    { nodes: { first: answering('eth_getTransactionByHash', () => null) } },
    [inReading('hashes, faults)', 'hashes, { add: () => undefined })')],
  ),
  audits.case(
    'a ledger that is reorganised meanwhile',
    ['ends: audit.reorganised'],
    { nodes: { first: onceTransactionsAreRead('eth_getBlockByNumber', otherHash) } },
    [inLedger('await requirePinned(client, reading.pin);')],
  ),
  audits.case(
    'a node of another chain than the code’s',
    ['node.chain', UNCREDITED, 'code.phantomCredits', 'beside: booking.idMismatch'],
    {
      nodes: { first: answering('eth_chainId', () => '0x7b') },
      also: ({ report }) =>
        report.book.consequences
          .filter(({ code }) => code === 'booking.idMismatch')
          .slice(0, 1)
          .map(({ code }) => `beside: ${code}`),
    },
    [
      inLedger(', ...parts.discrepancies.filter(isOfNode)'),
      inLedger("code.startsWith('node.')", 'false'),
      inLedger('book.consequences.push(...ofLedger);'),
    ],
  ),
  audits.case('logs in another order', ['node.order', UNCREDITED], { nodes: { first: otherOrder } }, [
    inLedger('...reading.findings,'),
  ]),
];
