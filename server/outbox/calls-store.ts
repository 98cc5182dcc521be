import type { Address, Hex } from 'viem';
import type { Db, Tx } from '../db.ts';
import type { LedgerError, NewCall, OutboxCall } from './types.ts';

/** A pass takes so many at most. */
const QUEUE_PART = 200;

/** Calls whose contract takes the same data again and does it again: each sweep brings what has come since. */
const REPEATABLE = new Set(['sweep']);

export const findCall = (db: Db | Tx, callId: Hex): Promise<OutboxCall | undefined> =>
  db.selectFrom('outboxCalls').selectAll().where('callId', '=', callId).executeTakeFirst();

/** Whether the same call, handed in again, has its answer already. */
export const isAnswered = ({ status, functionName }: OutboxCall): boolean =>
  status === 'QUEUED' || status === 'SENT' || (status === 'DONE' && !REPEATABLE.has(functionName));

/** Queues a call that is new, or that was not done. False where somebody was faster. */
export async function queueCall(tx: Tx, call: NewCall, sender: Address, nowSec: number): Promise<boolean> {
  const { callId, to, data, functionName, gas, dataFee, cover, allowance, reservedGwei } = call;
  const queued = {
    ...{ gas: Number(gas), dataFee: String(dataFee), cover: String(cover), sender },
    ...{ allowance: allowance ?? null, reservedGwei: Number(reservedGwei), status: 'QUEUED' as const },
    ...{ checkedAt: nowSec, receivedAt: nowSec, blockNumber: null, error: null },
    ...{ planHash: null, itemIndex: null, transactionHash: null },
  };
  const added = await tx
    .insertInto('outboxCalls')
    .values({ callId, toAddress: to, data, functionName, attempts: 0, ...queued })
    .onConflict((conflict) => conflict.column('callId').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 1n) return true;
  const again = await tx
    .updateTable('outboxCalls')
    .set(queued)
    .where('callId', '=', callId)
    .where((eb) =>
      eb.or([
        eb('status', 'in', ['REVERTED', 'REFUSED']),
        eb.and([eb('status', '=', 'DONE'), eb('functionName', 'in', [...REPEATABLE])]),
      ]),
    )
    .executeTakeFirst();
  return again.numUpdatedRows > 0n;
}

/** In the order in which they came. */
export const queuedCalls = (db: Db, sender: Address): Promise<OutboxCall[]> =>
  db
    .selectFrom('outboxCalls')
    .selectAll()
    .where('sender', '=', sender)
    .where('status', '=', 'QUEUED')
    .orderBy('receivedAt')
    .limit(QUEUE_PART)
    .execute();

/** What the queue may cost at most, wei. */
export async function queuedCover(db: Db | Tx, sender: Address): Promise<bigint> {
  const rows = await db
    .selectFrom('outboxCalls')
    .select('cover')
    .where('sender', '=', sender)
    .where('status', '=', 'QUEUED')
    .execute();
  return rows.reduce((sum, { cover }) => sum + BigInt(cover), 0n);
}

/** Those that the transactions of a plan carry. */
export const callsOf = (db: Db | Tx, planHash: Hex): Promise<OutboxCall[]> =>
  db.selectFrom('outboxCalls').selectAll().where('planHash', '=', planHash).orderBy('itemIndex').execute();

type Change = Partial<Omit<OutboxCall, 'callId'>>;

export async function changeCall(db: Db | Tx, callId: Hex, change: Change): Promise<void> {
  await db.updateTable('outboxCalls').set(change).where('callId', '=', callId).execute();
}

/** Puts calls back into the queue: what carried them did not do them, and takes no nonce any more. */
export async function requeue(tx: Tx, calls: readonly OutboxCall[]): Promise<void> {
  for (const { callId, attempts } of calls) {
    await changeCall(tx, callId, {
      ...{ status: 'QUEUED', attempts: attempts + 1, checkedAt: 0, planHash: null, itemIndex: null },
      ...{ transactionHash: null, blockNumber: null, error: null },
    });
  }
}

export const errorOf = ({ error }: OutboxCall): LedgerError | undefined =>
  error === null ? undefined : (JSON.parse(error) as LedgerError);

/** Forgets what ended long ago. */
export async function forgetCalls(db: Db, before: number): Promise<void> {
  await db
    .deleteFrom('outboxCalls')
    .where('receivedAt', '<', before)
    .where('status', 'in', ['DONE', 'REVERTED', 'REFUSED'])
    .execute();
  await db
    .deleteFrom('outboxTransactions')
    .where('signedAt', '<', before)
    .where('status', '!=', 'SENT')
    .execute();
}
