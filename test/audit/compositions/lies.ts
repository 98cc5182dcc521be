import type { Hex } from 'viem';
import type { Lie } from '../faults/proxy.ts';
import type { ComposedLedger } from './composed-ledger.ts';
import { honest } from './nodes.ts';

type LieOf = (ledger: ComposedLedger) => Lie;

export const honestly: LieOf = () => honest;

/** Another answer to one method. */
export const answering =
  (
    name: string,
    change: (result: never, params: readonly never[], ledger: ComposedLedger) => unknown,
  ): LieOf =>
  (ledger) =>
  ({ method, params }, result) =>
    method === name ? change(result as never, params as never, ledger) : result;

const BALANCE_OF = '0x70a08231';

/** Another word in storage: the market has no token. */
export const noTokens: LieOf = answering('eth_call', (result, [call]: readonly { data: Hex }[]) =>
  call!.data.startsWith(BALANCE_OF) ? `0x${'00'.repeat(32)}` : result,
);

/** No log of the last block that has some. */
export const withoutLog: LieOf = answering('eth_getLogs', (logs: unknown[]) => logs.slice(1));

export const otherOrder: LieOf = answering('eth_getLogs', (logs: unknown[]) => logs.toReversed());

/** From the first transaction that is read on, the answers to a method are others. */
export const onceTransactionsAreRead =
  (name: string, change: (result: never) => unknown): LieOf =>
  () => {
    let isReading = false;
    return ({ method }, result) => {
      isReading ||= method === 'eth_getTransactionByHash';
      return isReading && method === name ? change(result as never) : result;
    };
  };

export const otherHash = (header: object) => ({ ...header, hash: `0x${'77'.repeat(32)}` });

export const noState = (): never => {
  throw new Error('missing trie node');
};

/** Its newest block is the market's first one, and it knows no state of a later one. */
export const behind: LieOf = ({ node, deployBlock }) => {
  const tag: Hex = `0x${deployBlock.toString(16)}`;
  const old = node.ask({ method: 'eth_getBlockByNumber', params: [tag, false] });
  return ({ method, params: [block] }, result) => {
    if (method === 'eth_call') return noState();
    if (method !== 'eth_getBlockByNumber') return result;
    if (block === 'latest') return old;
    return Number(block) > deployBlock ? null : result;
  };
};
