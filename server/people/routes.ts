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
import { addressOfSignIn, beginSignIn, endSignIn, newNonce, SIGN_IN_SEC, takeNonce } from './store.ts';

const COOKIE = 'plugpact-session';
const MAX_BOOKINGS = 500;

const signInBody = z.strictObject({ message: z.string().max(4_096), signature: signature65 });

/** Sign-in with Ethereum, and what only the signed-in account may see. */
export function peopleRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  const limit = limitTo(services.limits.signIn);
  router.get('/sign-in/nonce', limit, async (_req, res) => {
    res.set('cache-control', 'no-store').json({ nonce: await newNonce(db, now()) });
  });
  router.post('/sign-in', limit, async (req, res) => {
    const address = await signIn(services, req);
    const token = await beginSignIn(db, address.toLowerCase() as Address, now());
    res.cookie(COOKIE, token, { ...cookieOptions(req), maxAge: SIGN_IN_SEC * 1_000 }).json({ address });
  });
  router.delete('/sign-in', async (req, res) => {
    const token = tokenOf(req);
    if (token !== undefined) await endSignIn(db, token);
    res.clearCookie(COOKIE, cookieOptions(req)).status(204).end();
  });
  router.get('/me/bookings', (req, res) => myBookings(services, req, res));
  router.get('/me/notices', (req, res) => myNotices(services, req, res));
  router.get('/me/health', (req, res) => myHealth(services, req, res));
  router.get('/me/hosted', (req, res) => myHosted(services, req, res));
  return router;
}

/** Checks message, nonce and signature. A nonce is used up by the first attempt that contains it. */
async function signIn({ db, now, config, marketRef }: Services, req: Request): Promise<Address> {
  const { message: text, signature } = parseBody(signInBody, req);
  const rules = { domain: hostOf(req, config.publicHosts), chainId: marketRef().chainId, now: now() };
  const message = withStatus(401, () => checkSignIn(text, rules));
  if (!(await takeNonce(db, message.nonce, now()))) throw badNonce();
  // The signature is checked over the text as received, not over a message rebuilt from its fields.
  const signer = await recoverMessageAddress({ message: text, signature }).catch(() => undefined);
  if (signer !== message.address) throw badSignature(message.address);
  return signer;
}

async function myBookings(services: Services, req: Request, res: Response): Promise<void> {
  const rows = await bookingsOfDriver(services.db, await signedIn(services, req), MAX_BOOKINGS);
  res.set('cache-control', 'no-store').json({ bookings: rows.map(toBookingResponse) });
}

/** Open bookings of the host's chargers. */
async function myHosted(services: Services, req: Request, res: Response): Promise<void> {
  const rows = await openBookingsOfHost(services.db, await signedIn(services, req), MAX_BOOKINGS);
  const body: HostedResponse = { bookings: rows.map(toBookingResponse) };
  res.set('cache-control', 'no-store').json(body);
}

/** Notices from the agents of the host's chargers. */
async function myNotices(services: Services, req: Request, res: Response): Promise<void> {
  const account = await signedIn(services, req);
  const body: NoticesResponse = {
    notices: await noticesOfHost(services.db, account),
  };
  res.set('cache-control', 'no-store').json(body);
}

/** Health of the host's chargers. Temperatures and errors are shown to the host only. */
async function myHealth(services: Services, req: Request, res: Response): Promise<void> {
  const account = await signedIn(services, req);
  const body: HealthResponse = {
    connectors: await healthOfHost(services.db, account, services.hub.linkedAt),
  };
  res.set('cache-control', 'no-store').json(body);
}

/** The signed-in address. A page may name the account it expects (`?account=0x…`): a person may have several. */
async function signedIn({ db, now }: Services, req: Request): Promise<Address> {
  const token = tokenOf(req);
  const address = token === undefined ? undefined : await addressOfSignIn(db, token, now());
  const isExpected = req.query.account === undefined || req.query.account === address;
  if (address === undefined || !isExpected) throw notSignedIn();
  return address;
}

/** Strict: requests from other sites do not carry the cookie. Received over https, it is sent over https only. */
const cookieOptions = (req: Request) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/api/v1', secure: req.secure }) as const;

function tokenOf(req: Request): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

const hostOf = (req: Request, publicHosts: string[]): string =>
  withStatus(403, () => ownHost(req, publicHosts));

/** Runs a check and gives its error an HTTP status. */
function withStatus<T>(status: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof PlugpactError) {
      const { code, value, rule, remedy, retry } = error;
      throw new HttpProblem(status, {
        code,
        rule,
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
    rule: 'The nonce must be one that this server issued within the last 10 minutes, and may be used once.',
    remedy: 'Ask for a nonce and sign in again.',
  });

const badSignature = (address: string): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.signature',
    rule: `The message must be signed by ${address}, the address in it.`,
    remedy: 'Sign the message with that account.',
  });

const notSignedIn = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'signIn.missing',
    rule: 'Only the signed-in account may see this.',
    remedy: 'Sign in with the account that made the booking or that lists the charger.',
  });
