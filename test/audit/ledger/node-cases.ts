import type { Hex, PublicClient } from 'viem';
import type { Checkpoint } from '../../../audit/ledger/checkpoint.ts';
import type * as own from '../../../audit/ledger/read-ledger.ts';
import type * as ownRefusals from '../../../audit/ledger/refusals.ts';
import { LOCAL_CHAIN_ID } from '../../support/anvil.ts';
import { NODE_FAULTS, NODE_REFUSALS, type NodeFault } from '../faults/node-faults.ts';
import type { Lie } from '../faults/proxy.ts';
import type { AuditCase } from '../left-out/cases.ts';
import type { Load } from '../rules/vector-checks.ts';
import type { RecordedNode } from './recorded-node.ts';

/** A short ledger behind a node that is asked each thing once, and what an earlier audit of it left. */
export interface ShortLedger {
  node: RecordedNode;
  market: Hex;
  checkpoint: Checkpoint;
}

type LieOf = (ledger: ShortLedger, load: Load) => Lie;

interface Plan {
  lie?: LieOf;
  /** Of a second node. */
  second?: LieOf;
  options?: (ledger: ShortLedger) => own.ReadOptions;
}

const honestly: LieOf = () => (_, result) => result;

type Case = [what: string, says: string[], plan: Plan];

/** Reads all logs and transactions; gives the codes of what is wrong with the node, each once. */
async function codesOfNode(
  load: Load,
  ledger: ShortLedger,
  { lie, second, options }: Plan,
): Promise<string[]> {
  const client = (of: LieOf = honestly): PublicClient => ledger.node.client(of(ledger, load));
  const { readLedger } = load<typeof own>('ledger/read-ledger.ts');
  const others = second === undefined ? [] : [{ url: 'the second node', client: client(second) }];
  const asked = { receipts: true, others, ...options?.(ledger) };
  const reading = await readLedger(client(lie), ledger.market, asked);
  const hashes = reading.logs.map(({ tx }) => tx);
  for await (const _ of reading.transactions(hashes));
  return [...new Set([...reading.faults.list(), ...reading.findings].map(({ code }) => code))];
}

/** Another answer to one method. */
const answering =
  (name: string, change: (result: unknown, params: readonly unknown[]) => unknown): LieOf =>
  () =>
  ({ method, params }, result) =>
    method === name ? change(result, params) : result;

/** The node refuses a method, where this holds. */
const refusing =
  (
    name: string,
    [kind, message]: [ownRefusals.RefusalKind, string],
    isRefused: (params: readonly unknown[], ledger: ShortLedger) => boolean = () => true,
  ): LieOf =>
  (ledger, load) =>
  ({ method, params }, result) => {
    if (method !== name || !isRefused(params, ledger)) return result;
    throw new (load<typeof ownRefusals>('ledger/refusals.ts').NodeRefusal)(kind, message);
  };

const failing = (name: string): LieOf =>
  answering(name, () => {
    throw new Error('a fault of the program');
  });

const both =
  (...lies: LieOf[]): LieOf =>
  (ledger, load) => {
    const each = lies.map((lie) => lie(ledger, load));
    return (question, result) => each.reduce((changed, lie) => lie(question, changed), result);
  };

interface Log {
  blockNumber: Hex;
  logIndex: Hex;
  topics: Hex[];
}

const changingLogs = (change: (logs: Log[]) => unknown): LieOf =>
  answering('eth_getLogs', (result) => change(result as Log[]));

/** No log of the last block that has some. */
const withoutLast: LieOf = (ledger) => {
  const last = [...ledger.checkpoint.logs].at(-1)?.blockNumber;
  return ({ method }, result) =>
    method === 'eth_getLogs'
      ? (result as Log[]).filter(({ blockNumber }) => Number(blockNumber) !== last)
      : result;
};

const OTHER_HASH = `0x${'77'.repeat(32)}` as const;
const BASE_CHAIN = '0x2105';
const pinOf = ({ checkpoint }: ShortLedger): Hex => `0x${checkpoint.block.toString(16)}`;

/** The header of the pinned block, as `isIt` asks for it, is another. */
const otherPin =
  (change: (header: object) => object | null, isIt: (asked: number) => boolean = () => true): LieOf =>
  (ledger) => {
    let asked = 0;
    return ({ method, params }, result) => {
      if (method !== 'eth_getBlockByNumber' || params[0] !== pinOf(ledger)) return result;
      asked += 1;
      return isIt(asked) ? change(result as object) : result;
    };
  };

/** Its newest block is one before the pinned one. */
const oneBehind: LieOf = (ledger) => {
  const before = `0x${(ledger.checkpoint.block - 1).toString(16)}` as const;
  const old = ledger.node.ask({ method: 'eth_getBlockByNumber', params: [before, false] });
  return ({ method, params }, result) => {
    if (method !== 'eth_getBlockByNumber') return result;
    if (params[0] === 'latest') return old;
    return params[0] === pinOf(ledger) ? null : result;
  };
};

