import { z } from 'zod';
import { APPROVAL_MAX_BYTES, SEALED_MAX_BYTES } from '../handover.ts';
import { ASSURANCE_LEVELS, coded, notice as linkNotice, SESSION_STATES } from '../link.ts';
import { amount, hexBytes, signature65 } from '../schemas.ts';
import { booking, bookingPath, messageFields, readingJson } from './bookings.ts';
import { listingPath } from './chargers.ts';
import { operation } from './operation.ts';
import { nextCursor, pageQuery, TIME_AND_ID } from './pages.ts';
import { AGENT_PROBLEMS } from './problems.ts';
import { accepted, count, envelope, money, unixSec } from './shapes.ts';

/** Where a session stands, as its agent reported last. */
const session = z
  .strictObject({
    state: z.enum(SESSION_STATES),
    powerW: count,
    detail: coded
      .nullable()
      .describe('A code that this version or only a newer agent knows; null where the state says it all.'),
    assuranceLevel: z.enum(ASSURANCE_LEVELS),
    neededCost: money
      .nullable()
      .describe('What must be allowed or co-signed so that the charge goes on; null while nothing.'),
    at: unixSec,
  })
  .meta({ id: 'Session' });
export type SessionJson = z.infer<typeof session>;

/** A booking's money is 64 bits wide on the ledger. */
const allowance = z
  .strictObject({
    cost: amount.refine((units) => BigInt(units) >> 64n === 0n, 'must be below 2^64 token units'),
    signature: signature65.describe('EIP-712 `Allowance` by the session key.'),
  })
  .meta({ id: 'Allowance', description: 'What the agent’s final word may cost without a co-signature.' });
export type AllowanceJson = z.infer<typeof allowance>;

export const notice = linkNotice.meta({ id: 'Notice', description: 'What an agent has to say, as a code.' });
/** The newest that are shown at once. */
export const SHOWN_NOTICES = 20;
/** At most as many as are stored of a listing. */
export const noticesQuery = pageQuery(TIME_AND_ID, { most: 200, usual: SHOWN_NOTICES });
const notices = z.strictObject({ notices: z.array(notice) }).meta({ id: 'Notices' });
export const noticesPage = notices.extend({ cursor: nextCursor }).meta({ id: 'NoticesPage' });
/** A page of notices, newest first. */
export type NoticesResponse = z.infer<typeof noticesPage>;

const handover = z
  .strictObject({ sealed: hexBytes(SEALED_MAX_BYTES) })
  .meta({ id: 'Handover', description: 'The exact location, for the booking’s session key alone.' });
/** A `Handover` that only the booking's session key can open. */
export type HandoverResponse = z.infer<typeof handover>;

const signed = z.strictObject({ signature: signature65 });

const liveEvent = z
  .discriminatedUnion('event', [
    z.strictObject({
      event: z.literal('reading'),
      data: z.strictObject({ reading: readingJson, agentSignature: signature65 }),
    }),
    z.strictObject({ event: z.literal('session'), data: session }),
    z.strictObject({ event: z.literal('allowance'), data: allowance }),
    z.strictObject({ event: z.literal('notices'), data: notices }),
    z.strictObject({ event: z.literal('handover'), data: handover }),
    z.strictObject({ event: z.literal('booking'), data: booking }),
    z.strictObject({
      event: z.literal('messages'),
      data: z
        .strictObject({ ...messageFields, sentAt: unixSec })
        .describe('The newest message between guest and host, without what it says.'),
    }),
  ])
  .meta({
    id: 'LiveEvent',
    description: 'What is known of each kind is sent on connecting, then each change.',
  });
export type LiveEvent = z.infer<typeof liveEvent>;

const TAKEN_IN = { 202: { description: 'The agent took it in.', schema: accepted } } as const;

const toAgent = {
  method: 'post',
  tag: 'charging',
  params: bookingPath,
  answers: TAKEN_IN,
} as const;

