import { Router } from 'express';
import { charging, SHOWN_NOTICES } from '../../protocol/api/charging.ts';
import type { Accepted } from '../../protocol/api/shapes.ts';
import type { LiveEvent, NoticesResponse } from '../../protocol/api.ts';
import { requireBooking } from '../booking/find.ts';
import { newestMessage } from '../booking/newestMessage.ts';
import { type BookingWithTerms, readBooking } from '../booking/store.ts';
import { toBookingResponse } from '../booking/toBookingResponse.ts';
import { limitTo } from '../http/limits.ts';
import { type Call, operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { keepAllowance, readAllowance, sendAllowance } from './allowance.ts';
import { readHandover } from './handover.ts';
import { handoverRoutes } from './handoverRoutes.ts';
import { noticesOfBooking } from './notices.ts';
import { requireSessionKey, requireWatch } from './sessionKey.ts';
import { newestReading, putCosignature, readReading, readSession } from './store.ts';
import { type WithUnsignedLimit, withUnsignedLimit } from './unsigned.ts';

/**
 * Requests of the driver's device to the meter agent, the live stream and notices that it reads, and the exact location. What
 * reaches an agent unsigned is counted together.
 */
export function chargingRoutes(services: Services): Router {
  const router = Router();
  const limit = [limitTo(services.limits.agent)];
  const limited = withUnsignedLimit(services);
  operate(router, charging.startCharging, limit, (call) => start(limited, call));
  operate(router, charging.cosignReading, limit, (call) => cosign(services, call));
  operate(router, charging.raiseAllowance, limit, (call) => allow(services, call));
  operate(router, charging.stopCharging, limit, (call) => stop(services, call));
  operate(router, charging.watchBooking, [], (call) => live(services, call));
  operate(router, charging.listBookingNotices, [], (call) => notices(services, call));
  return router.use(handoverRoutes(limited));
}

type CallOf<Name extends keyof typeof charging> = Call<(typeof charging)[Name]>;

/** Only the agent can open and check the envelope. This server checks the booking's state. */
async function start(
  { db, hub, unsigned }: WithUnsignedLimit,
  { params, body, req }: CallOf<'startCharging'>,
): Promise<Accepted> {
  const booking = await requireBooking(db, params.bookingId);
  const { bookingId } = booking;
  requireOpen(booking);
  await unsigned.countUnlessWatching(req.headers.authorization, booking);
  await hub.request(booking.agentKey, { type: 'start', bookingId, envelope: body.envelope });
  return {};
}

async function cosign(services: Services, { params, body }: CallOf<'cosignReading'>): Promise<Accepted> {
  const { db, hub, marketRef } = services;
  const { seq, signature } = body;
  const booking = await requireBooking(db, params.bookingId);
  const { bookingId } = booking;
  const stored = await readReading(db, bookingId, seq);
  if (stored === undefined) throw unknownReading(seq);
  await requireSessionKey(marketRef(), booking, 'Reading', stored.reading, signature);
  await putCosignature(db, bookingId, seq, signature);
  await hub.request(booking.agentKey, { type: 'cosign', bookingId, seq, signature });
  return {};
}

/** Kept whether or not the agent is online: it is what the agent's word may cost, and the watcher settles by it. */
async function allow(services: Services, { params, body }: CallOf<'raiseAllowance'>): Promise<Accepted> {
  const { db, marketRef, topics } = services;
  const { cost, signature } = body;
  const booking = await requireBooking(db, params.bookingId);
  const { bookingId, agentKey } = booking;
  if (booking.endedAt !== null) throw ended(booking);
  await requireSessionKey(marketRef(), booking, 'Allowance', { bookingId, cost: BigInt(cost) }, signature);
  if (await keepAllowance(db, { bookingId, cost, signature })) {
    topics.publish('allowance', bookingId);
    await sendAllowance(services, agentKey, { bookingId, cost, signature });
  }
  return {};
}

async function stop(services: Services, { params, body }: CallOf<'stopCharging'>): Promise<Accepted> {
  const { db, hub, marketRef } = services;
  const booking = await requireBooking(db, params.bookingId);
  const { bookingId } = booking;
  await requireSessionKey(marketRef(), booking, 'Stop', { bookingId }, body.signature);
  await hub.request(booking.agentKey, { type: 'stop', bookingId, signature: body.signature });
  return {};
}

const LIVE_TOPICS = [
  'booking',
  'session',
  'reading',
  'allowance',
  'notices',
  'handover',
  'messages',
] as const;

/** Server-sent events: first the present values, then each change. */
async function live(services: Services, { params, req, res }: CallOf<'watchBooking'>): Promise<void> {
  const { db, topics, streams, now } = services;
  const { bookingId, ...booking } = await requireBooking(db, params.bookingId);
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
    messages: () => messagesEvent(services, bookingId),
  };
  // One at a time, so that the newest value is sent last.
  let last: Promise<void> = Promise.resolve();
  const send = (topic: keyof typeof events) => {
    last = last
      .then(events[topic])
      .then((event) => event && stream.send(event))
      .catch((error) => req.log.error({ err: error }, 'live stream'));
  };
  for (const topic of LIVE_TOPICS) {
    unsubscribe.push(topics.subscribeTo(topic, bookingId, () => send(topic)));
  }
  const sendAll = () => LIVE_TOPICS.forEach(send);
  unsubscribe.push(topics.onMissed(sendAll));
  sendAll();
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

/** That there is a message: what it says, only its parties can read. */
async function messagesEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const newest = await newestMessage(db, bookingId);
  return newest && { event: 'messages', data: newest };
}

async function bookingEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const row = await readBooking(db, bookingId);
  return row && { event: 'booking', data: toBookingResponse(row) };
}

async function noticesEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const { notices: stored } = await noticesOfBooking(db, bookingId, { limit: SHOWN_NOTICES });
  return stored.length === 0 ? undefined : { event: 'notices', data: { notices: stored } };
}

async function handoverEvent({ db }: Services, bookingId: BookingId): Promise<LiveEvent | undefined> {
  const sealed = await readHandover(db, bookingId);
  return sealed && { event: 'handover', data: { sealed } };
}

/** The notices for the driver; also long before the session, when there is no live stream. */
async function notices(services: Services, call: CallOf<'listBookingNotices'>): Promise<NoticesResponse> {
  const { db, marketRef, now } = services;
  const { params, req, res } = call;
  const booking = await requireBooking(db, params.bookingId);
  await requireWatch(marketRef(), booking, req.headers.authorization, now());
  res.set('cache-control', 'no-store');
  return noticesOfBooking(db, booking.bookingId, call.query);
}

function requireOpen({
  reservationStatus,
  settlementStatus,
}: Pick<BookingWithTerms, 'reservationStatus' | 'settlementStatus'>): void {
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
