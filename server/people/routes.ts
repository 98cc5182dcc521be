import { type Request, type Response, Router } from 'express';
import { type Address, type Hex, hashMessage } from 'viem';
import { accounts } from '../../protocol/api/accounts.ts';
import { type PageQuery, pageOf, TIME_AND_ID } from '../../protocol/api/pages.ts';
import { statistics } from '../../protocol/api/statistics.ts';
import type {
  BookingsResponse,
  HealthResponse,
  HostedResponse,
  NoticesResponse,
} from '../../protocol/api.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { bookingsOfDriver, contestedNoShowsByDriver, openBookingsOfHost } from '../booking/store.ts';
import { toBookingResponse } from '../booking/toBookingResponse.ts';
import { lowerAddress } from '../chain/events.ts';
import { historyOf } from '../charging/connectorHistory.ts';
import { noticesOfHost } from '../charging/notices.ts';
import { healthOfHost } from '../charging/store.ts';
import { ownHost } from '../http/hosts.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { checkSignIn } from './checkSignIn.ts';
import { erasureRoutes } from './erasureRoutes.ts';
import { evidenceRoutes } from './evidenceRoutes.ts';
import { faultRoutes } from './faultRoutes.ts';
import { messageRoutes } from './messageRoutes.ts';
import { requireHost } from './parties.ts';
import { profileRoutes } from './profileRoutes.ts';
import { ratingRoutes } from './ratingRoutes.ts';
import { clearToken, sendToken, signedIn, tokenOf } from './session.ts';
import { beginSignIn, endSignIn, endSignInsOf, newNonce, takeNonce } from './store.ts';
import { vaultRoutes } from './vaultRoutes.ts';
import { isSignedByAccount } from './verifySigner.ts';

/** What people tell and keep, and their sign-ins. */
export const peopleRoutes = (services: Services): Router =>
  Router().use(
    accountRoutes(services),
    profileRoutes(services),
    ratingRoutes(services),
    faultRoutes(services),
    evidenceRoutes(services),
    messageRoutes(services),
    vaultRoutes(services),
    erasureRoutes(services),
  );

/** Sign-in with Ethereum, and what only the signed-in account may see. */
function accountRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  const limit = [limitTo(services.limits.signIn)];
  operate(router, accounts.getNonce, limit, async ({ res }) => {
    res.set('cache-control', 'no-store');
    return { nonce: await newNonce(db, now()) };
  });
  operate(router, accounts.signIn, limit, async ({ body, req, res }) => {
    const address = await signIn(services, req, body);
    // The browser's former sign-in ends: nobody goes on by a token that was there before.
    const former = tokenOf(req);
    if (former !== undefined) await endSignIn(db, former);
    sendToken(req, res, await beginSignIn(db, lowerAddress(address), now()), now());
    return { address };
  });
  operate(router, accounts.signOut, [], async ({ req, res }) => {
    const token = tokenOf(req);
    if (token !== undefined) await endSignIn(db, token);
    clearToken(req, res).status(204).end();
  });
  operate(router, accounts.signOutEverywhere, [], async ({ req, res }) => {
    const ended = await endSignInsOf(db, await signedIn(services, req, res));
    clearToken(req, res);
    return { ended };
  });
  const own =
    <T, Query>(read: (services: Services, account: Address, query: Query) => Promise<T>) =>
    async ({ query, req, res }: { query: Query; req: Request; res: Response }): Promise<T> =>
      read(services, await signedIn(services, req, res), query);
  operate(router, accounts.listMyBookings, [], own(myBookings));
  operate(router, accounts.listMyNotices, [], own(myNotices));
  operate(router, accounts.getMyHealth, [], own(myHealth));
  operate(router, accounts.listHosted, [], own(myHosted));
  operate(router, statistics.getHealthHistory, [], async ({ params: { listingId }, query, req, res }) => {
    const account = await signedIn(services, req, res);
    await requireHost(db, listingId, account);
    return historyOf(db, listingId, query);
  });
  return router;
}

/** Checks message, nonce and signature. A nonce is used up by the first attempt that contains it. */
async function signIn(
  { db, now, config, client, marketRef }: Services,
  req: Request,
  { message: text, signature }: { message: string; signature: Hex },
): Promise<Address> {
  const rules = { domain: hostOf(req, config.publicHosts), chainId: marketRef().chainId, now: now() };
  const message = withStatus(401, () => checkSignIn(text, rules));
  if (!(await takeNonce(db, message.nonce, now()))) throw badNonce();
  // The signature is checked over the text as received, not over a message rebuilt from its fields.
  const account = message.address as Address;
  if (await isSignedByAccount(client, account, hashMessage(text), signature)) return account;
  throw badSignature(account);
}

async function myBookings(
  { db }: Services,
  account: Address,
  { limit, cursor: after }: ByTime,
): Promise<BookingsResponse> {
  const found = await bookingsOfDriver(db, account, { limit: limit + 1, after });
  const { rows, cursor } = pageOf(found, limit, (row) => TIME_AND_ID.text(row.bookedAt, row.bookingId));
  return { bookings: rows.map(toBookingResponse), cursor };
}

/** Open bookings of the host's chargers. */
async function myHosted(
  { db }: Services,
  account: Address,
  { limit, cursor: after }: ByTime,
): Promise<HostedResponse> {
  const found = await openBookingsOfHost(db, account, { limit: limit + 1, after });
  const { rows, cursor } = pageOf(found, limit, (row) => TIME_AND_ID.text(row.firstSlot, row.bookingId));
  const drivers = rows.map(({ driver }) => driver);
  return {
    bookings: rows.map(toBookingResponse),
    cursor,
    contestedNoShows: await contestedNoShowsByDriver(db, drivers),
  };
}

type ByTime = PageQuery<readonly [number, Hex]>;

/** Notices from the agents of the host's chargers. */
function myNotices({ db }: Services, account: Address, query: ByTime): Promise<NoticesResponse> {
  return noticesOfHost(db, account, query);
}

/** Health of the host's chargers. Temperatures and errors are shown to the host only. */
async function myHealth({ db, hub }: Services, account: Address): Promise<HealthResponse> {
  return { connectors: await healthOfHost(db, account, hub.linkedAt) };
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
