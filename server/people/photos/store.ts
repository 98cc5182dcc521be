import type { Address, Hex } from 'viem';
import { MAX_PHOTOS, type PhotoJson, type PhotoType } from '../../../protocol/api/profiles.ts';
import type { Db } from '../../db.ts';
import type { Picture } from './picture.ts';

export interface StoredPhoto extends Picture {
  account: Address;
  photoId: Hex;
  listingId: Hex | null;
  createdAt: number;
}

/** Returns false where the account has as many photos as it may have. The same bytes are one photo. */
export function putPhoto(db: Db, photo: StoredPhoto): Promise<boolean> {
  const { account, photoId, listingId } = photo;
  return db.transaction().execute(async (tx) => {
    const others = await tx
      .selectFrom('photos')
      .select('photoId')
      .where('account', '=', account)
      .where('photoId', '<>', photoId)
      .execute();
    if (others.length >= MAX_PHOTOS) return false;
    await tx
      .insertInto('photos')
      .values(photo)
      .onConflict((conflict) => conflict.columns(['account', 'photoId']).doUpdateSet({ listingId }))
      .execute();
    return true;
  });
}

const photos = (db: Db) =>
  db
    .selectFrom('photos')
    .select(['account', 'photoId', 'listingId', 'contentType', 'width', 'height'])
    .select((eb) => eb.fn<number>('length', ['bytes']).as('sizeBytes'));

type PhotoRow = Awaited<ReturnType<ReturnType<typeof photos>['executeTakeFirstOrThrow']>>;

const toPhoto = ({ account: _, ...row }: PhotoRow): PhotoJson => ({
  ...row,
  contentType: row.contentType as PhotoType,
});

export async function photosOf(db: Db, account: Address): Promise<PhotoJson[]> {
  const rows = await photos(db)
    .where('account', '=', account)
    .orderBy('createdAt')
    .orderBy('photoId')
    .execute();
  return rows.map(toPhoto);
}

/** A listing keeps its host, so that only the host's photos can be there. */
export async function photosOfListing(db: Db, listingId: Hex): Promise<PhotoJson[]> {
  const rows = await photos(db)
    .where('listingId', '=', listingId)
    .orderBy('createdAt')
    .orderBy('photoId')
    .limit(MAX_PHOTOS)
    .execute();
  return rows.map(toPhoto);
}

export async function hasPhoto(db: Db, account: Address, photoId: Hex): Promise<boolean> {
  const row = await photos(db)
    .where('account', '=', account)
    .where('photoId', '=', photoId)
    .executeTakeFirst();
  return row !== undefined;
}

export const readPhoto = (db: Db, photoId: Hex) =>
  db
    .selectFrom('photos')
    .select(['bytes', 'contentType'])
    .where('photoId', '=', photoId)
    .limit(1)
    .executeTakeFirst();

/** A profile that shows it shows none after that. */
export function deletePhoto(db: Db, account: Address, photoId: Hex): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await tx.deleteFrom('photos').where('account', '=', account).where('photoId', '=', photoId).execute();
    await tx
      .updateTable('profiles')
      .set({ photoId: null })
      .where('account', '=', account)
      .where('photoId', '=', photoId)
      .execute();
  });
}
