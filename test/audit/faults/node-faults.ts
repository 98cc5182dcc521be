import { type Hex, numberToHex } from 'viem';
import type { Lie } from './proxy.ts';

/** A fault of the node: what it answers in place of the truth. */
export interface NodeFault {
  kind: 'node';
  name: string;
  /** What the audit must say first. */
  code: string;
  /** For each audit a new one, since some lies remember. */
  lie: (market: Hex) => Lie;
}

interface Log {
  address: Hex;
  topics: Hex[];
  data: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  blockTimestamp?: Hex;
  transactionHash: Hex;
  logIndex: Hex;
  removed: boolean;
}

/** Changes all logs of the market that it is asked for. */
const logs =
  (change: (found: Log[]) => Log[]): NodeFault['lie'] =>
  (market) =>
  ({ method }, result) => {
    if (method !== 'eth_getLogs') return result;
    const found = result as Log[];
    const ours = found.filter(({ address }) => address === market.toLowerCase());
    return ours.length === 0 ? found : change(found);
  };

/** Changes the log in the middle. */
const oneLog = (change: (log: Log) => Log | Log[]): NodeFault['lie'] =>
  logs((found) => found.flatMap((log, index) => (index === found.length >> 1 ? change(log) : log)));

/** Another answer to one method. */
const answering =
  (name: string, change: (result: unknown) => unknown): NodeFault['lie'] =>
  () =>
  ({ method }, result) =>
    method === name ? change(result) : result;

const OTHER = `0x${'11'.repeat(20)}` as const;
const OTHER_HASH = `0x${'77'.repeat(32)}` as const;
const HOUR_SEC = 3_600;
const BEHIND_BLOCKS = 20;

const later = (hex: Hex, by: number): Hex => numberToHex(Number(hex) + by);

/** A header's or a log's time, an hour off; the header's hash stays. */
const shiftedTimes: NodeFault['lie'] =
  () =>
  ({ method }, result) => {
    const shifted = (log: Log): Log =>
      log.blockTimestamp === undefined
        ? log
        : { ...log, blockTimestamp: later(log.blockTimestamp, HOUR_SEC) };
    if (method === 'eth_getLogs') return (result as Log[]).map(shifted);
    if (method !== 'eth_getBlockByNumber' || result === null) return result;
    const { timestamp } = result as { timestamp: Hex };
    return { ...(result as object), timestamp: later(timestamp, HOUR_SEC) };
  };

/** The newest blocks are not there; what is asked of them is answered as of the last one that is. */
const laggingIndex: NodeFault['lie'] = () => {
  let newest = 0;
  return ({ method }, result) => {
    if (method === 'eth_blockNumber') newest = Number(result);
    if (method === 'eth_getBlockByNumber' && result !== null) {
      newest = Math.max(newest, Number((result as { number: Hex }).number));
    }
    if (method !== 'eth_getLogs') return result;
    return (result as Log[]).filter(({ blockNumber }) => Number(blockNumber) <= newest - BEHIND_BLOCKS);
  };
};