const withCheckpoint =
  (change: Partial<Checkpoint> = {}) =>
  ({ checkpoint }: ShortLedger): own.ReadOptions => ({ checkpoint: { ...checkpoint, ...change } });

const noLogsInReceipts = answering('eth_getTransactionReceipt', (receipt) => ({
  ...(receipt as object),
  logs: [],
}));

const CASES: readonly Case[] = [
  ['an honest node', [], {}],
  ['two that say the same', [], { second: honestly }],
  ['an honest node and what an earlier audit left', [], { options: withCheckpoint() }],
  ['logs in another order', ['node.order'], { lie: changingLogs((logs) => logs.toReversed()) }],
  [
    'none of the last logs, and no receipts of a block',
    ['node.noReceipts'],
    {
      lie: both(
        withoutLast,
        answering('eth_getBlockReceipts', () => null),
      ),
    },
  ],
  [
    'a checkpoint of another block',
    ['node.checkpoint'],
    { options: withCheckpoint({ blockHash: OTHER_HASH }) },
  ],
  [
    'a checkpoint whose logs the receipts do not hold',
    ['node.receipt'],
    { lie: noLogsInReceipts, options: withCheckpoint() },
  ],
  ['another chain than was asked for', ['ends: node.otherChain'], { options: () => ({ chainId: 1 }) }],
  ['a second node that is behind', ['node.behind'], { second: oneBehind }],
  ['a first node that is behind', ['node.behind'], { lie: oneBehind, second: honestly }],
  [
    'a second node with another block',
    ['node.differ'],
    { second: otherPin((header) => ({ ...header, hash: OTHER_HASH })) },
  ],
  ['a second node without a log', ['node.differ'], { second: changingLogs((logs) => logs.slice(1)) }],
  [
    'a second node with a log more',
    ['node.differ'],
    { second: changingLogs((logs) => logs.flatMap((log) => [log, { ...log, logIndex: '0xff' }])) },
  ],
  [
    'a second node that gives logs twice',
    ['node.duplicate'],
    { second: changingLogs((logs) => logs.flatMap((log) => [log, log])) },
  ],
  [
    'a ledger that is reorganised meanwhile',
    ['ends: audit.reorganised'],
    {
      lie: otherPin(
        (header) => ({ ...header, hash: OTHER_HASH }),
        (asked) => asked > 1,
      ),
    },
  ],
  ['null for a header', ['ends: node.nullAnswer'], { lie: answering('eth_getBlockByNumber', () => null) }],
  [
    'no code at the address, and calls that are answered',
    ['ends: audit.noMarket'],
    { lie: answering('eth_getCode', () => '0x') },
  ],
  [
    'calls that revert',
    ['ends: audit.noMarket'],
    { lie: refusing('eth_call', ['refused', 'execution reverted']) },
  ],
  ...(['eth_getCode', 'eth_call'] as const).map(
    (method): Case => [
      `no state for ${method}`,
      ['ends: node.noState'],
      { lie: refusing(method, ['noState', 'missing trie node']) },
    ],
  ),
  [
    'haste at an old block',
    ['ends: node.rateLimited'],
    {
      lie: both(
        answering('eth_chainId', () => BASE_CHAIN),
        refusing('eth_getCode', ['rateLimited', 'HTTP 429'], ([, block], ledger) => block !== pinOf(ledger)),
      ),
    },
  ],
  ...(['eth_getLogs', 'eth_getBlockByNumber'] as const).flatMap((method): Case[] => [
    [
      `haste at ${method}`,
      ['ends: node.rateLimited'],
      { lie: refusing(method, ['rateLimited', 'HTTP 429']) },
    ],
    [`an error of another kind at ${method}`, ['ends: audit.unreadable'], { lie: failing(method) }],
  ]),
  [
    'logs of no range',
    ['ends: node.answerTooLarge'],
    { lie: refusing('eth_getLogs', ['tooMany', 'block range is too wide']) },
  ],
];

const caseOf = (ledger: () => ShortLedger, [what, says, plan]: Case): AuditCase => ({
  what,
  says,
  run: (load) => codesOfNode(load, ledger(), plan),
});

/** What a fault of a table says first: others may follow from it. */
const ofFault = (ledger: () => ShortLedger, { name, code, lie }: NodeFault): AuditCase => ({
  what: name,
  says: [code],
  run: async (load) => (await codesOfNode(load, ledger(), { lie: ({ market }) => lie(market) })).slice(0, 1),
});

const ofRefusal = ({ name, code, lie }: NodeFault): Case => [
  name,
  [`ends: ${code}`],
  { lie: ({ market }) => lie(market), options: () => ({ chainId: LOCAL_CHAIN_ID }) },
];

/** What a node of a short ledger says, alone or beside another one. */
export const nodeCases = (ledger: () => ShortLedger): AuditCase[] => [
  ...[...CASES, ...NODE_REFUSALS.map(ofRefusal)].map((each) => caseOf(ledger, each)),
  ...NODE_FAULTS.filter(({ code }) => code.startsWith('node.')).map((fault) => ofFault(ledger, fault)),
];
