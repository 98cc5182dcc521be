import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { type EvidenceJson, evidence, MAX_EVIDENCE_BYTES } from '../../protocol/api/evidence.ts';
import { hex32 } from '../../protocol/schemas.ts';
import { requireBooking } from '../booking/find.ts';
import { lowerAddress } from '../chain/events.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseInput } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { bytesOf, bytesUpTo } from './bodies.ts';
import {
  deleteEvidence,
  deleteShare,
  describeEvidence,
  evidenceBytes,
  isSharedWith,
  putEvidence,
  putShare,
  sharesBy,
} from './evidence.ts';
import { notParty, requireParty, roleOf } from './parties.ts';
import { signedIn } from './session.ts';
import { MAX_UNPACKED_BYTES, packEvidence, requireAgent, requireHashOfReading } from './takeEvidence.ts';

const bytesPath = z.object({ bookingId: hex32, evidenceHash: hex32 });
const MAX_SHARE_SEC = 366 * 86_400;

/** Evidence bundles: handed in by agents; read by the parties of a booking and by those with whom they share. */
export function evidenceRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  const readBody = [agentFirst(services), bytesUpTo(MAX_EVIDENCE_BYTES, 'evidence.tooLarge')];
  operate(router, evidence.putEvidence, readBody, async ({ params: { bookingId, evidenceHash }, req }) => {
    const { host } = await requireBooking(db, bookingId);
    const whole = bytesOf(req.body);
    const bytes = await packEvidence(whole, bookingId, evidenceHash);
    const sizeBytes = whole.length;
    await putEvidence(db, { bookingId, host, evidenceHash, bytes, sizeBytes, receivedAt: now() });
    return { sizeBytes };
  });
  operate(router, evidence.getEvidence, [], async ({ params: { bookingId }, req, res }) => {
    const account = await requireReader(services, req, res, bookingId);
    return describe(services, bookingId, account);
  });
  operate(router, evidence.readEvidence, [], async ({ params: { bookingId, evidenceHash }, req, res }) => {
    await requireReader(services, req, res, bookingId);
    const packed = await evidenceBytes(db, bookingId, evidenceHash);
    if (packed === undefined) throw unknown();
    const bytes = await promisify(gunzip)(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
    res.type('application/octet-stream').set('content-disposition', 'attachment').send(bytes);
  });
  operate(router, evidence.deleteEvidence, [], async ({ params: { bookingId }, req, res }) => {
    const { role } = await requireParty(services, req, res, bookingId);
    if (role !== 'HOST') throw notHostOfBooking();
    await deleteEvidence(db, bookingId);
    await forgetDeleted(db);
    res.status(204).end();
  });
  shareRoutes(services, router);
  return router;
}

function shareRoutes(services: Services, router: Router): void {
  const { db, now } = services;
  operate(router, evidence.shareEvidence, [], async ({ params, body: { expiresAt }, req, res }) => {
    const { bookingId } = params;
    const { account: sharedBy } = await requireParty(services, req, res, bookingId);
    if (expiresAt <= now() || expiresAt > now() + MAX_SHARE_SEC) throw shareTime(expiresAt);
    const share = { sharedBy, account: lowerAddress(params.account), expiresAt };
    if (!(await putShare(db, { bookingId, ...share }, now()))) throw tooManyShares();
    return share;
  });
  operate(router, evidence.unshareEvidence, [], async ({ params: { bookingId, account }, req, res }) => {
    const { account: sharedBy } = await requireParty(services, req, res, bookingId);
    await deleteShare(db, bookingId, sharedBy, lowerAddress(account));
    res.status(204).end();
  });
}

/** Who sends the bytes is asked before they are read. */
const agentFirst =
  ({ db, now, marketRef }: Services): RequestHandler =>
  async (req, _res, next) => {
    const { bookingId, evidenceHash } = parseInput(bytesPath, req.params, 'path');
    const booking = await requireBooking(db, bookingId);
    await requireAgent(marketRef(), booking, evidenceHash, req.headers.authorization, now());
    requireHashOfReading(booking, evidenceHash);
    next();
  };

/** A party of the booking, or somebody with whom one of them shares at present. */
async function requireReader(
  services: Services,
  req: Request,
  res: Response,
  bookingId: Hex,
): Promise<Address> {
  const account = await signedIn(services, req, res);
  const booking = await requireBooking(services.db, bookingId);
  const isParty = roleOf(booking, account) !== undefined;
  if (isParty || (await isSharedWith(services.db, bookingId, account, services.now()))) return account;
  throw notParty();
}

async function describe({ db, now }: Services, bookingId: Hex, account: Address): Promise<EvidenceJson> {
  const stored = await describeEvidence(db, bookingId);
  if (stored === undefined) throw unknown();
  return { ...stored, shares: await sharesBy(db, bookingId, account, now()) };
}

const unknown = (): HttpProblem =>
  new HttpProblem(404, {
    code: 'evidence.unknown',
    rule: 'The bundle must be stored here.',
    remedy: 'Ask the host: the agent keeps it, and hands it in on demand.',
  });

const notHostOfBooking = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'booking.notHost',
    rule: 'The bundle is of the host’s meter: only the host may delete it.',
    remedy: 'End what you share of it yourself.',
  });

const shareTime = (expiresAt: number): HttpProblem =>
  new HttpProblem(400, {
    code: 'evidence.shareTime',
    value: String(expiresAt),
    rule: 'A share must end in the future, within a year.',
    remedy: 'Choose another time.',
  });

const tooManyShares = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'evidence.tooManyShares',
    rule: 'A party may share a bundle with 20 accounts at once.',
    remedy: 'End another share first.',
  });
