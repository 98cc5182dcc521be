import { type Request, Router } from 'express';
import type { Hex } from 'viem';
import { messages } from '../../protocol/api/sealedMessages.ts';
import { publicKeyOf } from '../../protocol/signature.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { messagesFor, putDriverKey, putMessage, readDriverKey } from './messageStore.ts';
import { requirePartyOrDevice } from './parties.ts';

/** How long after the end of a booking its parties may write: a scarf was left behind. */
const LATE_SEC = 30 * 86_400;

/** Messages between guest and host, which only the two can read. */
export function messageRoutes(services: Services): Router {
  const { db, now, topics } = services;
  const router = Router();
  operate(router, messages.listMessages, [], async ({ params: { bookingId }, query, req, res }) => {
    const { booking, role } = await requirePartyOrDevice(services, req, res, bookingId);
    await keepKeyOfDevice(services, booking, req);
    return {
      messages: await messagesFor(db, bookingId, role, query.after ?? 0),
      driverKey: (await readDriverKey(db, bookingId)) ?? null,
    };
  });
  operate(router, messages.sendMessage, [], async ({ params: { bookingId }, body, req, res }) => {
    const { booking, role: sender } = await requirePartyOrDevice(services, req, res, bookingId);
    if (booking.endedAt !== null && now() >= booking.endedAt + LATE_SEC) throw ended();
    await keepKeyOfDevice(services, booking, req);
    const seq = await putMessage(db, { bookingId, sender, ...body, sentAt: now() });
    if (seq === undefined) throw tooMany();
    topics.publish('messages', bookingId);
    return { seq };
  });
  return router;
}

const WATCH = /^Plugpact-Watch (\d+)\.(0x[0-9a-f]{130})$/;

/**
 * The host seals to the session key, of which the ledger has the address alone. The key itself is in the device's
 * signature, which was checked before; the signature is a right to watch, so that it is not kept.
 */
async function keepKeyOfDevice({ db, marketRef }: Services, booking: BookingWithTerms, req: Request) {
  const match = WATCH.exec(req.headers.authorization ?? '');
  const { bookingId, driver } = booking;
  if (match === null || (await readDriverKey(db, bookingId)) !== undefined) return;
  const message = { bookingId, validUntil: BigInt(match[1]!) };
  await putDriverKey(db, {
    bookingId,
    driver,
    publicKey: await publicKeyOf(marketRef(), 'Watch', message, match[2] as Hex),
  });
}

const ended = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'booking.ended',
    rule: 'Messages can be sent until 30 days after the end of the booking.',
    remedy: 'Make another booking.',
  });

const tooMany = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'message.tooMany',
    rule: 'A booking has at most 200 messages.',
    remedy: 'Agree on another way to talk.',
  });
