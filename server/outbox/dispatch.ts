import { size } from 'viem';
import { min } from '../../protocol/units.ts';
import { batchData, type Group, groupCalls } from './batches.ts';
import { changeCall, queuedCalls } from './calls-store.ts';
import {
  canSpend,
  coveredFee,
  firstFees,
  type GasPrice,
  gasLimitOf,
  type Purse,
  worstCost,
} from './gas-fees.ts';
import { broadcast, type Draft, type OutboxParts, purseOf, sign } from './parts.ts';
import {
  addTransaction,
  noncesFrom,
  type OutboxTransaction,
  sentTransactions,
} from './transactions-store.ts';
import type { OutboxCall } from './types.ts';

/** What was estimated longer ago is estimated again: the ledger may not take it any more. */
const FRESH_SEC = 10;

/** What a pass knows of the ledger. */
interface Moment {
  price: GasPrice;
  purse: Purse;
  headNumber: number;
  nextNonce(): number;
}

/** Calls that one transaction makes; its nonce is given last. */
interface Planned extends Omit<Draft, 'nonce'> {
  calls: Group<OutboxCall>;
}

/** Signs, keeps and sends a transaction for each group of waiting calls. One process at a time does it. */
export async function dispatch(parts: OutboxParts): Promise<void> {
  const queued = await queuedCalls(parts.db, parts.sender);
  if (queued.length === 0) return;
  const moment = await momentOf(parts);
  const calls = queued.map((call) => ({ ...call, to: call.toAddress }));
  for (const group of groupCalls(calls)) {
    for (const planned of await plansOf(parts, group)) await send(parts, moment, planned);
  }
}

async function momentOf(parts: OutboxParts): Promise<Moment> {
  const { client, account, market, db, sender } = parts;
  const { address } = account;
  const sent = await sentTransactions(db, sender);
  const [price, purse, headNumber, latest, pending] = await Promise.all([
    market.price(),
    purseOf(parts, sent),
    client.getBlockNumber(),
    client.getTransactionCount({ address, blockTag: 'latest' }),
    client.getTransactionCount({ address, blockTag: 'pending' }),
  ]);
  const used = await noncesFrom(db, sender, latest);
  // A node that was asked may know more of this key's transactions than are kept here, or fewer.
  let next = Math.max(latest, pending);
  const nextNonce = () => {
    while (used.has(next)) next++;
    used.add(next);
    return next;
  };
  return { price, purse, headNumber: Number(headNumber), nextNonce };
}

/** The transactions for a group: one batch where that is cheaper, else one for each call. */
async function plansOf(parts: OutboxParts, group: Group<OutboxCall>): Promise<Planned[]> {
  const good: OutboxCall[] = [];
  for (const call of group) {
    const checked = await recheck(parts, call);
    if (checked !== undefined) good.push(checked);
  }
  const [first, ...others] = good;
  if (first === undefined) return [];
  const batch = others.length === 0 ? undefined : await batchOf(parts, [first, ...others]);
  return batch === undefined ? good.map(single) : [batch];
}

const single = (call: OutboxCall): Planned => ({
  ...{ calls: [call], to: call.toAddress, data: call.data, gas: gasLimitOf(BigInt(call.gas)) },
  ...{ dataFee: BigInt(call.dataFee), cover: BigInt(call.cover) },
});

async function batchOf(parts: OutboxParts, calls: Group<OutboxCall>): Promise<Planned | undefined> {
  const to = calls[0].toAddress;
  const data = batchData(calls.map((call) => ({ ...call, to: call.toAddress })) as never);
  const gas = await parts.client
    .estimateGas({ account: parts.account.address, to, data })
    .catch(() => undefined);
  const alone = calls.reduce((sum, call) => sum + call.gas, 0);
  if (gas === undefined || gas >= BigInt(alone)) return undefined;
  const cover = calls.reduce((sum, call) => sum + BigInt(call.cover), 0n);
  return { calls, to, data, gas: gasLimitOf(gas), dataFee: await parts.market.dataFee(size(data)), cover };
}

/** The call with a fresh estimate; undefined where the ledger does not take it any more. */
async function recheck(
  { db, rules, log, now }: OutboxParts,
  call: OutboxCall,
): Promise<OutboxCall | undefined> {
  const checkedAt = now();
  if (checkedAt - call.checkedAt <= FRESH_SEC) return call;
  const estimated = await rules.estimate(call);
  if (!('error' in estimated)) {
    const gas = Number(estimated.gas);
    await changeCall(db, call.callId, { gas, checkedAt });
    return { ...call, gas, checkedAt };
  }
  await db.transaction().execute(async (tx) => {
    await changeCall(tx, call.callId, { status: 'REFUSED', error: JSON.stringify(estimated.error) });
    await rules.onEnd(tx, call, { cost: 0n, gasUsed: 0n });
  });
  log.info({ functionName: call.functionName, error: estimated.error.name }, 'outbox: refused after a wait');
  return undefined;
}

async function send(parts: OutboxParts, moment: Moment, planned: Planned): Promise<void> {
  const { db, settings, log } = parts;
  const { price, purse, headNumber } = moment;
  const { calls, ...draft } = planned;
  const names = { functionName: calls[0].functionName, count: calls.length };
  const fees = firstFees(price, min(coveredFee(draft.cover, draft), settings.maxFeePerGas));
  if (fees === undefined) return log.info(names, 'outbox: waits until gas is cheaper');
  const cost = worstCost({ ...draft, ...fees });
  if (!canSpend(purse, cost)) return log.warn(names, 'outbox: waits for ether');
  const transaction = await sign(parts, { ...draft, nonce: moment.nextNonce() }, fees, headNumber);
  await db.transaction().execute((tx) => keep(tx, transaction, calls));
  purse.outstanding += cost;
  const { transactionHash, nonce } = transaction;
  log.info({ ...names, transactionHash, nonce }, 'outbox: sent');
  await broadcast(parts, transaction);
}

async function keep(
  tx: Parameters<typeof addTransaction>[0],
  transaction: OutboxTransaction,
  calls: Group<OutboxCall>,
): Promise<void> {
  await addTransaction(tx, transaction);
  const { planHash, transactionHash } = transaction;
  for (const [index, { callId }] of calls.entries()) {
    const itemIndex = calls.length === 1 ? null : index;
    await changeCall(tx, callId, { status: 'SENT', planHash, transactionHash, itemIndex });
  }
}