export const NODE_FAULTS: readonly NodeFault[] = [
  { kind: 'node', name: 'it gives no logs at all', code: 'node.logsMissing', lie: logs(() => []) },
  {
    kind: 'node',
    name: 'it gives the logs of listings only',
    code: 'node.logsMissing',
    lie: logs((found) => {
      const [listing] = found.filter(({ topics }) => topics.length === 4);
      return found.filter(({ topics }) => topics[0] === listing?.topics[0]);
    }),
  },
  { kind: 'node', name: 'it leaves out one log', code: 'node.logsMissing', lie: oneLog(() => []) },
  {
    kind: 'node',
    name: 'it gives a log of another contract',
    code: 'node.foreignLog',
    lie: oneLog((log) => [log, { ...log, address: OTHER, logIndex: later(log.logIndex, 100) }]),
  },
  {
    kind: 'node',
    name: 'it gives a log of another fork',
    code: 'node.fork',
    lie: oneLog((log) => ({ ...log, blockHash: OTHER_HASH })),
  },
  {
    kind: 'node',
    name: 'it gives a log of a block that was not asked for',
    code: 'node.outOfRange',
    lie: oneLog((log) => [log, { ...log, blockNumber: later(log.blockNumber, 1_000_000) }]),
  },
  {
    kind: 'node',
    name: 'it gives a log that was removed',
    code: 'node.removedLog',
    lie: oneLog((log) => ({ ...log, removed: true })),
  },
  { kind: 'node', name: 'it gives a log twice', code: 'node.duplicate', lie: oneLog((log) => [log, log]) },
  {
    kind: 'node',
    name: 'its log differs from the receipt',
    code: 'node.receipt',
    lie: logs((found) =>
      found.map((log, index) =>
        index === found.length - 1 ? { ...log, data: `${log.data}00` as Hex } : log,
      ),
    ),
  },
  { kind: 'node', name: 'its times are an hour off', code: 'node.headerHash', lie: shiftedTimes },
  { kind: 'node', name: 'its index of logs lags behind', code: 'node.logsMissing', lie: laggingIndex },
  {
    kind: 'node',
    name: 'its log names a transaction of another block',
    code: 'node.foreignTransaction',
    lie: oneLog((log) => ({ ...log, transactionHash: OTHER_HASH })),
  },
  {
    kind: 'node',
    name: 'it makes a log up in a block that is there',
    code: 'node.bloom',
    lie: oneLog((log) => [log, { ...log, topics: [OTHER_HASH], logIndex: later(log.logIndex, 100) }]),
  },
  {
    kind: 'node',
    name: 'its logs have other times than their blocks',
    code: 'node.time',
    lie: oneLog((log) => ({ ...log, blockTimestamp: later(log.blockTimestamp ?? '0x0', 1) })),
  },
  {
    kind: 'node',
    name: 'it gives transfers of others',
    code: 'node.otherTopic',
    lie:
      (market) =>
      ({ method }, result) => {
        if (method !== 'eth_getLogs') return result;
        const [first, ...rest] = result as Log[];
        if (first === undefined || first.address === market.toLowerCase()) return result;
        const topics = [first.topics[0], OTHER_HASH, OTHER_HASH];
        return [first, { ...first, topics, logIndex: later(first.logIndex, 100) }, ...rest];
      },
  },
  {
    kind: 'node',
    name: 'it has no receipts of transactions with logs',
    code: 'node.receiptMissing',
    lie: answering('eth_getTransactionReceipt', () => null),
  },
  {
    kind: 'node',
    name: 'it has no transactions of its logs',
    code: 'node.transactionMissing',
    lie: answering('eth_getTransactionByHash', () => null),
  },
  {
    kind: 'node',
    name: 'it shows other calldata than was sent',
    code: 'node.transactionHash',
    lie: answering('eth_getTransactionByHash', (transaction) => ({
      ...(transaction as object),
      input: '0x',
    })),
  },
  {
    kind: 'node',
    name: 'its market holds no token',
    code: 'market.insolvent',
    lie:
      () =>
      ({ method, params }, result) => {
        const [call] = params as { data?: Hex; input?: Hex }[];
        const isBalance = (call?.data ?? call?.input)?.startsWith('0x70a08231');
        return method === 'eth_call' && isBalance ? numberToHex(0, { size: 32 }) : result;
      },
  },
];

/** Lies after which an audit cannot go on: it ends with this code. */
export const NODE_REFUSALS: readonly NodeFault[] = [
  {
    kind: 'node',
    name: 'it is of another chain than was asked for',
    code: 'node.otherChain',
    lie:
      () =>
      ({ method }, result) =>
        method === 'eth_chainId' ? '0x7b' : result,
  },
  {
    kind: 'node',
    name: 'it answers null for logs',
    code: 'node.nullAnswer',
    lie:
      () =>
      ({ method }, result) =>
        method === 'eth_getLogs' ? null : result,
  },
  {
    kind: 'node',
    name: 'it answers something else for logs',
    code: 'node.malformed',
    lie: answering('eth_getLogs', () => ({})),
  },
  {
    kind: 'node',
    name: 'it knows no code of the market',
    code: 'audit.noMarket',
    lie:
      () =>
      ({ method }, result) =>
        method === 'eth_getCode' ? '0x' : result,
  },
];
