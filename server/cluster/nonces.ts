import type { Address } from 'viem';
import type { Db, Tx } from '../db.ts';
import { databaseSec } from './liveness.ts';

/** A transaction that the nodes do not know after this time is lost: its nonce is free again. */
const NEW_SEC = 60;

/**
 * Turns of the senders of all processes: those of one account send one after the other, and each knows the nonce of the
 * one before, which the node that it asks may not have seen yet.
 */
export const sharedNonces =
  (db: Db) =>
  async (account: Address, send: (least: number) => Promise<number>): Promise<void> => {
    const failure = await db.transaction().execute(async (tx): Promise<unknown> => {
      const least = await takeTurn(tx, account);
      const sent = await send(least).then(
        (nextNonce) => ({ nextNonce, error: undefined }),
        (error: unknown) => ({ nextNonce: 0, error }),
      );
      await tx
        .updateTable('senderNonces')
        .set({ nextNonce: sent.nextNonce, sentAt: databaseSec })
        .where('account', '=', account)
        .execute();
      return sent.error;
    });
    if (failure !== undefined) throw failure;
  };

/** Waits for the turn, which lasts until the end of the transaction. */
async function takeTurn(tx: Tx, account: Address): Promise<number> {
  const row = await tx
    .insertInto('senderNonces')
    .values({ account, nextNonce: 0, sentAt: databaseSec })
    .onConflict((conflict) => conflict.column('account').doUpdateSet({ account }))
    .returning(['nextNonce', (eb) => eb(databaseSec, '-', eb.ref('sentAt')).as('ageSec')])
    .executeTakeFirstOrThrow();
  return row.ageSec > NEW_SEC ? 0 : row.nextNonce;
}
