import type { Address, Hex } from 'viem';
import type { MessageKeyJson, ProfileJson, VatJson } from '../../protocol/api/profiles.ts';
import type { Db } from '../db.ts';

interface ProfileFields extends Pick<ProfileJson, 'name' | 'about' | 'photoId'> {
  vat?: Omit<VatJson, 'since'> | null | undefined;
}

const VAT = ['vatBasisPoints', 'vatNumber', 'vatSince'] as const;

interface VatColumns {
  vatBasisPoints: number | null;
  vatNumber: string | null;
  vatSince: number | null;
}

const NO_VAT: VatColumns = { vatBasisPoints: null, vatNumber: null, vatSince: null };

const vatOf = ({ vatBasisPoints, vatNumber, vatSince }: VatColumns): VatJson | null =>
  vatBasisPoints === null || vatSince === null
    ? null
    : { basisPoints: vatBasisPoints, number: vatNumber ?? '', since: vatSince };

/** What is stated again counts from its first statement; only a change begins a new time. */
function vatColumns(vat: ProfileFields['vat'], before: VatColumns | undefined, now: number): VatColumns {
  if (vat == null) return NO_VAT;
  const { basisPoints, number } = vat;
  const isSame = before?.vatBasisPoints === basisPoints && before.vatNumber === number;
  const vatSince = isSame ? before.vatSince : now;
  return { vatBasisPoints: basisPoints, vatNumber: number, vatSince };
}

const EMPTY = { name: '', about: '', photoId: null, updatedAt: null };

/** An account that has written nothing has an empty profile. */
export async function readProfile(db: Db, account: Address): Promise<ProfileJson> {
  const row = await db
    .selectFrom('profiles')
    .select(['name', 'about', 'photoId', 'updatedAt', ...VAT])
    .where('account', '=', account)
    .executeTakeFirst();
  const { name, about, photoId, updatedAt } = row ?? EMPTY;
  const messageKey = (await readMessageKey(db, account)) ?? null;
  return { account, name, about, photoId, updatedAt, vat: vatOf(row ?? NO_VAT), messageKey };
}

export async function putProfile(
  db: Db,
  account: Address,
  { name, about, photoId, vat }: ProfileFields,
  updatedAt: number,
): Promise<void> {
  const before = await db
    .selectFrom('profiles')
    .select(VAT)
    .where('account', '=', account)
    .executeTakeFirst();
  const row = { name, about, photoId, updatedAt, ...vatColumns(vat, before, updatedAt) };
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
