import type { Address, Hex } from 'viem';
import type { MessageKeyJson, ProfileJson } from '../../protocol/api/profiles.ts';
import type { Db } from '../db.ts';

type ProfileFields = Pick<ProfileJson, 'name' | 'about' | 'photoId'>;

/** An account that has written nothing has an empty profile. */
export async function readProfile(db: Db, account: Address): Promise<ProfileJson> {
  const row = await db
    .selectFrom('profiles')
    .select(['name', 'about', 'photoId', 'updatedAt'])
    .where('account', '=', account)
    .executeTakeFirst();
  const empty = { name: '', about: '', photoId: null, updatedAt: null };
  return { ...(row ?? empty), account, messageKey: (await readMessageKey(db, account)) ?? null };
}

export async function putProfile(
  db: Db,
  account: Address,
  { name, about, photoId }: ProfileFields,
  updatedAt: number,
): Promise<void> {
  const row = { name, about, photoId, updatedAt };
  await db
    .insertInto('profiles')
    .values({ account, ...row })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
    .execute();
}

export async function deleteProfile(db: Db, account: Address): Promise<void> {
  await db.deleteFrom('profiles').where('account', '=', account).execute();
}

export const readMessageKey = (db: Db, account: Address): Promise<MessageKeyJson | undefined> =>
  db
    .selectFrom('messageKeys')
    .select(['publicKey', 'signature'])
    .where('account', '=', account)
    .executeTakeFirst();

export async function putMessageKey(
  db: Db,
  account: Address,
  key: { publicKey: Hex; signature: Hex },
  createdAt: number,
): Promise<void> {
  const row = { publicKey: key.publicKey, signature: key.signature, createdAt };
  await db
    .insertInto('messageKeys')
    .values({ account, ...row })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
    .execute();
}
