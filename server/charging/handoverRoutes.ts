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

const placeBody = z.strictObject({ envelope: hexBytes(SEALED_MAX_BYTES) });
const signatureBody = z.strictObject({ signature: signature65 });
const approvalBody = z.strictObject({ signature: hexBytes(APPROVAL_MAX_BYTES) });
const listingPath = z.object({ listingId: hex32 });

/** The private handover: ciphertext from the host to the agent, and from the agent to the driver. */
export function handoverRoutes(services: Services): Router {
  const router = Router();
  const limit = limitTo(services.limits.agent);
  router.post('/chargers/:listingId/place', limit, (req, res) => takePlace(services, req, res));
  router.post('/bookings/:bookingId/handover', limit, (req, res) => handOver(services, req, res));
  router.post('/bookings/:bookingId/handover-approval', limit, (req, res) => approve(services, req, res));
  return router;
}

/** Sealed to the agent, which takes only what its listing commits to. Nothing of it stays here. */
async function takePlace({ db, hub }: Services, req: Request, res: Response): Promise<void> {
  const { envelope } = parseBody(placeBody, req);
  const { listingId } = parseInput(listingPath, req.params, 'path');
  const agentKey = await agentOfListing(db, listingId);
  if (agentKey === undefined) throw unknownListing(listingId);
  await hub.request(agentKey, { type: 'place', listingId, envelope });
  res.status(202).json({});
}

/** From the agent itself if it is there, since a host may have changed the place; else as it sent it before. */
async function handOver({ db, hub, marketRef }: Services, req: Request, res: Response): Promise<void> {
  const { signature } = parseBody(signatureBody, req);
  const booking = await bookingOfPath(db, req);
  const { bookingId, agentKey } = booking;
  await requireSessionKey(marketRef(), booking, 'HandoverRequest', { bookingId }, signature);
  const known = booking.endedAt === null ? await readHandover(db, bookingId) : undefined;
  const asked = hub.request(agentKey, { type: 'handover', bookingId, signature }).catch((error) => {
    if (known === undefined || !(error instanceof HttpProblem) || error.status < 500) throw error;
    return { sealed: known };
  });
  const { sealed } = await asked;
  if (sealed === undefined) throw noAnswer();
  if (sealed !== known && booking.endedAt === null) await putHandover(db, bookingId, sealed);
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
    rule: 'The index must hold the listing.',
    remedy: 'A listing appears a moment after its transaction was mined: try again.',
    retry: 'later',
  });

const noAnswer = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'handover.noAnswer',
    rule: 'The agent must answer with what it sealed for the driver.',
    remedy: 'Try again in a moment; if it stays so, tell the host to update the agent.',
    retry: 'later',
  });
