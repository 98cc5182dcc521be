import type { Address, Hex } from 'viem';

export interface OutboxTables {
  outboxCalls: OutboxCallsTable;
  outboxTransactions: OutboxTransactionsTable;
  relayCounts: RelayCountsTable;
  /** What a call of this name costs: the most of late. */
  relayGas: { functionName: string; gas: number };
}

/** A call that this server sends and pays for. */
export interface OutboxCallsTable {
  /** Hash of its contract and its data. */
  callId: Hex;
  sender: Address;
  toAddress: Address;
  data: Hex;
  functionName: string;
  /** Estimated for the call alone. */
  gas: number;
  /** Wei that a rollup takes for its bytes. */
  dataFee: string;
  /** Wei that it may cost at most. */
  cover: string;
  /** Name of the allowance that pays, and how much of it is reserved or spent; null where a fee or the operator pays. */
  allowance: string | null;
  reservedGwei: number;
  /** QUEUED → SENT → DONE or REVERTED; REFUSED where the ledger would not take it any more. */
  status: 'QUEUED' | 'SENT' | 'DONE' | 'REVERTED' | 'REFUSED';
  /** How often a transaction that carried it did not do it. */
  attempts: number;
  /** When its gas was estimated. */
  checkedAt: number;
  receivedAt: number;
  /** Of the transactions that carry it. */
  planHash: Hex | null;
  /** Its number in a batch; null where it is sent alone. */
  itemIndex: number | null;
  /** The newest transaction that carries it, or the one that was mined. */
  transactionHash: Hex | null;
  blockNumber: number | null;
  /** JSON: name and arguments of the custom error. */
  error: string | null;
}

/**
 * A signed transaction. Several may have one nonce, of which one is mined: raises carry the same calls and have one plan
 * hash, that of the first of them; after a reorg a nonce may have two plans.
 */
export interface OutboxTransactionsTable {
  transactionHash: Hex;
  sender: Address;
  nonce: number;
  planHash: Hex;
  raw: Hex;
  gas: number;
  /** Wei, as are the following. */
  dataFee: string;
  maxFeePerGas: string;
  maxPriorityFeePerGas: string;
  /** What it may cost at most. */
  cover: string;
  /** LOST: its nonce was used by another. */
  status: 'SENT' | 'MINED' | 'REPLACED' | 'LOST';
  signedAt: number;
  /** Head of the ledger when it was signed. */
  signedBlock: number;
  blockNumber: number | null;
  blockHash: Hex | null;
  /** What it cost, wei. */
  cost: string | null;
}

/** Uses of the relayer by day, and what was given away; one row per count. */
interface RelayCountsTable {
  /** Unix seconds / 86,400. */
  day: number;
  countKey: string;
  calls: number;
  spentGwei: number;
}
