import { parseTransaction } from 'viem';
import { callsOf, changeCall } from './calls-store.ts';
import { canSpend, type GasPrice, raiseOf, worstCost } from './gas-fees.ts';
import { broadcast, type OutboxParts, offerOf, purseOf, sign } from './parts.ts';
import { addTransaction, type OutboxTransaction, sentTransactions } from './transactions-store.ts';

/** Replaces a transaction by one that offers more, within what its calls cover, or else within what raises may cost. */
export async function replace(
  parts: OutboxParts,
  newest: OutboxTransaction,
  price: GasPrice,
  headNumber: number,
): Promise<void> {
  const { db, sender, settings, log } = parts;
  const { nonce } = newest;
  const before = { ...offerOf(newest), maxPriorityFeePerGas: BigInt(newest.maxPriorityFeePerGas) };
  const raise = raiseOf(before, BigInt(newest.cover), price, settings.maxFeePerGas);
  if (raise === undefined) return log.warn({ nonce }, 'outbox: a transaction waits at the highest fee');
  const others = (await sentTransactions(db, sender)).filter((one) => one.nonce !== nonce);
  const cost = worstCost({ ...before, ...raise.fees });
  if (!canSpend(await purseOf(parts, others), cost))
    return log.warn({ nonce }, 'outbox: a raise waits for ether');
  const { to, data } = parseTransaction(newest.raw);
  const cover = BigInt(newest.cover) + raise.more;
  const draft = { ...before, to: to!, data: data ?? '0x', cover, nonce, planHash: newest.planHash };
  const raised = await sign(parts, draft, raise.fees, headNumber);
  if (!(await keep(parts, raised, raise.more))) {
    return log.warn({ nonce }, 'outbox: neither calls nor allowance cover a raise');
  }
  const { transactionHash, maxFeePerGas } = raised;
  log.info({ nonce, transactionHash, maxFeePerGas }, 'outbox: fee raised');
  await broadcast(parts, raised);
}

/** False where nobody pays `more` wei. */
const keep = ({ db, rules }: OutboxParts, transaction: OutboxTransaction, more: bigint): Promise<boolean> =>
  db.transaction().execute(async (tx) => {
    if (more > 0n && !(await rules.payRaise(tx, more))) return false;
    await addTransaction(tx, transaction);
    const { planHash, transactionHash } = transaction;
    for (const { callId } of await callsOf(tx, planHash)) await changeCall(tx, callId, { transactionHash });
    return true;
  });
