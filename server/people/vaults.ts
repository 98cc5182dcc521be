import type { Address } from 'viem';
import type { Db } from '../db.ts';

export interface Vault {
  account: Address;
  version: number;
  bytes: Uint8Array;
  updatedAt: number;
}

export const readVault = (db: Db, account: Address): Promise<Vault | undefined> =>
  db.selectFrom('vaults').selectAll().where('account', '=', account).executeTakeFirst();

/** Returns false where the stored version is not the one before. */
export async function writeVault(db: Db, { account, ...vault }: Vault): Promise<boolean> {
  if (vault.version !== 1) {
    const { numUpdatedRows } = await db
      .updateTable('vaults')
      .set(vault)
      .where('account', '=', account)
      .where('version', '=', vault.version - 1)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('vaults')
    .values({ account, ...vault })
    .onConflict((conflict) => conflict.column('account').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function deleteVault(db: Db, account: Address): Promise<void> {
  await db.deleteFrom('vaults').where('account', '=', account).execute();
}
