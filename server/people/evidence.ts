import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** An account may show a bundle to so many others. */
const MAX_SHARES = 20;

export interface StoredEvidence {
  bookingId: Hex;
  host: Address;
  evidenceHash: Hex;
  bytes: Uint8Array;
  sizeBytes: number;
  receivedAt: number;
}

/** A booking has one bundle: the newest that its agent handed in. */
export async function putEvidence(db: Db, { bookingId, ...bundle }: StoredEvidence): Promise<void> {
  await db
    .insertInto('evidence')
    .values({ bookingId, ...bundle })
    .onConflict((conflict) => conflict.column('bookingId').doUpdateSet(bundle))
    .execute();
}

export const describeEvidence = (db: Db, bookingId: Hex) =>
  db
    .selectFrom('evidence')
    .select(['evidenceHash', 'sizeBytes', 'receivedAt'])
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();

/** Packed by gzip, as it is stored. */
export async function evidenceBytes(
  db: Db,
  bookingId: Hex,
  evidenceHash: Hex,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('evidence')
    .select('bytes')
    .where('bookingId', '=', bookingId)
    .where('evidenceHash', '=', evidenceHash)
    .executeTakeFirst();
  return row?.bytes;
}

/** Bundle, salt and with whom they are shared. */
export function deleteEvidence(db: Db, bookingId: Hex): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await tx.deleteFrom('evidence').where('bookingId', '=', bookingId).execute();
    await tx.deleteFrom('evidenceShares').where('bookingId', '=', bookingId).execute();
  });
}

export interface Share {
  bookingId: Hex;
  sharedBy: Address;
  account: Address;
  expiresAt: number;
}

/** Ended ones are left out. */
export const sharesBy = (
  db: Db,
  bookingId: Hex,
  sharedBy: Address,
  now: number,
): Promise<Omit<Share, 'bookingId'>[]> =>
  db
    .selectFrom('evidenceShares')
    .select(['sharedBy', 'account', 'expiresAt'])
    .where('bookingId', '=', bookingId)
    .where('sharedBy', '=', sharedBy)
    .where('expiresAt', '>', now)
    .orderBy('account')
    .execute();

/** Returns false where the party shares with as many as it may. */
export function putShare(db: Db, share: Share, now: number): Promise<boolean> {
  const { bookingId, sharedBy, account, expiresAt } = share;
  return db.transaction().execute(async (tx) => {
    const others = await sharesBy(tx, bookingId, sharedBy, now);
    if (others.filter((other) => other.account !== account).length >= MAX_SHARES) return false;
    await tx
      .insertInto('evidenceShares')
      .values(share)
      .onConflict((conflict) =>
        conflict.columns(['bookingId', 'sharedBy', 'account']).doUpdateSet({ expiresAt }),
      )
      .execute();
    return true;
  });
}

export async function deleteShare(
  db: Db,
  bookingId: Hex,
  sharedBy: Address,
  account: Address,
): Promise<void> {
  await db
    .deleteFrom('evidenceShares')
    .where('bookingId', '=', bookingId)
    .where('sharedBy', '=', sharedBy)
    .where('account', '=', account)
    .execute();
}

export async function isSharedWith(db: Db, bookingId: Hex, account: Address, now: number): Promise<boolean> {
  const row = await db
    .selectFrom('evidenceShares')
    .select('expiresAt')
    .where('bookingId', '=', bookingId)
    .where('account', '=', account)
    .where('expiresAt', '>', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