const SESSION_KEY = ['booking.unknown', 'signature.notSessionKey'] as const;
const WATCH = ['watch.missing', 'watch.expired', ...SESSION_KEY] as const;

const location = {
  ...toAgent,
  tag: 'listing',
  params: listingPath,
  body: envelope(SEALED_MAX_BYTES),
  problems: ['listing.unknown', ...AGENT_PROBLEMS],
} as const;

export const charging = {
  startCharging: operation({
    ...toAgent,
    operationId: 'startCharging',
    path: '/bookings/{bookingId}/start',
    summary: 'Hands the start secret to the agent, sealed',
    body: envelope(1_024),
    problems: ['booking.notOpen', ...WATCH, ...AGENT_PROBLEMS],
  }),
  cosignReading: operation({
    ...toAgent,
    operationId: 'cosignReading',
    path: '/bookings/{bookingId}/cosignatures',
    summary: 'Co-signs a reading that the agent sent',
    body: z.strictObject({ seq: z.int().min(0).max(0xffffffff), signature: signature65 }),
    problems: ['reading.unknown', ...SESSION_KEY, ...AGENT_PROBLEMS],
  }),
  raiseAllowance: operation({
    ...toAgent,
    operationId: 'raiseAllowance',
    path: '/bookings/{bookingId}/allowance',
    summary: 'Raises what the agent’s final word may cost',
    description: 'The highest raise is kept, and forwarded at once or when the agent connects again.',
    body: allowance,
    problems: ['booking.ended', ...SESSION_KEY, ...AGENT_PROBLEMS],
  }),
  stopCharging: operation({
    ...toAgent,
    operationId: 'stopCharging',
    path: '/bookings/{bookingId}/stop',
    summary: 'Asks the agent to end the charge',
    body: signed,
    problems: [...SESSION_KEY, ...AGENT_PROBLEMS],
  }),
  watchBooking: operation({
    operationId: 'watchBooking',
    method: 'get',
    path: '/bookings/{bookingId}/live',
    tag: 'charging',
    summary: 'A booking and its session, as server-sent events',
    params: bookingPath,
    answers: { 200: { description: 'Events.', schema: liveEvent, contentType: 'text/event-stream' } },
    problems: [...WATCH, 'streams.tooMany'],
    security: 'watch',
  }),
  listBookingNotices: operation({
    operationId: 'listBookingNotices',
    method: 'get',
    path: '/bookings/{bookingId}/notices',
    tag: 'charging',
    summary: 'What the agent has to say to the driver, newest first',
    params: bookingPath,
    query: z.object(noticesQuery),
    answers: { 200: { description: 'Notices.', schema: noticesPage } },
    problems: WATCH,
    security: 'watch',
  }),
  requestHandover: operation({
    ...toAgent,
    operationId: 'requestHandover',
    path: '/bookings/{bookingId}/handover',
    summary: 'The exact location, sealed to the session key',
    description: 'While the agent is offline, what it sent before.',
    body: signed,
    answers: { 200: { description: 'Sealed.', schema: handover } },
    problems: ['handover.noAnswer', ...SESSION_KEY, ...AGENT_PROBLEMS],
  }),
  approveHandover: operation({
    ...toAgent,
    operationId: 'approveHandover',
    path: '/bookings/{bookingId}/handover-approval',
    summary: 'The host’s consent to an early handover',
    description: 'The agent checks that the booking’s host signed.',
    body: z.strictObject({ signature: hexBytes(APPROVAL_MAX_BYTES) }),
    problems: ['booking.unknown', ...AGENT_PROBLEMS],
  }),
  sendLocation: operation({
    ...location,
    operationId: 'sendLocation',
    path: '/chargers/{listingId}/location',
    summary: 'Hands the exact location to the agent, sealed',
    description: 'The agent accepts only what its listing commits to. Nothing is stored here.',
  }),
  sendPlace: operation({
    ...location,
    operationId: 'sendPlace',
    path: '/chargers/{listingId}/place',
    summary: 'Older name of `location`',
    isDeprecated: true,
  }),
};
