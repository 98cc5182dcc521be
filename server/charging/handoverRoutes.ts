import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { HandoverResponse } from '../../protocol/api.ts';
import { APPROVAL_MAX_BYTES, SEALED_MAX_BYTES } from '../../protocol/handover.ts';
import { hex32, hexBytes, signature65 } from '../../protocol/schemas.ts';
import { bookingOfPath } from '../booking/find.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody, parseInput } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { agentOfListing, putHandover, readHandover } from './handover.ts';
import { requireSessionKey } from './sessionKey.ts';

const locationBody = z.strictObject({ envelope: hexBytes(SEALED_MAX_BYTES) });
const signatureBody = z.strictObject({ signature: signature65 });
const approvalBody = z.strictObject({ signature: hexBytes(APPROVAL_MAX_BYTES) });
/** Pages and programs up to version 0.1.0 use this name. */
const OLD_NAME = 'place';

const listingPath = z.object({ listingId: hex32 });

/** The private handover of the exact location: sealed by the host for the agent, and by the agent for the driver. */
export function handoverRoutes(services: Services): Router {
  const router = Router();
  const limit = limitTo(services.limits.agent);
  router.post('/chargers/:listingId/location', limit, (req, res) => forwardLocation(services, req, res));
  router.post(`/chargers/:listingId/${OLD_NAME}`, limit, (req, res) => {
    req.log.warn({ path: req.path }, 'old path of /chargers/:listingId/location');
    return forwardLocation(services, req, res);
  });
  router.post('/bookings/:bookingId/handover', limit, (req, res) => sendHandover(services, req, res));
  router.post('/bookings/:bookingId/handover-approval', limit, (req, res) => approve(services, req, res));
  return router;
}

/** Forwards the sealed location. The agent accepts only what its listing commits to. Nothing is stored here. */
async function forwardLocation({ db, hub }: Services, req: Request, res: Response): Promise<void> {
  const { envelope } = parseBody(locationBody, req);
  const { listingId } = parseInput(listingPath, req.params, 'path');
  const agentKey = await agentOfListing(db, listingId);
  if (agentKey === undefined) throw unknownListing(listingId);
  await hub.request(agentKey, { type: 'location', listingId, envelope });
  res.status(202).json({});
}

/**
 * Asks the agent, since the host may have changed the location. While the agent is offline, answers with what it sent
 * before.
 */
async function sendHandover({ db, hub, marketRef }: Services, req: Request, res: Response): Promise<void> {
  const { signature } = parseBody(signatureBody, req);
  const booking = await bookingOfPath(db, req);
  const { bookingId, agentKey } = booking;
  await requireSessionKey(marketRef(), booking, 'HandoverRequest', { bookingId }, signature);
  const stored = booking.endedAt === null ? await readHandover(db, bookingId) : undefined;
  const asked = hub.request(agentKey, { type: 'handover', bookingId, signature }).catch((error) => {
    if (stored === undefined || !(error instanceof HttpProblem) || error.status < 500) throw error;
    return { sealed: stored };
  });
  const { sealed } = await asked;
  if (sealed === undefined) throw noAnswer();
  if (sealed !== stored && booking.endedAt === null) await putHandover(db, bookingId, sealed);
  res.set('cache-control', 'no-store').json({ sealed } satisfies HandoverResponse);
}

/** The agent checks that the booking's host signed. */
async function approve({ db, hub }: Services, req: Request, res: Response): Promise<void> {
  const { signature } = parseBody(approvalBody, req);
  const { bookingId, agentKey } = await bookingOfPath(db, req);
  await hub.request(agentKey, { type: 'approveHandover', bookingId, signature });
  res.status(202).json({});
}

const unknownListing = (listingId: string): HttpProblem =>
  new HttpProblem(404, {
    code: 'listing.unknown',
    value: listingId,
    rule: 'The listing must be in the index.',
    remedy: 'Try again. A listing appears a few seconds after its transaction is mined.',
    retry: 'later',
  });

const noAnswer = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'handover.noAnswer',
    rule: 'The agent’s reply must contain the sealed handover.',
    remedy: 'Try again in a moment. If this persists, ask the host to update the agent.',
    retry: 'later',
  });
