import { type Request, type Response, Router } from 'express';
import { type Address, recoverMessageAddress } from 'viem';
import { z } from 'zod';
import type { HealthResponse, HostedResponse, NoticesResponse } from '../../protocol/api.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { signature65 } from '../../protocol/schemas.ts';
import { bookingsOfDriver, openBookingsOfHost } from '../booking/store.ts';
import { toBookingResponse } from '../booking/toBookingResponse.ts';
import { noticesOfHost } from '../charging/notices.ts';
import { healthOfHost } from '../charging/store.ts';
import { ownHost } from '../http/hosts.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { checkSignIn } from './checkSignIn.ts';
import { addressOfSession, beginSession, endSession, newNonce, SESSION_SEC, takeNonce } from './store.ts';

const COOKIE = 'plugpact-session';
const MAX_BOOKINGS = 500;

const signInBody = z.strictObject({ message: z.string().max(4_096), signature: signature65 });

/** Sign-in with Ethereum, and what is a driver's own. */
export function peopleRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  const limit = limitTo(services.limits.signIn);
  router.get('/sign-in/nonce', limit, async (_req, res) => {
    res.set('cache-control', 'no-store').json({ nonce: await newNonce(db, now()) });
  });
  router.post('/sign-in', limit, async (req, res) => {
    const address = await signIn(services, req);
    const token = await beginSession(db, address.toLowerCase() as Address, now());
    res.cookie(COOKIE, token, { ...cookieOptions(req), maxAge: SESSION_SEC * 1_000 }).json({ address });
  });
  router.delete('/sign-in', async (req, res) => {
    const token = tokenOf(req);
    if (token !== undefined) await endSession(db, token);
    res.clearCookie(COOKIE, cookieOptions(req)).status(204).end();
  });
  router.get('/me/bookings', (req, res) => myBookings(services, req, res));
  router.get('/me/notices', (req, res) => myNotices(services, req, res));
  router.get('/me/health', (req, res) => myHealth(services, req, res));
  router.get('/me/hosted', (req, res) => myHosted(services, req, res));
  return router;
}

/** Checks message, nonce and signature; the nonce is used up by the first try that names it. */
async function signIn({ db, now, config, marketRef }: Services, req: Request): Promise<Address> {
  const { message: text, signature } = parseBody(signInBody, req);
  const rules = { domain: hostOf(req, config.publicHosts), chainId: marketRef().chainId, now: now() };
  const message = refusing(401, () => checkSignIn(text, rules));
  if (!(await takeNonce(db, message.nonce, now()))) throw badNonce();
  // Over the text as it came: what was parsed is never put together again.
  const signer = await recoverMessageAddress({ message: text, signature }).catch(() => undefined);
  if (signer !== message.address) throw badSignature(message.address);
  return signer;
}

async function myBookings(services: Services, req: Request, res: Response): Promise<void> {
  const rows = await bookingsOfDriver(services.db, await signedIn(services, req), MAX_BOOKINGS);
  res.set('cache-control', 'no-store').json({ bookings: rows.map(toBookingResponse) });
}

/** Who is about to come to a host's chargers. */
async function myHosted(services: Services, req: Request, res: Response): Promise<void> {
  const rows = await openBookingsOfHost(services.db, await signedIn(services, req), MAX_BOOKINGS);
  const body: HostedResponse = { bookings: rows.map(toBookingResponse) };
  res.set('cache-control', 'no-store').json(body);
}

/** What the agents of a host's chargers tell the host. */
async function myNotices(services: Services, req: Request, res: Response): Promise<void> {
  const account = await signedIn(services, req);
  const body: NoticesResponse = {
    notices: await noticesOfHost(services.db, account),
  };
  res.set('cache-control', 'no-store').json(body);
}

/** How a host's own chargers are: temperatures and errors are nobody else's business. */
async function myHealth(services: Services, req: Request, res: Response): Promise<void> {
  const account = await signedIn(services, req);
  const body: HealthResponse = {
    connectors: await healthOfHost(services.db, account, services.hub.linkedAt),
  };
  res.set('cache-control', 'no-store').json(body);
}

/** A page may name whose it means to show (`?account=0x…`): one person may have several accounts. */
async function signedIn({ db, now }: Services, req: Request): Promise<Address> {
  const token = tokenOf(req);
  const address = token === undefined ? undefined : await addressOfSession(db, token, now());
  const isMeant = req.query.account === undefined || req.query.account === address;
  if (address === undefined || !isMeant) throw notSignedIn();
  return address;
}

/** Strict: no other site can make a browser send it. Over https it never travels in the clear. */
const cookieOptions = (req: Request) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/api/v1', secure: req.secure }) as const;

function tokenOf(req: Request): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

const hostOf = (req: Request, publicHosts: string[]): string =>
  refusing(403, () => ownHost(req, publicHosts));

/** Runs a rule and gives its refusal an HTTP status. */
function refusing<T>(status: number, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (error instanceof PlugpactError) {
      const { code, value, rule: broken, remedy, retry } = error;
      throw new HttpProblem(status, {
        code,
        rule: broken,
        remedy,
        retry,
        ...(value === undefined ? {} : { value }),
      });
    }
    throw error;
  }
}

const badNonce = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.nonce',
    rule: 'The nonce must be one that this server gave out within 10 minutes, and be used once.',
    remedy: 'Ask for a nonce and sign in again.',
  });

const badSignature = (address: string): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.signature',
    rule: `The message must be signed by ${address}, the address that it names.`,
    remedy: 'Sign with that account.',
  });

const notSignedIn = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.missing',
    rule: 'Only the account itself sees this.',
    remedy: 'Sign in with the account that booked, or that lists the charger.',
  });
