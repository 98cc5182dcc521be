import type { Request, Response } from 'express';
import { type Address, type Hex, hashTypedData } from 'viem';
import { type SignedTypeName, typedData } from '../../protocol/signedTypes.ts';
import { requireBooking } from '../booking/find.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { requireWatch } from '../charging/sessionKey.ts';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import { partiesOfListing } from '../listing/store.ts';
import type { Services } from '../services.ts';
import { signedIn } from './session.ts';
import { isSignedByAccount } from './verifySigner.ts';

export type Role = 'DRIVER' | 'HOST';

/** Whose booking it is, for an account; undefined for one that is no party. */
export const roleOf = ({ driver, host }: BookingWithTerms, account: Address): Role | undefined =>
  account === driver ? 'DRIVER' : account === host ? 'HOST' : undefined;

/**
 * The booking, and which of its parties is signed in.
 *
 * @throws HttpProblem 401 `signIn.missing`, 404 `booking.unknown`, 403 `booking.notParty`.
 */
export async function requireParty(services: Services, req: Request, res: Response, bookingId: Hex) {
  const account = await signedIn(services, req, res);
  const booking = await requireBooking(services.db, bookingId);
  const role = roleOf(booking, account);
  if (role === undefined) throw notParty();
  return { account, booking, role };
}

/** The same; the driver's device may show the booking's session key (`Plugpact-Watch`) instead of a sign-in. */
export async function requirePartyOrDevice(services: Services, req: Request, res: Response, bookingId: Hex) {
  const watch = req.headers.authorization;
  if (watch === undefined) return requireParty(services, req, res, bookingId);
  res.set('cache-control', 'no-store');
  const booking = await requireBooking(services.db, bookingId);
  await requireWatch(services.marketRef(), booking, watch, services.now());
  return { account: booking.driver, booking, role: 'DRIVER' as const };
}

/** @throws HttpProblem 401 `signIn.missing`, 404 `booking.unknown`, 403 `booking.notDriver`. */
export async function requireDriver(services: Services, req: Request, res: Response, bookingId: Hex) {
  const account = await signedIn(services, req, res);
  const booking = await requireBooking(services.db, bookingId);
  if (booking.driver !== account) throw notDriver();
  return booking;
}

/** @throws HttpProblem 403 `listing.notHost`. */
export async function requireHost(db: Db, listingId: Hex, account: Address): Promise<void> {
  if ((await partiesOfListing(db, listingId))?.host !== account) throw notHost();
}

/** @throws HttpProblem 403 `signature.notAccount`. */
export async function requireSignedBy(
  { client, marketRef }: Services,
  account: Address,
  type: SignedTypeName,
  message: Record<string, unknown>,
  signature: Hex,
): Promise<void> {
  const digest = hashTypedData(typedData(marketRef(), type, message) as never);
  if (await isSignedByAccount(client, account, digest, signature)) return;
  throw new HttpProblem(403, {
    code: 'signature.notAccount',
    value: account,
    rule: `The message ${type} must be signed by the account itself, for this market and chain.`,
    remedy: 'Sign it with the account that is signed in.',
  });
}

export const notParty = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'booking.notParty',
    rule: 'Only the driver and the host of a booking, and those with whom they share, may see this.',
    remedy: 'Sign in with the account that made the booking or that lists the charger.',
  });

const notDriver = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'booking.notDriver',
    rule: 'Only the driver of a booking may do this.',
    remedy: 'Sign in with the account that made the booking.',
  });

const notHost = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'listing.notHost',
    rule: 'Only the host of a charger may do this.',
    remedy: 'Sign in with the account that lists the charger.',
  });
