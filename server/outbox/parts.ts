import type { Logger } from 'pino';
import { type Hex, keccak256, type PrivateKeyAccount } from 'viem';
import { describeLedgerError, type LedgerClient } from '../chain/client.ts';
import type { Db } from '../db.ts';
import { type Fees, outstandingOf, type Purse } from './gas-fees.ts';
import type { GasMarket } from './gas-market.ts';
import type { OutboxTransaction } from './transactions-store.ts';
import type { OutboxRules } from './types.ts';

export interface OutboxSettings {
  /** Wei that stay with the sender, whatever is handed in. */
  stopBelow: bigint;
  /** Wei per gas that no transaction exceeds. */
  maxFeePerGas: bigint;
  /** A transaction that is not mined for this long, while blocks come, is replaced by one that offers more. */
  stuckSec: number;
}

export interface OutboxParts {
  db: Db;
  client: LedgerClient;
  account: PrivateKeyAccount;
  /** As tables have it, in lower case. */
  sender: Hex;
  market: GasMarket;
  rules: OutboxRules;
  settings: OutboxSettings;
  log: Logger;
  /** Unix seconds. */
  now(): number;
  chainId(): Promise<number>;
}

/** A transaction to be signed. */
export interface Draft {
  to: Hex;
  data: Hex;
  gas: bigint;
  dataFee: bigint;
  /** Wei that it may cost at most. */
  cover: bigint;
  nonce: number;
  /** Of the transaction that it replaces. */
  planHash?: Hex;
}

/** Signs a transaction. It is kept before it is handed to a node. */
export async function sign(
  { account, sender, chainId, now }: OutboxParts,
  { to, data, gas, dataFee, cover, nonce, planHash }: Draft,
  fees: Fees,
  headNumber: number,
): Promise<OutboxTransaction> {
  const raw = await account.signTransaction({
    ...{ type: 'eip1559', chainId: await chainId(), to, data, gas, nonce },
    ...fees,
  });
  const transactionHash = keccak256(raw);
  return {
    ...{
      transactionHash,
      planHash: planHash ?? transactionHash,
      sender,
      nonce,
      raw,
      gas: Number(gas),
      status: 'SENT',
    },
    ...{ dataFee: String(dataFee), cover: String(cover), maxFeePerGas: String(fees.maxFeePerGas) },
    ...{ maxPriorityFeePerGas: String(fees.maxPriorityFeePerGas), signedAt: now(), signedBlock: headNumber },
    ...{ blockNumber: null, blockHash: null, cost: null },
  };
}

/** Hands a kept transaction to a node. Where that fails it is handed over again later. */
export async function broadcast({ client, log }: OutboxParts, transaction: OutboxTransaction): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: transaction.raw });
  } catch (error) {
    const { transactionHash, nonce } = transaction;
    log.warn({ transactionHash, nonce, reason: describeLedgerError(error) }, 'outbox: not taken in yet');
  }
}

export const offerOf = ({ nonce, gas, maxFeePerGas, dataFee }: OutboxTransaction) => ({
  nonce,
  gas: BigInt(gas),
  maxFeePerGas: BigInt(maxFeePerGas),
  dataFee: BigInt(dataFee),
});

/** The sender's money, with what the transactions under way can cost. */
export async function purseOf(
  { client, account, settings }: OutboxParts,
  sent: readonly OutboxTransaction[],
): Promise<Purse> {
  const balance = await client.getBalance({ address: account.address });
  return { balance, outstanding: outstandingOf(sent.map(offerOf)), stopBelow: settings.stopBelow };
}
