import { createHash, randomBytes } from 'node:crypto';
import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** How long a nonce may be used, and how long a sign-in lasts. */
const NONCE_SEC = 600;
export const SIGN_IN_SEC = 7 * 24 * 3_600;

/** Issues a nonce for one sign-in, and deletes expired ones. */
export async function newNonce(db: Db, now: number): Promise<string> {
  await db.deleteFrom('signInNonces').where('expiresAt', '<=', now).execute();
  const nonce = randomBytes(16).toString('hex');
  await db
    .insertInto('signInNonces')
    .values({ nonce, expiresAt: now + NONCE_SEC })
    .execute();
  return nonce;
}

/** Uses up a nonce. Returns false when it was not issued, was used before, or has expired. */
export async function takeNonce(db: Db, nonce: string, now: number): Promise<boolean> {
  const result = await db
    .deleteFrom('signInNonces')
    .where('nonce', '=', nonce)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Stores a sign-in and returns its token; only the token's hash is stored. */
export async function beginSignIn(db: Db, address: Address, now: number): Promise<string> {
  await db.deleteFrom('signIns').where('expiresAt', '<=', now).execute();
  const token = randomBytes(32).toString('base64url');
  await db
    .insertInto('signIns')
    .values({ tokenHash: hashOf(token), address, expiresAt: now + SIGN_IN_SEC })
    .execute();
  return token;
}

export async function addressOfSignIn(db: Db, token: string, now: number): Promise<Address | undefined> {
  const row = await db
    .selectFrom('signIns')
    .select('address')
    .where('tokenHash', '=', hashOf(token))
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row?.address;
}

export async function endSignIn(db: Db, token: string): Promise<void> {
  await db.deleteFrom('signIns').where('tokenHash', '=', hashOf(token)).execute();
}

const hashOf = (token: string): Hex => `0x${createHash('sha256').update(token).digest('hex')}`;
