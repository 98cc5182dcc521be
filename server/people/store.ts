import { createHash, randomBytes } from 'node:crypto';
import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** How long a nonce may be used, and how long a sign-in lasts. */
const NONCE_SEC = 600;
export const SIGN_IN_SEC = 7 * 24 * 3_600;
/** How long a token is used before another takes its place, and how long it still works then: requests may be under way. */
export const RENEW_SEC = 12 * 3_600;
const OVERLAP_SEC = 60;

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

/** A new token of a sign-in. Only its hash is stored. */
export interface Token {
  token: string;
  expiresAt: number;
}

export interface SignIn {
  address: Address;
  expiresAt: number;
  /** Null where another token has taken the place of this one. */
  renewAt: number | null;
}

/** Stores a sign-in and returns its token. */
export async function beginSignIn(db: Db, address: Address, now: number): Promise<Token> {
  await db.deleteFrom('signIns').where('expiresAt', '<=', now).execute();
  return putToken(db, { address, expiresAt: now + SIGN_IN_SEC }, now);
}

async function putToken(db: Db, signIn: Omit<SignIn, 'renewAt'>, now: number): Promise<Token> {
  const token = randomBytes(32).toString('base64url');
  await db
    .insertInto('signIns')
    .values({ ...signIn, tokenHash: hashOf(token), renewAt: now + RENEW_SEC })
    .execute();
  return { token, expiresAt: signIn.expiresAt };
}

export const readSignIn = (db: Db, token: string, now: number): Promise<SignIn | undefined> =>
  db
    .selectFrom('signIns')
    .select(['address', 'expiresAt', 'renewAt'])
    .where('tokenHash', '=', hashOf(token))
    .where('expiresAt', '>', now)
    .executeTakeFirst();

/**
 * Replaces a token that is due; the sign-in ends when it would have ended. Of requests with the same token that come at
 * once, one gets the new token.
 */
export function renewSignIn(db: Db, token: string, signIn: SignIn, now: number): Promise<Token | undefined> {
  return db.transaction().execute(async (tx) => {
    const taken = await tx
      .updateTable('signIns')
      .set({ renewAt: null, expiresAt: Math.min(signIn.expiresAt, now + OVERLAP_SEC) })
      .where('tokenHash', '=', hashOf(token))
      .where('renewAt', '<=', now)
      .executeTakeFirst();
    if (taken.numUpdatedRows === 0n) return undefined;
    return putToken(tx, { address: signIn.address, expiresAt: signIn.expiresAt }, now);
  });
}

export async function endSignIn(db: Db, token: string): Promise<void> {
  await db.deleteFrom('signIns').where('tokenHash', '=', hashOf(token)).execute();
}

/** Signs an account out on all devices. Returns how many sign-ins there were. */
export async function endSignInsOf(db: Db, address: Address): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('signIns').where('address', '=', address).executeTakeFirst();
  return Number(numDeletedRows);
}

const hashOf = (token: string): Hex => `0x${createHash('sha256').update(token).digest('hex')}`;
