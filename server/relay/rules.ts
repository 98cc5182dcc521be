import { type Hex, parseEventLogs, type TransactionReceipt } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { LedgerClient } from '../chain/client.ts';
import type { ServerConfig } from '../config.ts';
import type { Db, Tx } from '../db.ts';
import type { Ended, Estimate, LedgerError, OutboxCall, OutboxRules, Outcome } from '../outbox/types.ts';
import { measureGas } from './measuredGas.ts';
import { correctAllowance, dayOf, forgetCounts, gweiOf, takeAllowance } from './quotas.ts';
import { type RelayedCall, readCall, revertData, revertOf } from './relayCall.ts';

interface RulesOptions {
  client: LedgerClient;
  config: ServerConfig;
  /** Who sends. */
  sender: Hex;
  now(): number;
}

/** Simulates a call on the ledger's present state by estimating its gas. */
export async function estimateCall(
  client: LedgerClient,
  sender: Hex,
  { target: { address, abi }, functionName, args }: RelayedCall,
): Promise<Estimate> {
  try {
    return { gas: await client.estimateContractGas({ address, abi, functionName, args, account: sender }) };
  } catch (error) {
    const reverted = revertOf(error);
    if (reverted === undefined) throw error;
    return { error: reverted };
  }
}

/** What the relay decides about calls in the outbox. */
export const outboxRules = ({ client, config, sender, now }: RulesOptions): OutboxRules => ({
  estimate: ({ toAddress, data }) => estimateCall(client, sender, readCall(config, toAddress, data)),
  outcomesOf: (receipt, calls) => outcomesOf(receipt, calls),
  onEnd: endCall,
  async payRaise(tx, wei) {
    const limit = config.relay.allowances.raises ?? 0n;
    return takeAllowance(tx, 'raises', dayOf(now()), wei, limit);
  },
  forget: (db: Db) => forgetCounts(db, dayOf(now())),
});

/** Of a batch the events name what was skipped, and why. */
export function outcomesOf(receipt: TransactionReceipt, calls: readonly OutboxCall[]): Outcome[] {
  if (receipt.status !== 'success') return calls.map(() => ({ isDone: false }));
  const skipped = new Map<number, LedgerError | undefined>();
  for (const { args } of parseEventLogs({
    abi: plugpactMarketAbi,
    eventName: 'BatchItemSkipped',
    logs: receipt.logs,
  })) {
    skipped.set(Number(args.index), revertData(args.reason));
  }
  return calls.map(({ itemIndex }) => {
    if (itemIndex === null || !skipped.has(itemIndex)) return { isDone: true };
    const error = skipped.get(itemIndex);
    return error === undefined ? { isDone: false } : { isDone: false, error };
  });
}

async function endCall(tx: Tx, call: OutboxCall, { cost, gasUsed }: Ended): Promise<void> {
  if (gasUsed > 0n && call.itemIndex === null) await measureGas(tx, call.functionName, Number(gasUsed));
  if (call.allowance === null) return;
  const spent = Number(gweiOf(cost));
  await correctAllowance(tx, call.allowance, dayOf(call.receivedAt), spent - call.reservedGwei);
  await tx
    .updateTable('outboxCalls')
    .set({ reservedGwei: spent })
    .where('callId', '=', call.callId)
    .execute();
}
