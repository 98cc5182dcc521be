import type { Selectable } from 'kysely';
import type { Address, Hex, TransactionReceipt } from 'viem';
import type { Db, Tx } from '../db.ts';
import type { OutboxCallsTable } from '../tables/outbox.ts';
import type { GasPrice, Purse } from './gas-fees.ts';

export type OutboxCall = Selectable<OutboxCallsTable>;

/** A custom error of the ledger, its arguments as text. */
export interface LedgerError {
  name: string;
  args: Record<string, string>;
}

/** A call to be sent, as its admission decided. */
export interface NewCall {
  callId: Hex;
  /** Lower-case, as tables have it. */
  to: Address;
  data: Hex;
  functionName: string;
  /** Estimated for the call alone. */
  gas: bigint;
  /** Wei that a rollup takes for its bytes. */
  dataFee: bigint;
  /** Wei that it may cost at most. */
  cover: bigint;
  /** Where an allowance pays: its name, and what is reserved of it. */
  allowance?: string;
  reservedGwei: bigint;
}

export type Estimate = { gas: bigint } | { error: LedgerError };

/** How a transaction ended for one of its calls. */
export interface Outcome {
  isDone: boolean;
  /** Undefined where the ledger did not say. */
  error?: LedgerError;
}

/** A call's share of what its transaction cost; nothing where it was not sent. */
export interface Ended {
  /** Wei. */
  cost: bigint;
  gasUsed: bigint;
}

/** What the outbox leaves to its owner. */
export interface OutboxRules {
  /** The gas of a call at present, or why the ledger refuses it. */
  estimate(call: Pick<OutboxCall, 'toAddress' | 'data'>): Promise<Estimate>;
  /** How a mined transaction ended for each of its calls, in their order. */
  outcomesOf(receipt: TransactionReceipt, calls: readonly OutboxCall[]): Outcome[];
  /** A call ended. Called again where a reorg has it end twice. */
  onEnd(tx: Tx, call: OutboxCall, ended: Ended): Promise<void>;
  /** Allows a raise beyond what the calls cover; false: it is not paid. */
  payRaise(tx: Tx, wei: bigint): Promise<boolean>;
  /** Called from time to time: deletes what is not needed any more. */
  forget(db: Db): Promise<void>;
}

/** Sends calls with one key, and pays for them. What is handed in is kept on disk until it is on the ledger. */
export interface Outbox {
  address: Address;
  find(callId: Hex): Promise<OutboxCall | undefined>;
  /** What the ledger asks now. */
  price(): Promise<GasPrice>;
  /** Wei that a rollup takes for so many bytes of data; 0 where it takes none. */
  dataFee(bytes: number): Promise<bigint>;
  /** What can be spent; the queue counts as outstanding. */
  purse(): Promise<Purse>;
  /**
   * Keeps a call. `admit` runs in the same transaction, for a call that is not known yet or was not done: when it
   * throws, nothing is kept.
   */
  submit(call: NewCall, admit: (tx: Tx) => Promise<void>): Promise<void>;
  /** Sends what waits. Resolves once all that waited before was looked at. */
  flush(): Promise<void>;
  /** Follows what was sent: one process at a time does it. */
  track(): Promise<void>;
}
