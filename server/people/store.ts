import { createHash, randomBytes } from 'node:crypto';
import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** How long a nonce waits for its signature, and a session for its end, in seconds. */
const NONCE_SEC = 600;
export const SESSION_SEC = 7 * 24 * 3_600;

/** Makes a nonce for one sign-in; forgets those that were never used. */
export async function newNonce(db: Db, now: number): Promise<string> {
  await db.deleteFrom('signInNonces').where('expiresAt', '<=', now).execute();
  const nonce = randomBytes(16).toString('hex');
  await db
    .insertInto('signInNonces')
    .values({ nonce, expiresAt: now + NONCE_SEC })
    .execute();
  return nonce;
}

/** Uses a nonce up. False when it was never given out, was used before, or is too old. */
export async function takeNonce(db: Db, nonce: string, now: number): Promise<boolean> {
  const result = await db
    .deleteFrom('signInNonces')
    .where('nonce', '=', nonce)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Begins a session and returns its token; only the token's hash is kept. */
export async function beginSession(db: Db, address: Address, now: number): Promise<string> {
  await db.deleteFrom('sessions').where('expiresAt', '<=', now).execute();
  const token = randomBytes(32).toString('base64url');
  await db
    .insertInto('sessions')
    .values({ tokenHash: hashOf(token), address, expiresAt: now + SESSION_SEC })
    .execute();
  return token;
}

export async function addressOfSession(db: Db, token: string, now: number): Promise<Address | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select('address')
    .where('tokenHash', '=', hashOf(token))
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row?.address;
}

export async function endSession(db: Db, token: string): Promise<void> {
  await db.deleteFrom('sessions').where('tokenHash', '=', hashOf(token)).execute();
}

const hashOf = (token: string): Hex => `0x${createHash('sha256').update(token).digest('hex')}`;
