import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type Address, type Hex, isAddressEqual, keccak256 } from 'viem';
import { MAX_VAULT_BYTES, vaults } from '../../protocol/api/vaults.ts';
import { requireBooking } from '../booking/find.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { lowerAddress } from '../chain/events.ts';
import { requireSessionKey, requireWatch } from '../charging/sessionKey.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { bytesOf, bytesUpTo } from './bodies.ts';
import { requireSignIn, signedIn } from './session.ts';
import { deleteVault, readVault, writeVault } from './vaults.ts';

/** What the devices of an account keep here for each other, sealed by a key that this server never has. */
export function vaultRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  operate(router, vaults.readVault, [], async ({ params, query, req, res }) => {
    const account = lowerAddress(params.account);
    if (query.bookingId === undefined) await requireOwner(services, req, res, account);
    else await requireWatchingDevice(services, req, query.bookingId, account);
    const vault = await readVault(db, account);
    if (vault === undefined) throw unknown();
    res
      .set({ etag: `"${vault.version}"`, 'cache-control': 'no-store' })
      .type('application/octet-stream')
      .send(Buffer.from(vault.bytes));
  });
  const readBody = [signedOrSigning(services), bytesUpTo(MAX_VAULT_BYTES, 'vault.tooLarge')];
  operate(router, vaults.writeVault, readBody, async ({ params, query, req, res }) => {
    const account = lowerAddress(params.account);
    const bytes = bytesOf(req.body);
    const { bookingId, signature, version } = query;
    if (bookingId === undefined || signature === undefined) await requireOwner(services, req, res, account);
    else await requireSigningDevice(services, { bookingId, signature, version, bytes }, account);
    if (!(await writeVault(db, { account, version, bytes, updatedAt: now() }))) throw otherVersion(version);
    return { version };
  });
  operate(router, vaults.deleteVault, [], async ({ params, req, res }) => {
    const account = lowerAddress(params.account);
    await requireOwner(services, req, res, account);
    await deleteVault(db, account);
    await forgetDeleted(db);
    res.status(204).end();
  });
  return router;
}

async function requireOwner(
  services: Services,
  req: Request,
  res: Response,
  account: Address,
): Promise<void> {
  if ((await signedIn(services, req, res)) !== account) throw notOwner();
}

/** A device's signature covers the bytes, so that it is checked behind them; there are 64 KiB at most. */
const signedOrSigning = (services: Services): RequestHandler => {
  const bySignIn = requireSignIn(services);
  return async (req, res, next) => {
    const { bookingId, signature } = req.query;
    if (bookingId === undefined || signature === undefined) await bySignIn(req, res, next);
    else next();
  };
};

async function requireWatchingDevice(services: Services, req: Request, bookingId: Hex, account: Address) {
  const booking = await requireOpenBooking(services, bookingId, account);
  await requireWatch(services.marketRef(), booking, req.headers.authorization, services.now());
}

interface SignedWrite {
  bookingId: Hex;
  signature: Hex;
  version: number;
  bytes: Uint8Array;
}

async function requireSigningDevice(
  services: Services,
  { bookingId, signature, version, bytes }: SignedWrite,
  account: Address,
): Promise<void> {
  const booking = await requireOpenBooking(services, bookingId, account);
  const message = { bookingId, version: BigInt(version), contentHash: keccak256(bytes) };
  await requireSessionKey(services.marketRef(), booking, 'VaultWrite', message, signature);
}

/** A session key is for one booking, and dead once that has ended. */
async function requireOpenBooking(
  { db }: Services,
  bookingId: Hex,
  account: Address,
): Promise<BookingWithTerms> {
  const booking = await requireBooking(db, bookingId);
  if (!isAddressEqual(booking.driver, account)) throw notOwner();
  if (booking.endedAt !== null) throw ended();
  return booking;
}

const notOwner = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'vault.notOwner',
    rule: 'A vault is for its own account, and for the devices with a session key of its open bookings.',
    remedy: 'Sign in with the account of the vault.',
  });

const unknown = (): HttpProblem =>
  new HttpProblem(404, {
    code: 'vault.unknown',
    rule: 'The account has no vault here.',
    remedy: 'Write version 1.',
  });

const otherVersion = (version: number): HttpProblem =>
  new HttpProblem(409, {
    code: 'vault.version',
    value: String(version),
    rule: 'The version must be one more than the stored one: another device may have written.',
    remedy: 'Read the vault, bring both together, and write again.',
  });

const ended = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'booking.ended',
    rule: 'A session key may reach the vault while its booking is open.',
    remedy: 'Sign in with the account.',
  });
