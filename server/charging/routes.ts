import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { LiveEvent, NoticesResponse } from '../../protocol/api.ts';
import { amount, hexBytes, signature65 } from '../../protocol/schemas.ts';
import { bookingOfPath } from '../booking/find.ts';
import { type BookingWithTerms, readBooking } from '../booking/store.ts';
import { toBookingResponse } from '../booking/toBookingResponse.ts';
import { limitTo } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';
import { parseBody } from '../http/validate.ts';
import type { Services } from '../services.ts';
import { keepAllowance, readAllowance, sendAllowance } from './allowance.ts';
import { readHandover } from './handover.ts';
import { noticesOfBooking } from './notices.ts';
import { requireSessionKey, requireWatch } from './sessionKey.ts';
import { newestReading, putCosignature, readReading, readSession } from './store.ts';

const startBody = z.strictObject({ envelope: hexBytes(1_024) });
const cosignatureBody = z.strictObject({ seq: z.int().min(0).max(0xffffffff), signature: signature65 });
/** A booking's money is 64 bits wide on the ledger. */
const allowanceBody = z.strictObject({
  cost: amount.refine((units) => BigInt(units) >> 64n === 0n, 'must be below 2^64 token units'),
  signature: signature65,
});
const stopBody = z.strictObject({ signature: signature65 });

/** Requests of the driver's device to the meter agent, and the live stream and notices that it reads. */
export function chargingRoutes(services: Services): Router {
  const router = Router();
  const limit = limitTo(services.limits.agent);
  router.post('/bookings/:bookingId/start', limit, (req, res) => start(services, req, res));
  router.post('/bookings/:bookingId/cosignatures', limit, (req, res) => cosign(services, req, res));
  router.post('/bookings/:bookingId/allowance', limit, (req, res) => allow(services, req, res));
  router.post('/bookings/:bookingId/stop', limit, (req, res) => stop(services, req, res));
  router.get('/bookings/:bookingId/live', (req, res) => live(services, req, res));
  router.get('/bookings/:bookingId/notices', (req, res) => notices(services, req, res));
  return router;
}

/** Only the agent can open and check the envelope. This server checks the booking's state. */
async function start({ db, hub }: Services, req: Request, res: Response): Promise<void> {
  const { envelope } = parseBody(startBody, req);
  const booking = await bookingOfPath(db, req);
  requireOpen(booking);
  await hub.request(booking.agentKey, { type: 'start', bookingId: booking.bookingId, envelope });
  res.status(202).json({});
}

async function cosign({ db, hub, marketRef }: Services, req: Request, res: Response): Promise<void> {
  const { seq, signature } = parseBody(cosignatureBody, req);
  const booking = await bookingOfPath(db, req);
  const { bookingId } = booking;
  const stored = await readReading(db, bookingId, seq);
  if (stored === undefined) throw unknownReading(seq);
  await requireSessionKey(marketRef(), booking, 'Reading', stored.reading, signature);
  await putCosignature(db, bookingId, seq, signature);
  await hub.request(booking.agentKey, { type: 'cosign', bookingId, seq, signature });
  res.status(202).json({});
}

/** Kept whether or not the agent is online: it is what the agent's word may cost, and the watcher settles by it. */
async function allow(services: Services, req: Request, res: Response): Promise<void> {
  const { db, marketRef, topics } = services;
  const { cost, signature } = parseBody(allowanceBody, req);
  const booking = await bookingOfPath(db, req);
  const { bookingId, agentKey } = booking;
  if (booking.endedAt !== null) throw ended(booking);
  await requireSessionKey(marketRef(), booking, 'Allowance', { bookingId, cost: BigInt(cost) }, signature);
  if (await keepAllowance(db, { bookingId, cost, signature })) {
    topics.publish('allowance', bookingId);
    await sendAllowance(services, agentKey, { bookingId, cost, signature });
  }
  res.status(202).json({});
}

