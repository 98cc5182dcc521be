import { Router } from 'express';
import type { Hex } from 'viem';
import { charging } from '../../protocol/api/charging.ts';
import type { Accepted } from '../../protocol/api/shapes.ts';
import type { HandoverResponse } from '../../protocol/api.ts';
import { requireBooking } from '../booking/find.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { partiesOfListing } from '../listing/store.ts';
import type { Services } from '../services.ts';
import { putHandover, readHandover } from './handover.ts';
import { requireSessionKey } from './sessionKey.ts';
import type { WithUnsignedLimit } from './unsigned.ts';

/** The private handover of the exact location: sealed by the host for the agent, and by the agent for the driver. */
export function handoverRoutes(services: WithUnsignedLimit): Router {
  const router = Router();
  const limit = [limitTo(services.limits.agent)];
  operate(router, charging.sendLocation, limit, ({ params, body }) =>
    forwardLocation(services, params.listingId, body.envelope),
  );
  operate(router, charging.sendPlace, limit, ({ params, body, req }) => {
    req.log.warn('old path of /chargers/:listingId/location');
    return forwardLocation(services, params.listingId, body.envelope);
  });
  operate(router, charging.requestHandover, limit, ({ params, body, res }) => {
    res.set('cache-control', 'no-store');
    return sendHandover(services, params.bookingId, body.signature);
  });
  operate(router, charging.approveHandover, limit, ({ params, body }) =>
    approve(services, params.bookingId, body.signature),
  );
  return router;
}

/** Forwards the sealed location. The agent accepts only what its listing commits to. Nothing is stored here. */
async function forwardLocation(
  { db, hub, unsigned }: WithUnsignedLimit,
  listingId: Hex,
  envelope: Hex,
): Promise<Accepted> {
  const parties = await partiesOfListing(db, listingId);
  if (parties === undefined) throw unknownListing(listingId);
  const { agentKey } = parties;
  await unsigned.count(agentKey);
  await hub.request(agentKey, { type: 'location', listingId, envelope });
  return {};
}

/**
 * Asks the agent, since the host may have changed the location. While the agent is offline, answers with what it sent
 * before.
 */
async function sendHandover(
  { db, hub, marketRef }: Services,
  bookingId: Hex,
  signature: Hex,
): Promise<HandoverResponse> {
  const booking = await requireBooking(db, bookingId);
  await requireSessionKey(marketRef(), booking, 'HandoverRequest', { bookingId }, signature);
  const stored = booking.endedAt === null ? await readHandover(db, bookingId) : undefined;
  const asked = hub.request(booking.agentKey, { type: 'handover', bookingId, signature }).catch((error) => {
    if (stored === undefined || !(error instanceof HttpProblem) || error.status < 500) throw error;
    return { sealed: stored };
  });
  const { sealed } = await asked;
  if (sealed === undefined) throw noAnswer();
  if (sealed !== stored && booking.endedAt === null) await putHandover(db, bookingId, sealed);
  return { sealed };
}

/** The agent checks that the booking's host signed. */
async function approve(
  { db, hub, unsigned }: WithUnsignedLimit,
  bookingId: Hex,
  signature: Hex,
): Promise<Accepted> {
  const booking = await requireBooking(db, bookingId);
  const { agentKey } = booking;
  await unsigned.countUnlessHost(booking, signature);
  await hub.request(agentKey, { type: 'approveHandover', bookingId, signature });
  return {};
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
