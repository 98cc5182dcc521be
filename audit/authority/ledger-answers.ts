import type { Address, Hex } from 'viem';
import type { CallFrame } from '../calldata/trace.ts';

/**
 * What must be asked of a node, since calldata does not show it. `undefined` says that the node cannot know: it keeps no
 * old state, or traces nothing.
 */
export interface LedgerAnswers {
  /** The calls that a transaction made. */
  trace(tx: Hex): Promise<CallFrame | undefined>;
  /** An account's code after a block; `0x` for none. */
  codeAt(account: Address, blockNumber: number): Promise<Hex | undefined>;
  /** What a call returned after a block; `refused` where it reverted. */
  callAt(to: Address, data: Hex, blockNumber: number): Promise<Hex | 'refused' | undefined>;
}