async function stop({ db, hub, marketRef }: Services, req: Request, res: Response): Promise<void> {
  const { signature } = parseBody(stopBody, req);
  const booking = await bookingOfPath(db, req);
  const { bookingId } = booking;
  await requireSessionKey(marketRef(), booking, 'Stop', { bookingId }, signature);
  await hub.request(booking.agentKey, { type: 'stop', bookingId, signature });
  res.status(202).json({});
}

/** Server-sent events: first the present values, then each change. */
async function live(services: Services, req: Request, res: Response): Promise<void> {
  const { db, topics, streams, now } = services;
  const { bookingId, ...booking } = await bookingOfPath(db, req);
  const watch = req.headers.authorization;
  const validUntil = await requireWatch(services.marketRef(), { bookingId, ...booking }, watch, now());
  const unsubscribe: (() => void)[] = [];
  const stream = streams.open(req, res, () => {
    for (const end of unsubscribe) end();
    clearTimeout(timer);
  });
  const timer = setTimeout(() => stream.end(), (validUntil - now()) * 1_000);
  const events = {
    reading: () => readingEvent(services, bookingId),
    session: () => sessionEvent(services, bookingId),
    allowance: () => allowanceEvent(services, bookingId),
    notices: () => noticesEvent(services, bookingId),
    handover: () => handoverEvent(services, bookingId),
    booking: () => bookingEvent(services, bookingId),
  };
  // One at a time, so that the newest value is sent last.
  let last: Promise<void> = Promise.resolve();
  const send = (topic: keyof typeof events) => {
    last = last
      .then(events[topic])
      .then((event) => event && stream.send(event))
      .catch((error) => req.log.error({ err: error }, 'live stream'));
  };
  for (const topic of ['booking', 'session', 'reading', 'allowance', 'notices', 'handover'] as const) {
    unsubscribe.push(topics.subscribe(topic, (id) => id === bookingId && send(topic)));
    send(topic);
  }
}

type BookingId = BookingWithTerms['bookingId'];

async function readingEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const stored = await newestReading(db, bookingId);
  if (stored === undefined) return undefined;
  return { event: 'reading', data: { reading: stored.reading, agentSignature: stored.agentSignature } };
}

async function sessionEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const session = await readSession(db, bookingId);
  return session && { event: 'session', data: session };
}

async function allowanceEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const kept = await readAllowance(db, bookingId);
  return kept && { event: 'allowance', data: kept };
}

async function bookingEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const row = await readBooking(db, bookingId);
  return row && { event: 'booking', data: toBookingResponse(row) };
}

async function noticesEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const stored = await noticesOfBooking(db, bookingId);
  return stored.length === 0 ? undefined : { event: 'notices', data: { notices: stored } };
}

async function handoverEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const sealed = await readHandover(db, bookingId);
  return sealed && { event: 'handover', data: { sealed } };
}

/** The notices for the driver; also long before the session, when there is no live stream. */
async function notices({ db, marketRef, now }: Services, req: Request, res: Response): Promise<void> {
  const booking = await bookingOfPath(db, req);
  await requireWatch(marketRef(), booking, req.headers.authorization, now());
  const body: NoticesResponse = { notices: await noticesOfBooking(db, booking.bookingId) };
  res.set('cache-control', 'no-store').json(body);
}

function requireOpen({ reservationStatus, settlementStatus }: BookingWithTerms): void {
  if (reservationStatus === 'RESERVED' && settlementStatus === 'NONE') return;
  throw new HttpProblem(409, {
    code: 'booking.notOpen',
    value: `${reservationStatus}, ${settlementStatus}`,
    rule: 'Only a reserved booking without a reported reading can be started.',
    remedy: 'Book another slot.',
  });
}

const ended = ({ reservationStatus }: BookingWithTerms): HttpProblem =>
  new HttpProblem(409, {
    code: 'booking.ended',
    value: reservationStatus,
    rule: 'An allowance can be raised while its booking is open.',
    remedy: 'Nothing has to be allowed any more: the booking has ended.',
  });

const unknownReading = (seq: number): HttpProblem =>
  new HttpProblem(404, {
    code: 'reading.unknown',
    value: String(seq),
    rule: 'A co-signature must be for a reading that the agent sent.',
    remedy: 'Sign the newest reading of the live stream.',
  });
