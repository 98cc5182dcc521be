import type { Request, RequestHandler, Response } from 'express';
import { type Address, isAddress } from 'viem';
import { lowerAddress } from '../chain/events.ts';
import { HttpProblem } from '../http/problem.ts';
import { arrivedByTls } from '../http/proxy.ts';
import type { Services } from '../services.ts';
import { readSignIn, renewSignIn, type Token } from './store.ts';

const COOKIE = 'plugpact-session';

/** Strict: requests from other sites do not carry the cookie. Where the client's side is encrypted, it is sent over https only. */
const cookieOptions = (req: Request) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/api/v1', secure: arrivedByTls(req) }) as const;

export function sendToken(req: Request, res: Response, { token, expiresAt }: Token, now: number): void {
  res.cookie(COOKIE, token, { ...cookieOptions(req), maxAge: (expiresAt - now) * 1_000 });
}

export const clearToken = (req: Request, res: Response) => res.clearCookie(COOKIE, cookieOptions(req));

export function tokenOf(req: Request): string | undefined {
  if (req.headers.cookie === undefined) return undefined;
  const pairs = req.headers.cookie.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

/** The signed-in address, in lower case; undefined where nobody is signed in. */
export async function accountOf(
  { db, now }: Pick<Services, 'db' | 'now'>,
  req: Request,
): Promise<Address | undefined> {
  const token = tokenOf(req);
  return token === undefined ? undefined : (await readSignIn(db, token, now()))?.address;
}

/**
 * The signed-in address, in lower case. A page may name the account that it expects (`?account=0x…`): a person may have
 * several. A token that is due is replaced along the way. What is answered is private: nobody keeps a copy.
 *
 * @throws HttpProblem 401 `signIn.missing`.
 */
export async function signedIn(
  { db, now }: Pick<Services, 'db' | 'now'>,
  req: Request,
  res: Response,
): Promise<Address> {
  res.set('cache-control', 'no-store');
  const token = tokenOf(req);
  const signIn = token === undefined ? undefined : await readSignIn(db, token, now());
  if (signIn === undefined || !isExpected(req.query.account, signIn.address)) throw notSignedIn();
  if (signIn.renewAt !== null && signIn.renewAt <= now()) {
    const renewed = await renewSignIn(db, token!, signIn, now());
    if (renewed !== undefined) sendToken(req, res, renewed, now());
  }
  return signIn.address;
}

/** Refuses a request without a sign-in before its body is read. */
export const requireSignIn =
  (services: Pick<Services, 'db' | 'now'>): RequestHandler =>
  async (req, res, next) => {
    await signedIn(services, req, res);
    next();
  };

const isExpected = (account: unknown, address: Address): boolean =>
  account === undefined ||
  (typeof account === 'string' && isAddress(account, { strict: false }) && lowerAddress(account) === address);

export const notSignedIn = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.missing',
    rule: 'Only the signed-in account may see this.',
    remedy: 'Sign in with the account that made the booking or that lists the charger.',
  });
